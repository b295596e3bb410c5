package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// Key defines one configuration. Source: ConfigDef.ConfigKey.
type Key struct {
	Name string
	Type Type
	// Default is nil (null), a value of the type, or its text. Def.Keys returns it parsed.
	Default any
	// Required says that there is no default.
	Required bool
	// Validator sees the parsed value, or nil for null; nil accepts everything. A default must pass it.
	Validator  Validator
	Importance Importance
	Doc        string
	// Group "" is no group; Order then stands for -1 unless it is set.
	Group string
	Order int
	Width Width
	// DisplayName "" is the name.
	DisplayName string
	Dependents  []string
	Recommender Recommender
	// Internal keys are left out of generated docs.
	Internal bool
}

// HasDefault says whether the key may be left out.
func (k Key) HasDefault() bool { return !k.Required }

// Def is a list of keys. Build one with NewDef. Source: ConfigDef.
type Def struct {
	keys   []Key
	index  map[string]int
	groups []string
}

// NewDef returns a definition without keys.
func NewDef() *Def { return &Def{index: map[string]int{}} }

// Clone returns a copy that can be extended alone. Source: ConfigDef(ConfigDef).
func (d *Def) Clone() *Def {
	c := &Def{keys: slices.Clone(d.keys), index: make(map[string]int, len(d.index)), groups: slices.Clone(d.groups)}
	for n, i := range d.index {
		c.index[n] = i
	}
	return c
}

// Define adds a key and returns d. It panics where Java's static initialisers throw: a name that is
// defined already, a default that is no value of the type or that the validator refuses.
// TryDefine is for names that come from users.
func (d *Def) Define(k Key) *Def {
	if err := d.TryDefine(k); err != nil {
		panic(fmt.Sprintf("config: %v", err))
	}
	return d
}

// TryDefine adds a key, or returns the *ConfigException that Java throws.
func (d *Def) TryDefine(k Key) error {
	if !k.Required {
		v, err := parseDefault(k)
		if err != nil {
			return err
		}
		k.Default = v
		if k.Validator != nil {
			if err := k.Validator.Validate(k.Name, v); err != nil {
				return err
			}
		}
	} else {
		k.Default = nil
	}
	if _, dup := d.index[k.Name]; dup {
		return NewException(k.Name, "Configuration "+k.Name+" is defined twice.")
	}
	if k.Group == "" && k.Order == 0 {
		k.Order = -1
	}
	if k.DisplayName == "" {
		k.DisplayName = k.Name
	}
	if k.Group != "" && !slices.Contains(d.groups, k.Group) {
		d.groups = append(d.groups, k.Group)
	}
	d.index[k.Name] = len(d.keys)
	d.keys = append(d.keys, k)
	return nil
}

// Embed defines the keys of other with prefix before their names, in the order of Sorted, as group
// "group: their group", numbered from orderStart. Validators and recommenders see the names without
// the prefix. It panics as Define does. Source: ConfigDef.embed.
func (d *Def) Embed(prefix, group string, orderStart int, other *Def) *Def {
	if err := d.TryEmbed(prefix, group, orderStart, other); err != nil {
		panic(fmt.Sprintf("config: %v", err))
	}
	return d
}

// TryEmbed is Embed with Java's *ConfigException in place of a panic.
func (d *Def) TryEmbed(prefix, group string, orderStart int, other *Def) error {
	for i, k := range other.Sorted() {
		k.Name = prefix + k.Name
		if k.Group != "" {
			k.Group = group + ": " + k.Group
		} else {
			k.Group = group
		}
		k.Order = orderStart + i
		if k.Validator != nil {
			k.Validator = embeddedValidator{prefix: prefix, base: k.Validator}
		}
		if k.Recommender != nil {
			k.Recommender = embeddedRecommender{prefix: prefix, base: k.Recommender}
		}
		if len(k.Dependents) > 0 {
			prefixed := make([]string, len(k.Dependents))
			for j, n := range k.Dependents {
				prefixed[j] = prefix + n
			}
			k.Dependents = prefixed
		}
		if err := d.TryDefine(k); err != nil {
			return err
		}
	}
	return nil
}

// Keys returns the keys in declaration order, defaults parsed. The caller owns the slice.
func (d *Def) Keys() []Key { return slices.Clone(d.keys) }

// Names returns the names in declaration order.
func (d *Def) Names() []string {
	out := make([]string, len(d.keys))
	for i := range d.keys {
		out[i] = d.keys[i].Name
	}
	return out
}

// Key returns the key of that name.
func (d *Def) Key(name string) (Key, bool) {
	i, ok := d.index[name]
	if !ok {
		return Key{}, false
	}
	return d.keys[i], true
}

// Groups returns the groups in the order in which they were first used.
func (d *Def) Groups() []string { return slices.Clone(d.groups) }

// Sorted returns the keys as documentation lists them: by group, order in the group, required ones
// first, importance, name. Source: ConfigDef.sortedConfigs.
func (d *Def) Sorted() []Key {
	rank := map[string]int{"": -1}
	for i, g := range d.groups {
		rank[g] = i
	}
	out := d.Keys()
	slices.SortStableFunc(out, func(a, b Key) int {
		if c := cmp.Or(cmp.Compare(rank[a.Group], rank[b.Group]), cmp.Compare(a.Order, b.Order)); c != 0 {
			return c
		}
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Importance, b.Importance), java.CompareUTF16(a.Name, b.Name))
	})
	return out
}

// undefinedDependents are names that keys depend on and nobody defined, in HashSet order.
func (d *Def) undefinedDependents() []string {
	var names []string
	for i := range d.keys {
		for _, n := range d.keys[i].Dependents {
			if _, ok := d.index[n]; !ok {
				names = append(names, n)
			}
		}
	}
	return inHashOrder(names)
}

// inHashOrder gives the distinct names in the order of a HashSet filled with them.
func inHashOrder(names []string) []string {
	out := make([]string, 0, len(names))
	for _, i := range java.HashMapOrder(names) {
		out = append(out, names[i])
	}
	return out
}

type embeddedValidator struct {
	prefix string
	base   Validator
}

func (e embeddedValidator) Validate(name string, value any) error {
	return e.base.Validate(strings.TrimPrefix(name, e.prefix), value)
}

func (e embeddedValidator) String() string { return e.base.String() }

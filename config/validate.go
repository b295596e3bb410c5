package config

import (
	"slices"
	"strings"
)

// Recommender offers values for a key, given all parsed values. Source: ConfigDef.Recommender.
type Recommender interface {
	// ValidValues are the values to offer. A *ConfigException is listed with the key's errors.
	ValidValues(name string, parsed map[string]any) ([]any, error)
	// Visible says whether a form should show the key.
	Visible(name string, parsed map[string]any) bool
}

// ConfigValue is the result of validating one key. Source: ConfigValue.
type ConfigValue struct {
	Name        string
	Value       any // parsed; nil for null and for what could not be parsed
	Recommended []any
	Errors      []string
	Visible     bool
}

// Text is the value as validation answers show it, ok is false for null: a PASSWORD, and text of a key
// that LooksSecret, is [hidden]; passwords in URLs are masked.
func (v *ConfigValue) Text() (text string, ok bool) {
	text, ok = ConvertToString(v.Value)
	switch v.Value.(type) {
	case string, []string:
		if text != "" && LooksSecret(v.Name) {
			return Hidden, true
		}
		return MaskText(text), true
	}
	return text, ok
}

// RecommendedTexts are the recommended values as validation answers show them.
func (v *ConfigValue) RecommendedTexts() []string {
	out := make([]string, 0, len(v.Recommended))
	for _, r := range v.Recommended {
		text, _ := ConvertToString(r)
		out = append(out, text)
	}
	return out
}

// Validate checks every key and returns one value per key, in the order of Java's HashMap. A key that
// fails to parse is null, and its validator sees that null, so it may have two errors.
// Source: ConfigDef.validateAll.
func (d *Def) Validate(props map[string]string) []ConfigValue {
	return d.ValidateWith(props, Options{})
}

// ValidateWith is Validate with options.
func (d *Def) ValidateWith(props map[string]string, o Options) []ConfigValue {
	names := d.Names()
	undefined := d.undefinedDependents()
	names = inHashOrder(append(names, undefined...))
	run := validation{
		def: d, props: props, options: o,
		parsed: make(map[string]any, len(d.keys)),
		at:     make(map[string]int, len(names)),
		values: make([]ConfigValue, len(names)),
	}
	for i, n := range names {
		run.at[n] = i
		run.values[i] = ConfigValue{Name: n, Recommended: []any{}, Errors: []string{}, Visible: true}
	}
	for _, n := range undefined {
		v := &run.values[run.at[n]]
		v.Errors = append(v.Errors, n+" is referred in the dependents, but not defined.")
		v.Visible = false
	}
	roots := d.withoutParent()
	for _, n := range roots {
		run.walk(n, nil, run.parse)
	}
	for _, n := range roots {
		run.walk(n, nil, run.recommend)
	}
	return run.values
}

// withoutParent are the keys on which no other depends. Keys in a ring of dependents are never reached.
func (d *Def) withoutParent() []string {
	child := map[string]bool{}
	for i := range d.keys {
		for _, n := range d.keys[i].Dependents {
			child[n] = true
		}
	}
	var roots []string
	for i := range d.keys {
		if !child[d.keys[i].Name] {
			roots = append(roots, d.keys[i].Name)
		}
	}
	return roots
}

// validation is the state of one Def.Validate.
type validation struct {
	def     *Def
	props   map[string]string
	options Options
	parsed  map[string]any
	at      map[string]int // name to position in values
	values  []ConfigValue
}

// walk visits a key and its dependents, once for each way that leads there: a key with two parents
// lists its errors twice, as in Java. A ring, on which Java recurses without end, is cut.
func (run *validation) walk(name string, path []string, visit func(*Key, *ConfigValue)) {
	i, ok := run.def.index[name]
	if !ok || slices.Contains(path, name) {
		return
	}
	k := &run.def.keys[i]
	visit(k, &run.values[run.at[name]])
	for _, n := range k.Dependents {
		run.walk(n, append(path, name), visit)
	}
}

func (run *validation) parse(k *Key, v *ConfigValue) {
	var value any
	if text, null, set := run.options.text(run.props, k.Name); set {
		parsed, err := run.options.parse(k, text, null)
		if err != nil {
			v.Errors = append(v.Errors, err.Error())
		}
		value = parsed
	} else if k.Required {
		v.Errors = append(v.Errors, missing(k.Name).Message)
	} else {
		value = k.Default
	}
	if k.Validator != nil {
		if err := k.Validator.Validate(k.Name, value); err != nil {
			v.Errors = append(v.Errors, err.Error())
		}
	}
	v.Value = value
	run.parsed[k.Name] = value
}

func (run *validation) recommend(k *Key, v *ConfigValue) {
	if k.Recommender == nil {
		return
	}
	offered, err := k.Recommender.ValidValues(k.Name, run.parsed)
	if err != nil {
		v.Errors = append(v.Errors, err.Error())
		return
	}
	if before := v.Recommended; len(before) > 0 {
		offered = slices.DeleteFunc(slices.Clone(offered), func(o any) bool {
			return !slices.ContainsFunc(before, func(b any) bool { return JavaText(b) == JavaText(o) })
		})
	}
	v.Recommended = append([]any{}, offered...)
	v.Visible = k.Recommender.Visible(k.Name, run.parsed)
}

type embeddedRecommender struct {
	prefix string
	base   Recommender
}

func (e embeddedRecommender) unprefixed(parsed map[string]any) map[string]any {
	out := make(map[string]any, len(parsed))
	for n, v := range parsed {
		if rest, ok := strings.CutPrefix(n, e.prefix); ok {
			out[rest] = v
		}
	}
	return out
}

func (e embeddedRecommender) ValidValues(name string, parsed map[string]any) ([]any, error) {
	return e.base.ValidValues(strings.TrimPrefix(name, e.prefix), e.unprefixed(parsed))
}

func (e embeddedRecommender) Visible(name string, parsed map[string]any) bool {
	return e.base.Visible(strings.TrimPrefix(name, e.prefix), e.unprefixed(parsed))
}

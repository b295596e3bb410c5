package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// ParseText turns text into a value of type t, as the package comment lists them. Numbers that fail
// name the type; a class is not looked up. Source: ConfigDef.parseType.
func ParseText(name, text string, t Type) (any, error) {
	s := trim(text)
	bits := 64
	switch t {
	case Boolean:
		if strings.EqualFold(s, "true") {
			return true, nil
		}
		if strings.EqualFold(s, "false") {
			return false, nil
		}
		return nil, invalidText(name, text, "Expected value to be either true or false")
	case String, Class:
		return s, nil
	case Password:
		return NewSecret(s), nil
	case List:
		return splitList(s), nil
	case Double:
		if v, ok := parseDouble(s); ok {
			return v, nil
		}
		return nil, notANumber(name, text, t)
	case Int:
		bits = 32
	case Short:
		bits = 16
	}
	v, ok := parseInteger(s, bits)
	if !ok {
		return nil, notANumber(name, text, t)
	}
	return sized(v, t), nil
}

func notANumber(name, text string, t Type) error {
	return invalidText(name, text, "Not a number of type "+t.String())
}

// sized gives v the Go type that stands for t.
func sized(v int64, t Type) any {
	switch t {
	case Int:
		return int32(v)
	case Short:
		return int16(v)
	}
	return v
}

// parseDefault turns the default given in a Key into a parsed value. Text is parsed; numbers may have
// any Go type that holds them.
func parseDefault(k Key) (any, error) {
	switch d := k.Default.(type) {
	case nil:
		return nil, nil
	case string:
		return ParseText(k.Name, d, k.Type)
	case bool:
		if k.Type == Boolean {
			return d, nil
		}
	case Secret:
		if k.Type == Password {
			return d, nil
		}
	case []string:
		if k.Type == List {
			return append([]string{}, d...), nil
		}
	case float64:
		if k.Type == Double {
			return d, nil
		}
	case int:
		return defaultNumber(k, int64(d))
	case int16:
		return defaultNumber(k, int64(d))
	case int32:
		return defaultNumber(k, int64(d))
	case int64:
		return defaultNumber(k, d)
	}
	return nil, NewException(k.Name, fmt.Sprintf("default %v (%T) of configuration %s does not fit its type %s, give a value of that type or its text",
		k.Default, k.Default, k.Name, k.Type))
}

func defaultNumber(k Key, v int64) (any, error) {
	switch {
	case k.Type == Double:
		return float64(v), nil
	case k.Type == Long,
		k.Type == Int && v == int64(int32(v)),
		k.Type == Short && v >= math.MinInt16 && v <= math.MaxInt16:
		return sized(v, k.Type), nil
	}
	return nil, NewException(k.Name, fmt.Sprintf("default %d of configuration %s does not fit its type %s", v, k.Name, k.Type))
}

// Options are what parsing needs beside the texts. The zero value checks no class and has no nulls.
type Options struct {
	// ClassExists says whether the class of a CLASS value can be loaded; nil accepts every name.
	ClassExists func(name string) bool
	// Nulls are keys that are set to null, as JSON bodies can hold them. They win over the texts.
	Nulls []string
}

// text looks a key up; set is true also for null.
func (o Options) text(props map[string]string, name string) (text string, null, set bool) {
	if slices.Contains(o.Nulls, name) {
		return "", true, true
	}
	text, set = props[name]
	return text, false, set
}

func (o Options) parse(k *Key, text string, null bool) (any, error) {
	if null {
		return nil, nil
	}
	v, err := ParseText(k.Name, text, k.Type)
	if err == nil && k.Type == Class && o.ClassExists != nil && !o.ClassExists(v.(string)) {
		return nil, invalidText(k.Name, text, "Class "+text+" could not be found.")
	}
	return v, err
}

func missing(name string) *ConfigException {
	return NewException(name, `Missing required configuration "`+name+`" which has no default value.`)
}

// Parse turns texts into values: the text where a key is set, else its default. The first key in
// declaration order that fails ends it. Keys without definition are kept as Values.Originals.
//
// Ownership: props is copied.
// Errors: *ConfigException.
// Source: ConfigDef.parse, AbstractConfig.
func (d *Def) Parse(props map[string]string) (*Values, error) {
	return d.ParseWith(props, Options{})
}

// ParseWith is Parse with options.
func (d *Def) ParseWith(props map[string]string, o Options) (*Values, error) {
	if undefined := d.undefinedDependents(); len(undefined) > 0 {
		return nil, NewException("", "Some configurations in are referred in the dependents, but not defined: "+strings.Join(undefined, ","))
	}
	v := newValues(d, props)
	for i := range d.keys {
		k := &d.keys[i]
		parsed, err := d.parseKey(k, props, o, v)
		if err != nil {
			return nil, err
		}
		v.parsed[k.Name] = parsed
	}
	return v, nil
}

func (d *Def) parseKey(k *Key, props map[string]string, o Options, v *Values) (any, error) {
	parsed := k.Default
	if text, null, set := o.text(props, k.Name); set {
		var err error
		if parsed, err = o.parse(k, text, null); err != nil {
			return nil, err
		}
	} else if k.Required {
		return nil, missing(k.Name)
	}
	// Only Parse drops duplicates; Validate reports them. So does Java.
	if _, ok := k.Validator.(*ValidList); ok {
		if l, ok := parsed.([]string); ok {
			if once := distinct(l); len(once) != len(l) {
				v.warnings = append(v.warnings, fmt.Sprintf("Configuration key %q contains duplicate values. Duplicates will be removed. The original value is: %s, the updated value is: %s",
					k.Name, JavaText(l), JavaText(once)))
				parsed = once
			}
		}
	}
	if k.Validator != nil {
		if err := k.Validator.Validate(k.Name, parsed); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}

func distinct(l []string) []string {
	out := make([]string, 0, len(l))
	seen := make(map[string]bool, len(l))
	for _, s := range l {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

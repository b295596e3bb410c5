package config

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Values holds parsed values and the texts they came from. Made by Def.Parse, never changed after.
//
// The typed getters return the zero value for null; the Opt forms tell null from zero. Asking for a
// name or a type that the definition lacks is a programming error and panics.
// Printing Values, or logging them, hides secrets. Source: AbstractConfig.
type Values struct {
	def       *Def
	parsed    map[string]any
	originals map[string]string
	warnings  []string

	mu   sync.Mutex
	used map[string]bool
}

var (
	_ fmt.Formatter  = (*Values)(nil)
	_ slog.LogValuer = (*Values)(nil)
)

func newValues(d *Def, props map[string]string) *Values {
	v := &Values{def: d, parsed: make(map[string]any, len(d.keys)), used: map[string]bool{}}
	v.originals = maps.Clone(props)
	if v.originals == nil {
		v.originals = map[string]string{}
	}
	return v
}

// Any is the parsed value of name, nil for null.
func (v *Values) Any(name string) any {
	value, ok := v.parsed[name]
	if !ok {
		panic(fmt.Sprintf("config: Unknown configuration '%s'", name))
	}
	v.Ignore(name)
	return value
}

func get[T any](v *Values, name string) (T, bool) {
	value := v.Any(name)
	if value == nil {
		var zero T
		return zero, false
	}
	typed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("config: configuration '%s' is a %T and was read as %T", name, value, typed))
	}
	return typed, true
}

// Has says whether name is defined.
func (v *Values) Has(name string) bool {
	_, ok := v.parsed[name]
	return ok
}

// IsSet says whether the user gave a text for name.
func (v *Values) IsSet(name string) bool {
	_, ok := v.originals[name]
	return ok
}

// IsNull says whether name is null.
func (v *Values) IsNull(name string) bool { return v.Any(name) == nil }

// Bool is a BOOLEAN value.
func (v *Values) Bool(name string) bool { b, _ := get[bool](v, name); return b }

// Int32 is an INT value.
func (v *Values) Int32(name string) int32 { n, _ := get[int32](v, name); return n }

// Int16 is a SHORT value.
func (v *Values) Int16(name string) int16 { n, _ := get[int16](v, name); return n }

// Int64 is a LONG value.
func (v *Values) Int64(name string) int64 { n, _ := get[int64](v, name); return n }

// Float64 is a DOUBLE value.
func (v *Values) Float64(name string) float64 { n, _ := get[float64](v, name); return n }

// String is a STRING or CLASS value.
func (v *Values) String(name string) string { s, _ := get[string](v, name); return s }

// Class is a CLASS or STRING value.
func (v *Values) Class(name string) string { s, _ := get[string](v, name); return s }

// List is a LIST value; the caller must not change it.
func (v *Values) List(name string) []string { l, _ := get[[]string](v, name); return l }

// Password is a PASSWORD value.
func (v *Values) Password(name string) Secret { s, _ := get[Secret](v, name); return s }

// OptBool is a BOOLEAN value; ok is false for null.
func (v *Values) OptBool(name string) (b, ok bool) { return get[bool](v, name) }

// OptInt32 is an INT value; ok is false for null.
func (v *Values) OptInt32(name string) (n int32, ok bool) { return get[int32](v, name) }

// OptInt16 is a SHORT value; ok is false for null.
func (v *Values) OptInt16(name string) (n int16, ok bool) { return get[int16](v, name) }

// OptInt64 is a LONG value; ok is false for null.
func (v *Values) OptInt64(name string) (n int64, ok bool) { return get[int64](v, name) }

// OptFloat64 is a DOUBLE value; ok is false for null.
func (v *Values) OptFloat64(name string) (n float64, ok bool) { return get[float64](v, name) }

// OptString is a STRING or CLASS value; ok is false for null.
func (v *Values) OptString(name string) (s string, ok bool) { return get[string](v, name) }

// OptList is a LIST value; ok is false for null.
func (v *Values) OptList(name string) (l []string, ok bool) { return get[[]string](v, name) }

// OptPassword is a PASSWORD value; ok is false for null.
func (v *Values) OptPassword(name string) (s Secret, ok bool) { return get[Secret](v, name) }

// Def is the definition that was parsed.
func (v *Values) Def() *Def { return v.def }

// All returns a copy of all parsed values. It counts nothing as used.
func (v *Values) All() map[string]any { return maps.Clone(v.parsed) }

// Originals returns a copy of the texts, keys without definition included. It counts nothing as used.
func (v *Values) Originals() map[string]string { return maps.Clone(v.originals) }

// WithPrefix returns the texts whose keys are longer than prefix and start with it, prefix cut off,
// and counts them as used. Source: AbstractConfig.originalsWithPrefix.
func (v *Values) WithPrefix(prefix string) map[string]string {
	out := WithPrefix(v.originals, prefix)
	v.mu.Lock()
	defer v.mu.Unlock()
	for k := range out {
		v.used[prefix+k] = true
	}
	return out
}

// WithPrefix returns the entries whose keys are longer than prefix and start with it, prefix cut off.
// Source: Utils.entriesWithPrefix.
func WithPrefix(props map[string]string, prefix string) map[string]string {
	out := map[string]string{}
	for k, text := range props {
		if rest, ok := strings.CutPrefix(k, prefix); ok && rest != "" {
			out[rest] = text
		}
	}
	return out
}

// Ignore counts name as used.
func (v *Values) Ignore(name string) {
	v.mu.Lock()
	v.used[name] = true
	v.mu.Unlock()
}

// Unused returns the given keys that nobody has read, sorted. Source: AbstractConfig.unused.
func (v *Values) Unused() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []string
	for k := range v.originals {
		if !v.used[k] {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// Warnings are what parsing changed, for the log.
func (v *Values) Warnings() []string { return slices.Clone(v.warnings) }

// Masked returns the parsed values as texts fit for logs, by name; nulls are "null".
func (v *Values) Masked() map[string]string {
	out := make(map[string]string, len(v.parsed))
	for name, value := range v.parsed {
		one := ConfigValue{Name: name, Value: value}
		text, ok := one.Text()
		if !ok {
			text = "null"
		}
		out[name] = text
	}
	return out
}

// Format writes all values, sorted by name, secrets hidden, for every verb.
func (v *Values) Format(f fmt.State, _ rune) {
	masked := v.Masked()
	for i, name := range slices.Sorted(maps.Keys(masked)) {
		if i > 0 {
			_, _ = io.WriteString(f, " ")
		}
		_, _ = io.WriteString(f, name+"="+masked[name])
	}
}

// LogValue is a group of all values, sorted by name, secrets hidden. Source: AbstractConfig.logAll.
func (v *Values) LogValue() slog.Value {
	masked := v.Masked()
	attrs := make([]slog.Attr, 0, len(masked))
	for _, name := range slices.Sorted(maps.Keys(masked)) {
		attrs = append(attrs, slog.String(name, masked[name]))
	}
	return slog.GroupValue(attrs...)
}

package engine

import (
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
)

// nullErrors complains of null values. Keys that the framework does not define are listed with its own, in
// the order of Java's HashMap; of those that the plugin defines, its own check counts later.
// Source: AbstractHerder.addNullValuedErrors.
func (v *validation) nullErrors() {
	if len(v.nulls) == 0 {
		return
	}
	for _, key := range v.nulls {
		v.complain(key, "", "Null value can not be supplied as the configuration value.")
	}
	names := make([]string, len(v.values))
	for i := range v.values {
		names[i] = v.values[i].Name
	}
	ordered := make([]config.ConfigValue, len(names))
	for i, k := range java.HashMapOrder(names) {
		ordered[i] = v.values[k]
	}
	v.values = ordered
}

// nullsWithPrefix returns the rests of the keys with a prefix that are null.
func (v *validation) nullsWithPrefix(prefix string) []string {
	var out []string
	for _, key := range v.nulls {
		if rest, ok := strings.CutPrefix(key, prefix); ok && rest != "" {
			out = append(out, rest)
		}
	}
	return out
}

package config

import (
	"fmt"
	"strings"
)

// ParseTable reads a definition from text: a line a key, with tabs between name, type, default, importance, group, order in
// the group, width, display name, dependents and doc text. A default \N is null, \R says that the key is required. What
// validators has for a name checks the values of that key.
//
// It panics on a malformed text, which is part of the program.
func ParseTable(text string, validators map[string]Validator) *Def {
	d := NewDef()
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 10 {
			panic(fmt.Sprintf("config definition: %d columns in %q", len(f), line))
		}
		k := Key{Name: f[0], Type: typeNames[f[1]], Importance: importances[f[3]], Group: f[4], Width: widths[f[6]],
			DisplayName: f[7], Doc: tableText.Replace(f[9]), Validator: validators[f[0]]}
		if _, err := fmt.Sscan(f[5], &k.Order); err != nil {
			panic(err)
		}
		switch f[2] {
		case `\N`:
		case `\R`:
			k.Required = true
		default:
			k.Default = tableText.Replace(f[2])
		}
		if f[8] != "" {
			k.Dependents = strings.Split(f[8], ",")
		}
		d.Define(k)
	}
	return d
}

var (
	tableText = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	typeNames = map[string]Type{"BOOLEAN": Boolean, "STRING": String, "INT": Int, "SHORT": Short, "LONG": Long,
		"DOUBLE": Double, "LIST": List, "CLASS": Class, "PASSWORD": Password}
	importances = map[string]Importance{"HIGH": High, "MEDIUM": Medium, "LOW": Low}
	widths      = map[string]Width{"NONE": WidthNone, "SHORT": WidthShort, "MEDIUM": WidthMedium, "LONG": WidthLong}
)

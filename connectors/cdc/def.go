package cdc

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/config"
)

// ParseDef reads a config definition: a line a key, with tabs between name, type, default, importance, group, order in
// the group, width, display name, dependents and doc text. A default \N is null. It panics on a malformed text, which is
// part of the program.
func ParseDef(text string) *config.Def {
	d := config.NewDef()
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 10 {
			panic(fmt.Sprintf("config definition: %d columns in %q", len(f), line))
		}
		k := config.Key{Name: f[0], Type: typeNames[f[1]], Importance: importances[f[3]], Group: f[4], Width: widths[f[6]],
			DisplayName: f[7], Doc: unescape.Replace(f[9])}
		if _, err := fmt.Sscan(f[5], &k.Order); err != nil {
			panic(err)
		}
		if f[2] != `\N` {
			k.Default = unescape.Replace(f[2])
		}
		if f[8] != "" {
			k.Dependents = strings.Split(f[8], ",")
		}
		d.Define(k)
	}
	return d
}

var (
	unescape  = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	typeNames = map[string]config.Type{"BOOLEAN": config.Boolean, "STRING": config.String, "INT": config.Int, "SHORT": config.Short, "LONG": config.Long,
		"DOUBLE": config.Double, "LIST": config.List, "CLASS": config.Class, "PASSWORD": config.Password}
	importances = map[string]config.Importance{"HIGH": config.High, "MEDIUM": config.Medium, "LOW": config.Low}
	widths      = map[string]config.Width{"NONE": config.WidthNone, "SHORT": config.WidthShort, "MEDIUM": config.WidthMedium, "LONG": config.WidthLong}
)

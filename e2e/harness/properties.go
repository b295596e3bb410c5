package harness

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Properties are the keys of a .properties file.
type Properties map[string]string

// With returns p with the keys of more on top.
func (p Properties) With(more Properties) Properties {
	both := maps.Clone(p)
	if both == nil {
		both = Properties{}
	}
	maps.Copy(both, more)
	return both
}

// String is the file's text, by key, every character beyond ASCII escaped.
func (p Properties) String() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(p)) {
		b.WriteString(escapeProperty(k, true))
		b.WriteByte('=')
		b.WriteString(escapeProperty(p[k], false))
		b.WriteByte('\n')
	}
	return b.String()
}

// WriteFile writes p to path and returns path.
func (p Properties) WriteFile(path string) (string, error) {
	return path, os.WriteFile(path, []byte(p.String()), 0o644)
}

func escapeProperty(s string, key bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' && (key || i == 0):
			b.WriteString(`\ `)
		case key && strings.ContainsRune("=:#!", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		case r > 0x7e || r < 0x20:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

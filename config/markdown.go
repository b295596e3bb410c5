package config

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes a table of the keys for documentation, in the order of Sorted, internal keys left out.
func (d *Def) Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| key | type | default | valid values | importance | meaning |\n|---|---|---|---|---|---|\n")
	for _, k := range d.Sorted() {
		if k.Internal {
			continue
		}
		valid := ""
		if k.Validator != nil {
			valid = k.Validator.String()
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", k.Name, strings.ToLower(k.Type.String()), cell(k.DefaultText()),
			cell(valid), strings.ToLower(k.Importance.String()), cell(k.Doc))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Reference returns what Markdown writes.
func (d *Def) Reference() string {
	var b strings.Builder
	_ = d.Markdown(&b) // a Builder takes everything
	return b.String()
}

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\r\n", "<br>", "\n", "<br>").Replace(strings.TrimSpace(s))
}

// DefaultText is the default for documentation: "" where there is none, null, `""` for an empty text,
// sizes and times with a larger unit. Source: ConfigDef.getConfigValue.
func (k Key) DefaultText() string {
	if k.Required {
		return ""
	}
	text, ok := ConvertToString(k.Default)
	if !ok {
		return "null"
	}
	if text == "" {
		return `""`
	}
	var n int64
	switch v := k.Default.(type) {
	case int16:
		n = int64(v)
	case int32:
		n = int64(v)
	case int64:
		n = v
	case float64:
		n = int64(v)
	default:
		return text
	}
	switch {
	case strings.HasSuffix(k.Name, ".bytes"):
		return text + inUnits(n, [4]int64{1024, 1024, 1024, 1024}, [4]string{"kibibyte", "mebibyte", "gibibyte", "tebibyte"}, n != 0)
	case strings.HasSuffix(k.Name, ".ms"):
		return text + inUnits(n, [4]int64{1000, 60, 60, 24}, [4]string{"second", "minute", "hour", "day"}, false)
	}
	return text
}

// inUnits is " (2 hours)" where n is a whole number of a larger unit. Negative numbers are plural for
// sizes only. Source: ConfigDef.niceMemoryUnits, niceTimeUnits.
func inUnits(n int64, steps [4]int64, names [4]string, plural bool) string {
	i := 0
	for n != 0 && i < 4 && n%steps[i] == 0 {
		n /= steps[i]
		i++
	}
	if i == 0 {
		return ""
	}
	s := ""
	if n > 1 || plural && n != 1 {
		s = "s"
	}
	return fmt.Sprintf(" (%d %s%s)", n, names[i-1], s)
}

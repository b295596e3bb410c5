package logs

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// fieldBytesMax is how much of one text goes into a line.
const fieldBytesMax = 4 << 10

const hidden = "[hidden]"

// appendAttr appends " key=value"; of a group one for each member, of nothing nothing.
func (r *Registry) appendAttr(line []byte, prefix string, a slog.Attr) []byte {
	v := a.Value.Resolve()
	if a.Equal(slog.Attr{}) {
		return line
	}
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range v.Group() {
			line = r.appendAttr(line, prefix, member)
		}
		return line
	}
	line = append(line, ' ')
	line = appendWord(line, cut(prefix+a.Key))
	line = append(line, '=')
	if r.secret != nil && r.secret(a.Key) {
		return append(line, hidden...)
	}
	return r.appendValue(line, v)
}

func (r *Registry) appendValue(line []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindInt64:
		return strconv.AppendInt(line, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(line, v.Uint64(), 10)
	case slog.KindFloat64:
		return strconv.AppendFloat(line, v.Float64(), 'g', -1, 64)
	case slog.KindBool:
		return strconv.AppendBool(line, v.Bool())
	case slog.KindDuration:
		return append(line, v.Duration().String()...)
	case slog.KindTime:
		return v.Time().AppendFormat(line, time.RFC3339Nano)
	case slog.KindString:
		return appendWord(line, cut(r.masked(v.String())))
	}
	return appendWord(line, cut(r.masked(r.anyText(v.Any()))))
}

// anyText is the text of a value of any type. A panic of its methods becomes the text.
func (r *Registry) anyText(v any) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprintf("panic while printing a %T: %v", v, p)
		}
	}()
	switch v := v.(type) {
	case map[string]string:
		return r.mapText(v)
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case []byte:
		return string(v)
	}
	return fmt.Sprintf("%+v", v)
}

// mapText prints a config, the values of secret keys hidden.
func (r *Registry) mapText(m map[string]string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b.WriteString(", ")
		}
		v := m[k]
		if r.secret != nil && r.secret(k) {
			v = hidden
		}
		b.WriteString(k + "=" + v)
	}
	b.WriteByte('}')
	return b.String()
}

// cut shortens text to fieldBytesMax, between two characters, and says by how much.
func cut(text string) string {
	if len(text) <= fieldBytesMax {
		return text
	}
	n := fieldBytesMax
	for n > fieldBytesMax-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "… (" + strconv.Itoa(len(text)-n) + " more bytes)"
}

// appendWord appends text so that a reader sees where it ends: quoted unless it is a plain word.
func appendWord(line []byte, text string) []byte {
	plain := text != ""
	for i := 0; i < len(text) && plain; i++ {
		c := text[i]
		plain = c > ' ' && c < utf8.RuneSelf && c != '"' && c != '=' && c != '\\' && c != 0x7f
	}
	if plain {
		return append(line, text...)
	}
	line = append(line, '"')
	line = appendEscaped(line, text, true)
	return append(line, '"')
}

// appendEscaped appends text without what would leave the line or drive a terminal: controls, line and
// paragraph separators, marks of direction, invalid UTF-8. In quotes, quotes and backslashes are escaped too.
func appendEscaped(line []byte, text string, quotes bool) []byte {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			line = fmt.Appendf(line, `\x%02x`, text[i])
		case r == '\n':
			line = append(line, `\n`...)
		case r == '\r':
			line = append(line, `\r`...)
		case r == '\t':
			line = append(line, `\t`...)
		case quotes && (r == '"' || r == '\\'):
			line = append(line, '\\', byte(r))
		case unicode.IsPrint(r):
			line = append(line, text[i:i+n]...)
		case r > 0xffff:
			line = fmt.Appendf(line, `\U%08x`, r)
		default:
			line = fmt.Appendf(line, `\u%04x`, r)
		}
		i += n
	}
	return line
}

package config

import (
	"io"
	"unicode/utf16"
)

// AppendTo appends the file that Properties.store writes, without its comment of the date: one key a
// line, in the order of Entries, in ASCII with \uXXXX for everything else.
func (p *Properties) AppendTo(dst []byte) []byte {
	for _, e := range p.entries {
		dst = appendEscaped(dst, e.Key, true)
		dst = append(dst, '=')
		dst = appendEscaped(dst, e.Value, false)
		dst = append(dst, '\n')
	}
	return dst
}

// WriteTo writes what AppendTo appends.
func (p *Properties) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(p.AppendTo(nil))
	return int64(n), err
}

// appendEscaped escapes all spaces of a key, only a leading one of a value. Source: Properties.saveConvert.
func appendEscaped(dst []byte, s string, key bool) []byte {
	const hex = "0123456789ABCDEF"
	for i, c := range utf16.Encode([]rune(s)) {
		switch {
		case c == ' ':
			if key || i == 0 {
				dst = append(dst, '\\')
			}
			dst = append(dst, ' ')
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		case c == '\\' || c == '=' || c == ':' || c == '#' || c == '!':
			dst = append(dst, '\\', byte(c))
		case c < 0x20 || c > 0x7E:
			dst = append(dst, '\\', 'u', hex[c>>12], hex[c>>8&15], hex[c>>4&15], hex[c&15])
		default:
			dst = append(dst, byte(c))
		}
	}
	return dst
}

package generate

import (
	"unicode/utf8"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// style is how a text is laid out.
type style struct {
	spaced  bool // white space between tokens
	escapes bool // needless escapes in strings
}

func (s source) style() style { return style{spaced: s.oneIn(4), escapes: s.oneIn(5)} }

// printJSON writes a tree as JSON text. Lone surrogates become escapes or, rarely, the three bytes that no UTF-8 reader accepts.
func (s source) printJSON(dst []byte, n *protocol.Node, st style) []byte {
	dst = s.space(dst, st)
	switch n.Kind {
	case protocol.NullNode:
		dst = append(dst, "null"...)
	case protocol.BoolNode:
		if n.Bool {
			dst = append(dst, "true"...)
		} else {
			dst = append(dst, "false"...)
		}
	case protocol.NumberNode:
		dst = append(dst, n.Text...)
	case protocol.StringNode:
		dst = s.printText(dst, n.Text, st)
	case protocol.ArrayNode:
		dst = append(dst, '[')
		for i := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = s.printJSON(dst, &n.Items[i], st)
		}
		dst = append(s.space(dst, st), ']')
	case protocol.ObjectNode:
		dst = append(dst, '{')
		for i := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = s.printText(s.space(dst, st), n.Members[i].Name, st)
			dst = append(s.space(dst, st), ':')
			dst = s.printJSON(dst, &n.Members[i].Value, st)
		}
		dst = append(s.space(dst, st), '}')
	}
	return s.space(dst, st)
}

func (s source) space(dst []byte, st style) []byte {
	if st.spaced && s.oneIn(3) {
		dst = append(dst, pick(s, " ", "\n", "\t", "\r\n", "   ")...)
	}
	return dst
}

func (s source) printText(dst []byte, text string, st style) []byte {
	if !st.escapes {
		return protocol.AppendString(dst, text)
	}
	dst = append(dst, '"')
	for _, u := range protocol.UTF16(text) {
		switch {
		case u < 0x20 || u >= utf8.RuneSelf || s.oneIn(6):
			dst = s.unitEscape(dst, u)
		case u == '"' || u == '\\' || u == '/':
			dst = append(dst, '\\', byte(u))
		default:
			dst = append(dst, byte(u))
		}
	}
	return append(dst, '"')
}

func (s source) unitEscape(dst []byte, u uint16) []byte {
	digits := pick(s, "0123456789abcdef", "0123456789ABCDEF")
	return append(dst, '\\', 'u', digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}

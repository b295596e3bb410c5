package generate

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

func textNode(text string) protocol.Node {
	return protocol.Node{Kind: protocol.StringNode, Text: text}
}
func numberNode(text string) protocol.Node {
	return protocol.Node{Kind: protocol.NumberNode, Text: text}
}
func boolNode(b bool) protocol.Node { return protocol.Node{Kind: protocol.BoolNode, Bool: b} }
func intNode(i int64) protocol.Node { return numberNode(strconv.FormatInt(i, 10)) }

var numberTexts = []string{
	"0", "-0", "1", "-1", "10", "127", "128", "-129", "32768", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"-9223372036854775809", "18446744073709551616", "123456789012345678901234567890", "0.0", "-0.0", "1.0", "1.5", "1.9", "-1.9", "0.1", "1e2", "1E2", "1E+2", "1e-2", "1e400", "-1e400", "1e-400",
	"1e308", "4.9e-324", "1.7976931348623157e308", "1.7976931348623159e308", "2e23", "1e23", "8.41e21", "1.560", "100.00", "0.30000000000000004", "123456789.123456789123456789",
	"1e19", "9007199254740993", "9007199254740993.0", "3.4028236e38", "01", "007", "-01", "00", "1.", ".5", "+1", "1e", "1e+", "--1", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "1f", "1.0.0",
}

// plainNumbers is how many of numberTexts every JSON reader accepts.
var plainNumbers = slices.Index(numberTexts, "01")

func (s source) number() protocol.Node {
	switch s.IntN(4) {
	case 0:
		return numberNode(pick(s, numberTexts[:plainNumbers]...))
	case 1:
		return intNode(s.integer(64))
	case 2:
		return numberNode(strconv.FormatFloat(float64(s.IntN(1e6))/8, pick[byte](s, 'f', 'e', 'g'), -1, 64))
	}
	return intNode(int64(s.IntN(1000)))
}

// tree draws schemaless JSON.
func (s source) tree(depth int) protocol.Node {
	switch {
	case depth == 0 && !s.oneIn(6) || depth < depthMax && s.oneIn(4):
		n := protocol.Node{Kind: protocol.ObjectNode}
		for range s.size(6) {
			name := pick(s, fieldNames...)
			if s.oneIn(6) {
				name = s.text()
			}
			n.Members = append(n.Members, protocol.Member{Name: name, Value: s.tree(depth + 1)})
		}
		return n
	case depth < depthMax && s.oneIn(5):
		n := protocol.Node{Kind: protocol.ArrayNode}
		for range s.size(5) {
			n.Items = append(n.Items, s.tree(depth+1))
		}
		return n
	}
	switch s.IntN(5) {
	case 0:
		return protocol.Node{}
	case 1:
		return boolNode(s.oneIn(2))
	case 2:
		return textNode(s.text())
	}
	return s.number()
}

// document draws the bytes of a schemaless message: mostly JSON, some hostile.
func (s source) document() []byte {
	switch s.IntN(40) {
	case 0:
		return nil
	case 1:
		return pick(s, []byte{}, []byte(" "), []byte("\n\t "), []byte("null"), []byte("true"), []byte("\"\""), []byte("{}"), []byte("[]"))
	case 2:
		return s.deep()
	}
	n := s.tree(0)
	return s.hostile(s.printJSON(nil, &n, s.style()))
}

// deep nests around the limit of the original's reader.
func (s source) deep() []byte {
	n := pick(s, 10, 100, 499, 500, 501, 998, 999, 1000, 1001, 1002, 2000)
	switch s.IntN(3) {
	case 0:
		return []byte(strings.Repeat("[", n) + strings.Repeat("]", n))
	case 1:
		return []byte(strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n))
	}
	return []byte(strings.Repeat(`[{"a":`, n/2) + "1" + strings.Repeat("}]", n/2))
}

// hostile damages one text in six.
func (s source) hostile(text []byte) []byte {
	if !s.oneIn(6) {
		return text
	}
	for range 1 + s.IntN(2) {
		text = s.damage(text)
	}
	return text
}

var insertions = []string{
	" ", ",", ":", "{", "}", "[", "]", `"`, `\`, "/*c*/", "//c\n", "#", "'", "\x00", "\x01", "\ufeff", "\xef\xbb\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80",
	"\xff", "\xfe\xff", "\x80", "\xc3", "\xe2\x82", `\u`, `\ud800`, `\uD83D\uDE00`, `\udc00\ud800`, `\x`, `\'`, "\u00a0", "\f", "\v", "null", "tru", "NaN", "1", "-", "e", ".", `"a":`, `"a":1,`, "0",
}

func (s source) damage(text []byte) []byte {
	if s.whole {
		return text
	}
	at := s.IntN(len(text) + 1)
	switch s.IntN(9) {
	case 0:
		return bytes.Clone(text[:at])
	case 1:
		return slices.Concat(text, []byte(pick(s, " trailing", "{}", "1", ",", "]", "}", "\x00", " ", "\n\n", "null", "\xff", "//", " {\"a\":")))
	case 2:
		return slices.Concat([]byte(pick(s, " ", "\xef\xbb\xbf", "\x00", "\xfe\xff", "\xff\xfe", ",", "1 ", "//\n")), text)
	case 3:
		if at < len(text) {
			return slices.Concat(text[:at], text[at+1:])
		}
	case 4:
		if at < len(text) {
			c := bytes.Clone(text)
			c[at] = byte(s.Uint32())
			return c
		}
	case 5:
		if i := bytes.IndexAny(text[at:], "0123456789"); i >= 0 {
			j := at + i
			for j < len(text) && strings.IndexByte("0123456789.eE+-", text[j]) >= 0 {
				j++
			}
			return slices.Concat(text[:at+i], []byte(pick(s, numberTexts...)), text[j:])
		}
	case 6:
		to := at + s.IntN(len(text)-at+1)
		return slices.Concat(text[:to], text[at:to], text[to:])
	}
	return slices.Concat(text[:at], []byte(pick(s, insertions...)), text[at:])
}

package generate

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/trial"
)

func (s source) literalParse() *trial.Trial {
	t := s.trial(trial.ParseValue, trial.Plugin{}, func() trial.Item { return trial.Item{Text: s.literal()} })
	t.Plugins = nil
	return t
}

// literal draws a header literal from the grammar, damaged one time in four.
func (s source) literal() string {
	text := s.literalValue(0)
	if s.oneIn(4) {
		text = s.literalDamage(text)
	}
	if s.oneIn(6) {
		text = pick(s, "", " ", "  ", "\t") + text + pick(s, "", " ", "\n")
	}
	return text
}

func (s source) literalValue(depth int) string {
	if depth < depthMax && s.oneIn(3) {
		var b strings.Builder
		if s.oneIn(2) {
			b.WriteString("[" + s.gap())
			for i := range s.size(4) {
				if i > 0 {
					b.WriteString(s.separator())
				}
				b.WriteString(s.literalValue(depth + 1))
			}
			b.WriteString(s.gap() + "]")
			return b.String()
		}
		b.WriteString("{" + s.gap())
		for i := range s.size(4) {
			if i > 0 {
				b.WriteString(s.separator())
			}
			b.WriteString(s.literalValue(depthMax) + s.gap() + ":" + s.gap() + s.literalValue(depth+1))
		}
		b.WriteString(s.gap() + "}")
		return b.String()
	}
	switch s.IntN(9) {
	case 0:
		return pick(s, "null", "true", "false", "True", "NULL", "nullx", "truely", "fals")
	case 1, 2:
		return s.literalNumber()
	case 3:
		return s.temporal()
	case 4:
		if depth == 0 {
			return s.text()
		}
	case 5:
		return pick(s, words...)
	}
	quoted := pick(s, "a", "b", "id", "x y", `a\"b`, `a\\b`, "é", "1", "", "2019-08-23", "14:34:54.346Z", "true", "null", "[1]", "a,b", "a:b", "{", "}")
	if s.oneIn(8) {
		return quoted
	}
	return `"` + quoted + `"`
}

func (s source) gap() string {
	if s.oneIn(8) {
		return pick(s, " ", "  ", "\t", "\n")
	}
	return ""
}

func (s source) separator() string {
	if s.oneIn(16) {
		return pick(s, " ", ",,", ";", "", " , , ")
	}
	return s.gap() + "," + s.gap()
}

func (s source) literalNumber() string {
	switch s.IntN(5) {
	case 0:
		return pick(s, numberTexts...)
	case 1:
		return fmt.Sprint(s.integer(pick(s, 8, 16, 32, 64)))
	case 2:
		return fmt.Sprintf("%d.%d", s.IntN(1000), s.IntN(1000))
	case 3:
		return fmt.Sprintf("%de%d", s.IntN(100), s.IntN(90)-45)
	}
	return s.digits()
}

// temporal draws a date, time or timestamp, right or nearly.
func (s source) temporal() string {
	date := fmt.Sprintf("%04d-%02d-%02d", 1900+s.IntN(200), 1+s.IntN(12), 1+s.IntN(28))
	clock := fmt.Sprintf("%02d:%02d:%02d.%03dZ", s.IntN(24), s.IntN(60), s.IntN(60), s.IntN(1000))
	if s.oneIn(5) {
		date = fmt.Sprintf("%04d-%02d-%02d", s.IntN(10000), s.IntN(100), s.IntN(100))
		clock = fmt.Sprintf("%02d:%02d:%02d.%03dZ", s.IntN(100), s.IntN(100), s.IntN(100), s.IntN(1000))
	}
	switch s.IntN(5) {
	case 0:
		return date
	case 1:
		return clock
	case 2:
		return strings.ReplaceAll(pick(s, date+"T"+clock, clock), ":", `\:`)
	case 3:
		return s.literalDamage(date + "T" + clock)
	}
	return date + "T" + clock
}

func (s source) literalDamage(text string) string {
	at := s.IntN(len(text) + 1)
	for at > 0 && at < len(text) && text[at]&0xC0 == 0x80 {
		at-- // the protocol's texts are whole characters
	}
	switch s.IntN(5) {
	case 0:
		return text[:at]
	case 1:
		return text + pick(s, " x", "]", "}", ",", ":", `"`, "1", " 1", "[", `\`)
	case 2:
		if at < len(text) && text[at] < 0x80 {
			return text[:at] + text[at+1:]
		}
	case 3:
		return pick(s, "[", "{", ",", ":", `"`, `\`, "-", "+", " ", "0", "1,") + text
	}
	return text[:at] + pick(s, ",", ":", "{", "}", "[", "]", `"`, `\`, `\"`, " ", "-", "+", ".", "e", "0", "Z", "T", "null", "true") + text[at:]
}

package explain

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/millrace/millrace/config"
)

var lineOf = regexp.MustCompile(`line (\d+)`)

func (f *File) readProperties(text []byte) {
	lines := propertyLines(string(text))
	props, err := config.ParseProperties(bytes.NewReader(text))
	if err != nil {
		f.Broken = true
		at := Position{Line: 1, Column: 1}
		if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
			at.Column = max(strings.Index(lines[at.Line-1], `\u`)+1, 1)
		}
		f.find(Error, "", at, err.Error(), "")
		return
	}
	for _, p := range props.Entries() {
		at, valueAt := columns(lines, p.Line)
		f.put(Entry{Key: p.Key, Value: p.Value, At: at, ValueAt: valueAt})
	}
	for _, d := range props.Duplicates() {
		at, _ := columns(lines, d.Line)
		f.find(Error, d.Key, at, fmt.Sprintf("the key is given twice, first in line %d; the later value counts", d.EarlierLine), "")
	}
}

// propertyLines are the lines of a properties file, which end in \n, \r or both.
func propertyLines(text string) []string {
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
}

// columns are where key and value of the entry in a line start.
func columns(lines []string, line int) (key, value Position) {
	text := lines[line-1]
	at := len(text) - len(strings.TrimLeft(text, " \t\f"))
	key = Position{Line: line, Column: at + 1}
	for at < len(text) && !strings.ContainsRune("=: \t\f", rune(text[at])) {
		if text[at] == '\\' {
			at++
		}
		at++
	}
	rest := text[min(at, len(text)):]
	trimmed := strings.TrimLeft(rest, " \t\f")
	if strings.HasPrefix(trimmed, "=") || strings.HasPrefix(trimmed, ":") {
		trimmed = strings.TrimLeft(trimmed[1:], " \t\f")
	}
	return key, Position{Line: line, Column: len(text) - len(trimmed) + 1}
}

package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text file; line and column count from 1, columns in characters. The zero value
// is no place.
type Position struct {
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// String is line:column.
func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// positionAt is the place of the byte at offset.
func positionAt(text []byte, offset int) Position {
	before := string(text[:min(offset, len(text))])
	start := strings.LastIndexByte(before, '\n') + 1
	return Position{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[start:]) + 1}
}

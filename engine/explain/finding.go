package explain

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Severity says what a finding does to the connector.
type Severity string

// The severities.
const (
	// Error: the connector will not start, or a key that can only be a mistake has no effect.
	Error Severity = "error"
	// Warning: the config works, but something in it has no effect or another one than it seems.
	Warning Severity = "warning"
)

// Finding is one mistake in a config.
type Finding struct {
	Severity Severity `json:"severity"`
	Key      string   `json:"key,omitempty"`
	Position
	Text    string `json:"text"`
	Nearest string `json:"nearest,omitempty"` // what was probably meant
}

// HasErrors reports whether a finding is an Error.
func HasErrors(list []Finding) bool {
	return slices.ContainsFunc(list, func(f Finding) bool { return f.Severity == Error })
}

// WriteFindings writes a line for each finding, as compilers do: file:line:column: severity: key: text.
func WriteFindings(w io.Writer, file string, list []Finding) error {
	for _, f := range list {
		line := file + ":"
		if f.Line > 0 {
			line += f.Position.String() + ":"
		}
		line += " " + string(f.Severity) + ": "
		if f.Key != "" {
			line += f.Key + ": "
		}
		line += oneLine(f.Text)
		if f.Nearest != "" {
			line += "; did you mean " + f.Nearest + "?"
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// sortFindings orders by place; of the same text about the same key one remains.
func sortFindings(list []Finding) []Finding {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return slices.CompactFunc(list, func(a, b Finding) bool { return a.Key == b.Key && a.Text == b.Text })
}

package restscript

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteTranscript writes a case and its answer as they were on the wire, for people to read.
func (t Target) WriteTranscript(w io.Writer, c Case, a Answer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "== %s\n", c.Name)
	for line := range strings.Lines(t.request(c.Method, t.fill(c.Target), c.Headers, t.fill(c.Body))) {
		fmt.Fprintf(&b, "> %s\n", strings.TrimRight(line, "\r\n"))
	}
	fmt.Fprintf(&b, "< %s %d\n", a.Proto, a.Status)
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for _, v := range a.Header[name] {
			fmt.Fprintf(&b, "< %s: %s\n", name, v)
		}
	}
	fmt.Fprintf(&b, "<\n%s\n\n", a.Body)
	_, err := io.WriteString(w, b.String())
	return err
}

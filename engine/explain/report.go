package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is all that is said about a config.
type Report struct {
	File     string    `json:"file"`
	Findings []Finding `json:"findings"`
	Config   []Setting `json:"config,omitempty"`
	Chain    []Link    `json:"chain,omitempty"`
	Sample   *Sample   `json:"sample,omitempty"`
}

// WriteJSON writes the report as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report for a reader.
func (r *Report) WriteText(w io.Writer) error {
	if err := WriteFindings(w, r.File, r.Findings); err != nil {
		return err
	}
	if len(r.Findings) == 0 {
		fmt.Fprintf(w, "%s: nothing wrong was found\n", r.File)
	}
	if len(r.Config) > 0 {
		fmt.Fprint(w, "\nConfig in force\n")
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, s := range r.Config {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", s.Key, oneLine(s.Value), s.Origin)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	r.writeChain(w)
	return r.writeSample(w)
}

func oneLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s)
}

func (r *Report) writeChain(w io.Writer) {
	if len(r.Chain) == 0 {
		return
	}
	fmt.Fprint(w, "\nWay of a record\n")
	for i, l := range r.Chain {
		text := fmt.Sprintf("  %d. %s", i+1, l.Name)
		if l.Class != "" {
			text += "  " + l.Class
		}
		if l.Settings != "" {
			text += "  " + oneLine(l.Settings)
		}
		if l.Predicate != "" {
			not := ""
			if l.Negate {
				not = "not "
			}
			text += "  if " + not + l.Predicate
		}
		if l.Note != "" {
			text += "  (" + l.Note + ")"
		}
		fmt.Fprintln(w, text)
		if len(l.Does) > 0 {
			fmt.Fprintf(w, "       %s\n", oneLine(strings.Join(l.Does, "; ")))
		}
		if l.Joins != "" {
			fmt.Fprintf(w, "       structs go through %s and this as one\n", l.Joins)
		}
	}
}

func (r *Report) writeSample(w io.Writer) error {
	s := r.Sample
	if s == nil {
		return nil
	}
	fmt.Fprintf(w, "\nSample of %d records\n  at first\n", s.Records)
	s.Start.write(w)
	before := s.Start
	for _, st := range s.Steps {
		fmt.Fprintf(w, "  after %s: %s; %s\n", st.Name, outcomes(st.Outcomes), st.work())
		if slices.Equal(before.Key, st.Key) && slices.Equal(before.Value, st.Value) {
			fmt.Fprint(w, "    schemas as before\n")
		} else {
			st.write(w)
		}
		before = st.Schemas
	}
	for _, f := range s.Failed {
		fmt.Fprintf(w, "  failed: %s\n", f)
	}
	return nil
}

func (s *Schemas) write(w io.Writer) {
	for _, side := range []struct {
		name string
		list []string
	}{{"key", s.Key}, {"value", s.Value}} {
		for _, text := range side.list {
			fmt.Fprintf(w, "    %-6s%s\n", side.name, text)
		}
	}
}

func outcomes(m map[Outcome]int) string {
	var out []string
	for _, o := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%d %s", m[o], o))
	}
	if len(out) == 0 {
		return "no record came here"
	}
	return strings.Join(out, ", ")
}

// work says whether a transform worked per batch or per row.
func (s *SampledStep) work() string {
	if len(s.Writes) == 0 {
		return "works per batch, no value is written"
	}
	return "works per row, writes " + strings.Join(s.Writes, ", ")
}

package history

import (
	"fmt"
	"io"
	"strings"
)

// Class is the guarantee that a history is held to.
type Class string

// The classes.
const (
	AtLeastOnce Class = "alo"
	ExactlyOnce Class = "eos"
)

// ParseClass returns the class of that name.
func ParseClass(name string) (Class, error) {
	switch c := Class(strings.ToLower(name)); c {
	case AtLeastOnce, ExactlyOnce:
		return c, nil
	}
	return "", fmt.Errorf("no guarantee is called %q: alo is at least once, eos exactly once", name)
}

// Kind is what is wrong.
type Kind string

// The anomalies.
const (
	Lost        Kind = "lost"
	Duplicate   Kind = "duplicate"
	Reordered   Kind = "reordered"
	Phantom     Kind = "phantom"
	Corrupt     Kind = "corrupt"
	Misrouted   Kind = "misrouted"
	StaleCommit Kind = "stale commit"
	Regress     Kind = "commit regress"
	Aborted     Kind = "aborted read"
	Torn        Kind = "torn read"
	Divergent   Kind = "divergent log"
	DoubleOwner Kind = "double owner"
	SilentDrop  Kind = "silent drop"
	Stuck       Kind = "stuck"
	Unfinished  Kind = "unfinished"
	Empty       Kind = "empty"
)

// kinds are all anomalies, in the order of a report, and what they mean.
var kinds = []struct {
	kind  Kind
	means string
}{
	{Lost, "acknowledged, committed or passed by others, and neither in the target nor a dead letter"},
	{Duplicate, "twice there, and no replay from the committed offset is the cause"},
	{Reordered, "seen for the first time behind one that was made later"},
	{Phantom, "nobody made it"},
	{Corrupt, "not what was made"},
	{Misrouted, "in another topic than it was made for"},
	{StaleCommit, "an offset was committed before what it stands for was durable"},
	{Regress, "a committed offset went back"},
	{Aborted, "a value of a transaction that was aborted or is open"},
	{Torn, "part of what is visible together or not at all, or records without their offset"},
	{Divergent, "two values at one offset of a log"},
	{DoubleOwner, "two worked on one thing at a time"},
	{SilentDrop, "tolerated, and no dead letter, log or metric tells of it"},
	{Stuck, "something is left to do, and nothing happened for a minute after the last fault"},
	{Unfinished, "something is left to do where the history ends"},
	{Empty, "there is nothing to check"},
}

// Anomaly is one thing that is wrong.
type Anomaly struct {
	Kind Kind
	Text string // where, and what
}

// Report is what a check found.
type Report struct {
	Class     Class
	Events    int
	Streams   int
	In, Out   int // records that went in, and those that were found
	Faults    int
	Anomalies []Anomaly // at most some of each kind
	Count     map[Kind]int

	session int64 // nanoseconds after which a process knows that it was replaced
}

// examplesMax is how many anomalies of a kind are told: one cause can make thousands.
const examplesMax = 5

func (r *Report) add(kind Kind, format string, args ...any) {
	if r.Count == nil {
		r.Count = map[Kind]int{}
	}
	if r.Count[kind]++; r.Count[kind] <= examplesMax {
		r.Anomalies = append(r.Anomalies, Anomaly{kind, fmt.Sprintf(format, args...)})
	}
}

// Clean reports whether nothing is wrong.
func (r *Report) Clean() bool { return len(r.Anomalies) == 0 }

// Write writes the report as a table of Markdown, then the examples.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d events, %d streams, %d records in, %d found, %d faults, held to %s\n\n", r.Events, r.Streams, r.In, r.Out, r.Faults, r.Class)
	b.WriteString("| anomaly | found | |\n|---|---|---|\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", k.kind, r.Count[k.kind], k.means)
	}
	for i, a := range r.Anomalies {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s: %s\n", a.Kind, a.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

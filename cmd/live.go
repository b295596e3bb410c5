package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/millrace/millrace/engine/metrics"
)

// line is what the live view shows of a connector: the sums over its tasks.
type line struct {
	name, kind, state string
	records, bytes    int64 // since the view began
	lag, errors       int64
	perSecond, mega   float64
}

// lines sums a snapshot up by connector, with rates since an earlier one.
func lines(before, now metrics.Snapshot, total *tally) []line {
	was := map[string]metrics.TaskSnapshot{}
	for _, t := range before.Tasks {
		was[t.ID.String()] = t
	}
	seconds := now.At.Sub(before.At).Seconds()
	byName := map[string]*line{}
	var out []*line
	for _, c := range now.Connectors {
		l := &line{name: c.Name, kind: c.Type, state: c.State.String()}
		if all := total.sums[c.Name]; all != nil {
			l.records, l.bytes = all.records, all.bytes
		}
		byName[c.Name] = l
		out = append(out, l)
	}
	for _, t := range now.Tasks {
		l := byName[t.ID.Connector]
		if l == nil {
			continue
		}
		l.lag += t.Lag
		l.errors += t.Errors + t.Failures
		if seconds > 0 {
			// A task that started anew counts from zero.
			old := was[t.ID.String()]
			l.perSecond += float64(max(0, t.Delivered-old.Delivered)) / seconds
			l.mega += float64(max(0, t.Bytes-old.Bytes)) / seconds / 1e6
		}
		if t.State != metrics.Running && l.state == metrics.Running.String() {
			l.state = t.State.String()
		}
	}
	flat := make([]line, len(out))
	for i, l := range out {
		flat[i] = *l
	}
	return flat
}

// liveView writes snapshots to a terminal, each over the one before, or as plain lines to anything else.
type liveView struct {
	out      io.Writer
	terminal bool
	height   int // lines that the last table took
	last     metrics.Snapshot
	total    *tally
	started  time.Time
	notes    func() []string // nil: none
	width    int             // of the terminal; 0: not known
}

// plainEvery is how many ticks of a second pass between plain lines.
const plainEvery = 5

// show writes a snapshot, which is in total already. tick counts seconds from 0.
func (v *liveView) show(tick int, s metrics.Snapshot) {
	if !v.terminal && tick%plainEvery != 0 {
		return
	}
	rows := lines(v.last, s, v.total)
	v.last = s
	var notes []string
	if v.notes != nil {
		notes = v.notes()
	}
	if v.terminal {
		v.table(s.At, rows, notes)
		return
	}
	for _, l := range rows {
		fmt.Fprintf(v.out, "%s connector=%s state=%s records=%d records_per_second=%.0f mb_per_second=%.2f lag=%d errors=%d\n",
			s.At.UTC().Format(time.RFC3339), l.name, l.state, l.records, l.perSecond, l.mega, l.lag, l.errors)
	}
	for _, n := range notes {
		fmt.Fprintf(v.out, "%s %s\n", s.At.UTC().Format(time.RFC3339), n)
	}
}

// table writes rows and notes; a note is cut at the terminal's width.
func (v *liveView) table(at time.Time, rows []line, notes []string) {
	width := len("CONNECTOR")
	for _, l := range rows {
		width = max(width, len(l.name))
	}
	var b strings.Builder
	if v.height > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", v.height)
	}
	put := func(format string, args ...any) {
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\x1b[K\n")
	}
	put("%-*s  %-6s  %-10s  %12s  %9s  %10s  %7s  %14s", width, "CONNECTOR", "TYPE", "STATE", "RECORDS/S", "MB/S", "LAG", "ERRORS", "RECORDS")
	for _, l := range rows {
		lag := "-"
		if l.kind == "sink" {
			lag = grouped(l.lag)
		}
		put("%-*s  %-6s  %-10s  %12s  %9.2f  %10s  %7s  %14s", width, l.name, l.kind, l.state, grouped(int64(l.perSecond)), l.mega, lag, grouped(l.errors), grouped(l.records))
	}
	for _, n := range notes {
		if v.width > 0 && len(n) > v.width {
			n = strings.ToValidUTF8(n[:v.width-1], "") + "…"
		}
		put("%s", n)
	}
	put("%s, Ctrl-C stops", at.Sub(v.started).Round(time.Second))
	b.WriteString("\x1b[J") // a table before may have been longer
	v.height = len(rows) + len(notes) + 2
	_, _ = io.WriteString(v.out, b.String()) // a terminal that is gone shows nothing
}

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

// tally adds up what tasks have done, also those that have been started anew meanwhile, whose own counts begin
// at zero. What a task does between the last snapshot and its end is not in it.
type tally struct {
	seen map[string]metrics.TaskSnapshot // by task
	sums map[string]*sum                 // by connector
}

// sum is what the tasks of a connector have done.
type sum struct {
	sink           bool
	records, bytes int64
}

func newTally() *tally {
	return &tally{seen: map[string]metrics.TaskSnapshot{}, sums: map[string]*sum{}}
}

// add takes a snapshot, each later than the one before.
func (t *tally) add(s metrics.Snapshot) {
	for _, task := range s.Tasks {
		was := t.seen[task.ID.String()]
		if task.Records < was.Records || task.Delivered < was.Delivered {
			was = metrics.TaskSnapshot{}
		}
		c := t.sums[task.ID.Connector]
		if c == nil {
			c = &sum{sink: task.Type == "sink"}
			t.sums[task.ID.Connector] = c
		}
		c.records += task.Delivered - was.Delivered
		c.bytes += task.Bytes - was.Bytes
		t.seen[task.ID.String()] = task
	}
}

// moved says how many records went where.
func (t *tally) moved() string {
	var in, out int64
	for _, c := range t.sums {
		if c.sink {
			out += c.records
		} else {
			in += c.records
		}
	}
	return fmt.Sprintf("%s records written to Kafka by sources, %s handed to sinks", grouped(in), grouped(out))
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
	if v.terminal {
		v.table(s.At, rows)
		return
	}
	for _, l := range rows {
		fmt.Fprintf(v.out, "%s connector=%s state=%s records=%d records_per_second=%.0f mb_per_second=%.2f lag=%d errors=%d\n",
			s.At.UTC().Format(time.RFC3339), l.name, l.state, l.records, l.perSecond, l.mega, l.lag, l.errors)
	}
}

func (v *liveView) table(at time.Time, rows []line) {
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
	put("%s, Ctrl-C stops", at.Sub(v.started).Round(time.Second))
	b.WriteString("\x1b[J") // a table before may have been longer
	v.height = len(rows) + 2
	_, _ = io.WriteString(v.out, b.String()) // a terminal that is gone shows nothing
}

// grouped writes a number in groups of three digits.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

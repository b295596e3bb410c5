package cmd

import (
	"fmt"

	"github.com/millrace/millrace/engine/metrics"
)

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

// grouped writes a number in groups of three digits.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package history

import (
	"fmt"
	"strings"
)

// Kind is what is wrong.
type Kind string

// Kinds of anomalies.
const (
	Lost      Kind = "lost"      // went in and did not come out
	Duplicate Kind = "duplicate" // came out again, and not by going on from an earlier place
	Replayed  Kind = "replayed"  // went on from an earlier place more often than something can have caused it
	Reordered Kind = "reordered" // came out for the first time before one that went in before it
	Misrouted Kind = "misrouted" // is in two partitions, though its key has not changed
	Phantom   Kind = "phantom"   // never went in
	Corrupt   Kind = "corrupt"   // is not what went in
	Empty     Kind = "empty"     // there is nothing to check
)

// Anomaly is one thing that is wrong with a history.
type Anomaly struct {
	Kind Kind
	Text string
}

func (a Anomaly) String() string { return string(a.Kind) + ": " + a.Text }

// AnyReplays as a limit allows every number of them.
const AnyReplays = -1

// Report is what a check found.
type Report struct {
	Anomalies []Anomaly
	Replays   int // in the lane that has most
	Repeats   int // lines that came out again
}

// Topic checks the numbers that are in the partitions of a topic, in their order, when lines 1 … n went in and each
// partition may be replayed up to replays times.
func Topic(partitions [][]int, n, replays int) Report {
	var r Report
	of := r.partitionOf(partitions, n)
	want := make([][]int, len(partitions))
	for v := 1; v <= n; v++ {
		if p := of[v] - 1; p >= 0 {
			want[p] = append(want[p], v)
		}
	}
	for p, seen := range partitions {
		r.lane(fmt.Sprintf("partition %d", p), newLane(want[p], n), seen, replays)
	}
	return r
}

// File checks the numbers of a file that was written from the partitions of a topic, each in its order and replayed up
// to replays times. What the topic holds twice is no replay.
func File(numbers []int, partitions [][]int, n, replays int) Report {
	var r Report
	of := r.partitionOf(partitions, n)
	seen := make([][]int, len(partitions))
	for _, v := range numbers {
		switch {
		case v > n || v < 1:
			r.add(Phantom, "line %d never went in", v)
		case of[v] == 0:
			r.add(Phantom, "line %d is not in the topic", v)
		default:
			seen[of[v]-1] = append(seen[of[v]-1], v)
		}
	}
	for p, want := range partitions {
		r.lane(fmt.Sprintf("lines of partition %d", p), newLane(want, n), seen[p], replays)
	}
	return r
}

// partitionOf returns the partition that each line is in, counted from 1, 0 for none. What is in none or in two is an
// anomaly.
func (r *Report) partitionOf(partitions [][]int, n int) []int {
	if n == 0 {
		r.add(Empty, "no line went in")
	}
	of := make([]int, n+1)
	for p, numbers := range partitions {
		for _, v := range numbers {
			switch {
			case v < 1 || v > n:
				r.add(Phantom, "partition %d: line %d never went in", p, v)
			case of[v] == 0:
				of[v] = p + 1
			case of[v] != p+1:
				r.add(Misrouted, "line %d is in partitions %d and %d", v, of[v]-1, p)
			}
		}
	}
	var lost []int
	for v := 1; v <= n; v++ {
		if of[v] == 0 {
			lost = append(lost, v)
		}
	}
	r.lost("topic", lost)
	return of
}

func (r *Report) lost(where string, numbers []int) {
	if len(numbers) > 0 {
		r.add(Lost, "%s: %d lines, the first are %s", where, len(numbers), strings.Trim(fmt.Sprint(numbers[:min(5, len(numbers))]), "[]"))
	}
}

// anomaliesMax is how many anomalies a report names: one cause can make thousands.
const anomaliesMax = 50

func (r *Report) add(kind Kind, format string, args ...any) {
	if len(r.Anomalies) < anomaliesMax {
		r.Anomalies = append(r.Anomalies, Anomaly{kind, fmt.Sprintf(format, args...)})
	}
}

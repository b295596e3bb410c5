package history

import (
	"fmt"
	"slices"
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
	for p, lane := range byLane(&r, partitions, n) {
		r.lane(fmt.Sprintf("partition %d", p), lane, partitions[p], replays)
	}
	return r
}

// File checks the numbers of a file that was written from the partitions of a topic: only lines of the same partition
// keep their order.
func File(numbers []int, partitions [][]int, n, replays int) Report {
	var r Report
	lanes := byLane(&r, partitions, n)
	of := make([]int, n+1) // partition+1
	for p, lane := range lanes {
		for _, v := range lane {
			of[v] = p + 1
		}
	}
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
	for p, lane := range lanes {
		r.lane(fmt.Sprintf("lines of partition %d", p), lane, seen[p], replays)
	}
	return r
}

// byLane returns the lines that belong to each partition, rising: those that are there, each once. What is in none or
// in two is an anomaly.
func byLane(r *Report, partitions [][]int, n int) [][]int {
	if n == 0 {
		r.add(Empty, "no line went in")
	}
	of := make([]int, n+1)
	lanes := make([][]int, len(partitions))
	for p, numbers := range partitions {
		for _, v := range numbers {
			switch {
			case v < 1 || v > n:
				r.add(Phantom, "partition %d: line %d never went in", p, v)
			case of[v] == 0:
				of[v] = p + 1
				lanes[p] = append(lanes[p], v)
			case of[v] != p+1:
				r.add(Misrouted, "line %d is in partitions %d and %d", v, of[v]-1, p)
			}
		}
		slices.Sort(lanes[p])
	}
	var lost []int
	for v := 1; v <= n; v++ {
		if of[v] == 0 {
			lost = append(lost, v)
		}
	}
	r.lost("topic", lost)
	return lanes
}

// lane checks one ordered place: want rises.
func (r *Report) lane(where string, want, seen []int, replaysMax int) {
	type jump struct{ over, to, at int } // from the line that had to come, to the one that came, at a place
	var jumps []jump
	came := make([]bool, len(want))
	next, last, replays := 0, -1, 0 // first index that has not come, index that came last
	for at, v := range seen {
		i, ok := slices.BinarySearch(want, v)
		if !ok {
			continue // reported where lanes were told apart
		}
		switch {
		case i == last+1:
		case i <= last:
			replays++
		case i > next:
			jumps = append(jumps, jump{next, i, at})
		default:
			r.add(Duplicate, "%s: line %d stands at place %d again, after line %d", where, v, at+1, want[last])
		}
		if came[i] {
			r.Repeats++
		}
		came[i], last = true, i
		for next < len(want) && came[next] {
			next++
		}
	}
	for _, j := range jumps {
		if came[j.over] { // else it is lost, which is said below
			r.add(Reordered, "%s: line %d stands at place %d, before line %d", where, want[j.to], j.at+1, want[j.over])
		}
	}
	var lost []int
	for i, ok := range came {
		if !ok {
			lost = append(lost, want[i])
		}
	}
	r.lost(where, lost)
	r.Replays = max(r.Replays, replays)
	if replaysMax != AnyReplays && replays > replaysMax {
		r.add(Replayed, "%s: went on from an earlier place %d times, at most %d had a cause", where, replays, replaysMax)
	}
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

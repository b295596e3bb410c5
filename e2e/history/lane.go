package history

import "slices"

// lane is an ordered place: lines in the order in which they must come out. A line may stand in it several times.
type lane struct {
	want  []int
	last  []int // by line: its last place in want, counted from 1; 0 when it has none
	other []int // by place: the place before it of the same line
}

// newLane returns the lane of want; lines beyond 1 … n are passed over.
func newLane(want []int, n int) *lane {
	l := &lane{want: want, last: make([]int, n+1), other: make([]int, len(want)+1)}
	for i, v := range want {
		if v >= 1 && v <= n {
			l.other[i+1] = l.last[v]
			l.last[v] = i + 1
		}
	}
	return l
}

// appendPlaces appends the places of line v, falling.
func (l *lane) appendPlaces(dst []int, v int) []int {
	if v < 1 || v >= len(l.last) {
		return dst
	}
	for at := l.last[v]; at > 0; at = l.other[at] {
		dst = append(dst, at)
	}
	return dst
}

// walk follows what came out through a lane. Where a line stands in the lane several times, it may be at any of them,
// until the lines after it tell.
type walk struct {
	lane  *lane
	at    []int // places where the last line may stand
	high  int   // the highest of all places that were reached
	again []int // spare
}

// step is how a line follows the one before it.
type step int

const (
	ahead   step = iota // by one
	back                // a replay begins
	skipped             // ahead by more than one, among lines that came before
	jumped              // ahead of lines that have not come
	unknown             // not of this lane
)

func (w *walk) next(v int) step {
	all := w.lane.appendPlaces(w.again[:0], v)
	w.again = all
	if len(all) == 0 {
		return unknown
	}
	follows := func(at int) bool { return at == 1 && w.high == 0 || slices.Contains(w.at, at-1) }
	if slices.ContainsFunc(all, follows) {
		w.take(all, follows)
		return ahead
	}
	from := 0
	if len(w.at) > 0 {
		from = slices.Max(w.at)
	}
	switch lowest := all[len(all)-1]; {
	case lowest <= from:
		w.take(all, func(at int) bool { return at <= from })
		return back
	case lowest <= w.high+1:
		w.take(all, func(at int) bool { return at <= w.high+1 })
		return skipped
	default:
		w.take(all, func(at int) bool { return at == lowest })
		return jumped
	}
}

// take makes the places of all that are possible the current ones.
func (w *walk) take(all []int, possible func(int) bool) {
	w.at, w.again = slices.DeleteFunc(all, func(at int) bool { return !possible(at) }), w.at
	w.high = max(w.high, slices.Max(w.at))
}

// lane checks what came out of one ordered place.
func (r *Report) lane(where string, l *lane, seen []int, replaysMax int) {
	type jump struct{ over, to, at int } // lines: the one that was due, the one that came; and its place in seen
	var jumps []jump
	came := make([]bool, len(l.last))
	w, last, replays := walk{lane: l}, 0, 0
	for i, v := range seen {
		due := 0
		if w.high < len(l.want) {
			due = l.want[w.high]
		}
		switch w.next(v) {
		case unknown: // reported where lanes were told apart
			continue
		case ahead:
		case back:
			replays++
		case skipped:
			r.add(Duplicate, "%s: line %d stands at place %d again, after line %d", where, v, i+1, last)
		case jumped:
			jumps = append(jumps, jump{due, v, i})
		}
		if came[v] {
			r.Repeats++
		}
		came[v], last = true, v
	}
	for _, j := range jumps {
		if came[j.over] { // else it is lost, which is said below
			r.add(Reordered, "%s: line %d stands at place %d, before line %d", where, j.to, j.at+1, j.over)
		}
	}
	var lost []int
	for v := range came {
		if l.last[v] > 0 && !came[v] {
			lost = append(lost, v)
		}
	}
	r.lost(where, lost)
	r.Replays = max(r.Replays, replays)
	if replaysMax != AnyReplays && replays > replaysMax {
		r.add(Replayed, "%s: went on from an earlier place %d times, at most %d had a cause", where, replays, replaysMax)
	}
}

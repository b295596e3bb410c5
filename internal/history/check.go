package history

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// stuckAfter is how long nothing may happen, after the last fault is healed, while something is left to do.
const stuckAfter = 60 * time.Second

// Check holds events, which it sorts, to a guarantee. An empty class takes what the history says of itself.
//
// Errors: no class is known.
func Check(events []Event, class Class) (*Report, error) {
	sortByTime(events)
	r := &Report{Class: class, Events: len(events), session: int64(sessionTimeout)}
	for i := range events {
		if e := &events[i]; e.SessionMs > 0 {
			r.session = e.SessionMs * int64(time.Millisecond)
		}
		switch e := &events[i]; {
		case e.Type == Guarantee && r.Class == "":
			c, err := ParseClass(e.Class)
			if err != nil {
				return nil, err
			}
			r.Class = c
		case e.Type == Fault && e.Op == opStart:
			r.Faults++
		}
	}
	if r.Class == "" {
		return nil, fmt.Errorf("the history does not say what it is held to: alo or eos")
	}
	all := streams(events)
	for _, s := range all {
		r.Streams++
		r.In, r.Out = r.In+len(s.in), r.Out+len(s.out)
		r.stream(s)
	}
	if r.In == 0 && r.Out == 0 {
		r.add(Empty, "no record went in or was found")
	}
	r.log(events)
	r.transactions(events, all)
	r.owners(events, all)
	r.ends(events, all)
	return r, nil
}

// stream checks what concerns one stream alone.
func (r *Report) stream(s *stream) {
	made := make(map[int64][]int, len(s.in)) // places in s.in
	for i, e := range s.in {
		made[e.seq] = append(made[e.seq], i)
	}
	found := map[int64]int{}
	for _, e := range s.out {
		found[e.seq]++
		r.entry(s, e, made[e.seq])
	}
	r.lost(s, made, found)
	r.repeats(s, made, found)
	r.order(s)
	r.commits(s, found)
	for seq := range s.dropped {
		if !s.told[seq] {
			r.add(SilentDrop, "%s: %d", s.name, seq)
		}
	}
}

// entry checks what was found against what went in.
func (r *Report) entry(s *stream, e entry, made []int) {
	if len(made) == 0 {
		r.add(Phantom, "%s: %d in %s at %d", s.name, e.seq, e.where, e.off)
		return
	}
	intact, routed := false, false
	for _, i := range made {
		in := s.in[i]
		intact = intact || (e.crc == "" || in.crc == "" || in.crc == e.crc) && (e.unit == "" || in.unit == "" || in.unit == e.unit)
		routed = routed || !s.source || in.topic == "" || in.topic == topicOf(e.where)
	}
	if !intact {
		r.add(Corrupt, "%s: %d in %s at %d: checksum %s of %q, made was %s of %q", s.name, e.seq, e.where, e.off, e.crc, e.unit, s.in[made[0]].crc, s.in[made[0]].unit)
	}
	if !routed {
		r.add(Misrouted, "%s: %d is in %s at %d, made for %s", s.name, e.seq, e.where, e.off, s.in[made[0]].topic)
	}
}

// topicOf returns the topic of a topic-partition.
func topicOf(tp string) string {
	for i := len(tp) - 1; i >= 0; i-- {
		if tp[i] == '-' {
			return tp[:i]
		}
	}
	return tp
}

// lost checks that all numbers up to the highest that was found, committed or acknowledged are there. What a source was
// told of a transaction that was aborted is acknowledged, and comes again.
func (r *Report) lost(s *stream, made map[int64][]int, found map[int64]int) {
	high := s.high
	if r.Class == AtLeastOnce {
		for seq := range s.acks {
			high = max(high, seq)
		}
	}
	if s.source {
		there := slices.Collect(maps.Keys(found))
		for _, done := range []map[int64]bool{s.gone, s.dropped} {
			there = slices.AppendSeq(there, maps.Keys(done))
		}
		due := s.first
		for _, seq := range append(ascending(there), high+1) {
			if seq = min(seq, high+1); seq > due {
				r.add(Lost, "%s: %d numbers from %d on", s.name, seq-due, due)
			}
			due = max(due, seq+1)
		}
		return
	}
	for seq := range made { // offsets have holes, where markers stand
		if seq <= high && found[seq] == 0 && !s.done(seq) {
			r.add(Lost, "%s: offset %d", s.name, seq)
		}
	}
}

// repeats checks that nothing is there twice or, at least once, only what was replayed from the committed offset.
func (r *Report) repeats(s *stream, made map[int64][]int, found map[int64]int) {
	for seq, n := range found {
		if n > 1 && (r.Class == ExactlyOnce || n > len(made[seq])) {
			r.add(Duplicate, "%s: %d is there %d times, made %d times", s.name, seq, n, len(made[seq]))
		}
	}
	if r.Class == ExactlyOnce || !s.source && !s.instrumented() {
		return
	}
	next := map[string]int64{} // by process
	high, now, before := s.first-1, 0, 0
	for _, e := range s.in {
		for ; now < len(s.commits) && s.commits[now].time <= e.time; now++ {
		}
		for ; before < now && s.commits[before].time <= e.time-r.session; before++ {
		}
		due, runs := next[e.where]
		if e.seq <= high && (!runs || e.seq < due) && !s.resumes(e.seq, before, now) {
			r.add(Duplicate, "%s: %s goes on at %d again, which was not committed then", s.name, e.where, e.seq)
		}
		next[e.where] = e.seq + 1
		high = max(high, e.seq)
	}
}

// resumes reports whether a process may have read seq as the committed offset: it was so at some time between the
// commits before and now. A process reads the offset a while before it goes on there, and a commit of the one before it
// may come late.
func (s *stream) resumes(seq int64, before, now int) bool {
	if before == 0 && seq == s.first {
		return true
	}
	return slices.ContainsFunc(s.commits[max(0, before-1):now], func(c commit) bool { return c.pos == seq })
}

// order checks that what is found for the first time goes up in each place.
func (r *Report) order(s *stream) {
	seen, last, where := map[int64]bool{}, int64(-1), ""
	for i, e := range s.out {
		if i == 0 || e.where != where {
			seen, last, where = map[int64]bool{}, -1, e.where
		}
		if seen[e.seq] {
			continue
		}
		seen[e.seq] = true
		if e.seq < last {
			r.add(Reordered, "%s: %s has %d at %d, behind %d", s.name, e.where, e.seq, e.off, last)
		}
		last = max(last, e.seq)
	}
}

// ends checks that nothing is left to do.
func (r *Report) ends(events []Event, all []*stream) {
	var healed, end int64
	for i := range events {
		switch e := &events[i]; e.Type {
		case Fault:
			healed = max(healed, e.Time)
		case End:
			end = max(end, e.Time)
		}
	}
	for _, s := range all {
		if s.goal == 0 || s.high+1 >= s.goal {
			continue
		}
		if quiet := time.Duration(end - max(healed, s.last)); quiet >= stuckAfter {
			r.add(Stuck, "%s: %d of %d, nothing for %v", s.name, s.high+1, s.goal, quiet.Round(time.Second))
		} else {
			r.add(Unfinished, "%s: %d of %d", s.name, s.high+1, s.goal)
		}
	}
}

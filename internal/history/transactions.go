package history

import (
	"cmp"
	"slices"
)

// ascending sorts numbers and drops repeats.
func ascending(all []int64) []int64 {
	slices.Sort(all)
	return slices.Compact(all)
}

// log checks that all who read a log see the same.
func (r *Report) log(events []Event) {
	type at struct {
		tp  string
		off int64
	}
	type value struct {
		conn, sp, crc, unit string
		seq                 int64
	}
	seen := map[at]value{}
	for i := range events {
		e := &events[i]
		if e.Type != Read {
			continue
		}
		v := value{e.Conn, e.SP, e.CRC, e.Unit, e.Seq}
		if was, ok := seen[at{e.TP, e.Off}]; ok && was != v {
			r.add(Divergent, "%s at %d: %s %s %d and %s %s %d", e.TP, e.Off, was.conn, was.sp, was.seq, v.conn, v.sp, v.seq)
		}
		seen[at{e.TP, e.Off}] = v
	}
}

// transactions checks that whole ones are visible, and only committed ones.
func (r *Report) transactions(events []Event, all []*stream) {
	if r.Class != ExactlyOnce {
		return
	}
	type owner struct {
		tp  string
		pid int64
	}
	type marker struct {
		off   int64
		abort bool
	}
	markers, told := map[owner][]marker{}, map[string]bool{}
	for i := range events {
		if e := &events[i]; e.Type == Txn && e.Outcome != outcomeInfo {
			o := owner{e.TP, e.PID}
			markers[o] = append(markers[o], marker{e.Off, e.Op == opAbort})
			told[e.TP] = true
		}
	}
	for _, m := range markers {
		slices.SortFunc(m, func(a, b marker) int { return cmp.Compare(a.off, b.off) })
	}
	units := map[string]*[2]int{} // records made and found of a unit
	for _, s := range all {
		if !s.source {
			continue
		}
		for _, e := range s.in {
			if e.unit != "" && !s.done(e.seq) {
				unit(units, s, e.unit)[0]++
			}
		}
		for _, e := range s.out {
			if e.unit != "" {
				unit(units, s, e.unit)[1]++
			}
			if e.pid == 0 || !told[e.where] {
				continue
			}
			ends := markers[owner{e.where, e.pid}]
			i, _ := slices.BinarySearchFunc(ends, e.off, func(m marker, off int64) int { return cmp.Compare(m.off, off) })
			switch {
			case i == len(ends):
				r.add(Aborted, "%s: %d in %s at %d: its transaction is open", s.name, e.seq, e.where, e.off)
			case ends[i].abort:
				r.add(Aborted, "%s: %d in %s at %d: its transaction was aborted", s.name, e.seq, e.where, e.off)
			}
		}
	}
	for name, n := range units {
		if n[1] > 0 && n[1] < n[0] {
			r.add(Torn, "%s: %d of %d records", name, n[1], n[0])
		}
	}
}

// unit returns the counts of a unit, which may span the source partitions of a connector.
func unit(units map[string]*[2]int, s *stream, name string) *[2]int {
	key := s.conn + " " + name
	if units[key] == nil {
		units[key] = new([2]int)
	}
	return units[key]
}

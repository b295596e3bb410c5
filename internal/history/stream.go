package history

import (
	"cmp"
	"slices"
)

// entry is one record on its way into a stream or out of it.
type entry struct {
	seq   int64
	time  int64
	where string // process that made it; topic-partition, file or key that has it
	off   int64  // in a topic-partition
	crc   string
	topic string
	unit  string
	pid   int64
	task  int
}

// commit is an offset that was committed, or taken back.
type commit struct {
	time, pos int64
	reset     bool
}

// stream is an ordered way: of a source partition of a connector into a topic, or of a topic-partition into a target.
// Records on it are numbered: by the source, or by their offset.
type stream struct {
	name    string
	conn    string
	source  bool // into a topic
	in      []entry
	out     []entry         // what was found: by place, in its order
	acks    map[int64]int64 // time, by number
	gone    map[int64]bool  // filtered, or a dead letter
	dropped map[int64]bool  // tolerated
	told    map[int64]bool
	commits []commit
	goal    int64
	first   int64 // the lowest number that went in
	high    int64 // the highest number that must have come out
	last    int64 // time of the last progress
}

// streams sorts events into streams, by name.
func streams(events []Event) []*stream {
	all := map[string]*stream{}
	of := func(source bool, conn, part string) *stream {
		name := conn + " " + part
		s := all[name]
		if s == nil {
			s = &stream{name: name, conn: conn, source: source, acks: map[int64]int64{}, gone: map[int64]bool{}, dropped: map[int64]bool{}, told: map[int64]bool{}}
			all[name] = s
		}
		return s
	}
	targets := map[string][]*stream{} // by topic-partition
	for i := range events {
		e := &events[i]
		if e.Conn != "" && e.TP != "" && e.Type != Read {
			s := of(false, e.Conn, e.TP)
			if !slices.Contains(targets[e.TP], s) {
				targets[e.TP] = append(targets[e.TP], s)
			}
		}
	}
	for i := range events {
		e := &events[i]
		if e.Type == Read {
			if e.Isolation != readsCommitted {
				continue
			}
			if e.Conn != "" && e.SP != "" {
				s := of(true, e.Conn, e.SP)
				s.out = append(s.out, entry{seq: e.Seq, time: e.Time, where: e.TP, off: e.Off, crc: e.CRC, unit: e.Unit, pid: e.PID})
			}
			continue
		}
		if e.Conn == "" || e.SP == "" && e.TP == "" || e.Outcome == outcomeInfo {
			continue
		}
		s, seq := of(e.SP != "", e.Conn, e.SP), e.Seq
		if e.SP == "" {
			s, seq = of(false, e.Conn, e.TP), e.Off
		}
		s.add(e, seq)
	}
	for i := range events {
		if e := &events[i]; e.Type == Read && e.Isolation == readsCommitted {
			for _, s := range targets[e.TP] {
				if !s.instrumented() {
					s.in = append(s.in, entry{seq: e.Off, time: e.Time, crc: e.CRC})
				}
			}
		}
	}
	list := make([]*stream, 0, len(all))
	for _, s := range all {
		s.finish()
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *stream) int { return cmp.Compare(a.name, b.name) })
	return list
}

// instrumented reports whether a task tells what it was given. Else what the topic holds counts.
func (s *stream) instrumented() bool { return len(s.in) > 0 && s.in[0].where != "" }

func (s *stream) add(e *Event, seq int64) {
	progress := true
	switch e.Type {
	case Emit, Put:
		s.in = append(s.in, entry{seq: seq, time: e.Time, where: cmp.Or(e.Process, "?"), crc: e.CRC, topic: e.Topic, unit: e.Unit, task: e.Task})
	case Send:
		if e.Outcome != outcomeFail {
			s.acks[seq] = e.Time
		}
	case Durable:
		s.out = append(s.out, entry{seq: seq, time: e.Time, where: e.File + e.Key, off: int64(e.line), crc: e.CRC})
		if _, ok := s.acks[seq]; !ok {
			s.acks[seq] = e.Time
		}
	case Offset:
		if e.Outcome != outcomeFail {
			s.commits = append(s.commits, commit{time: e.Time, pos: e.Pos})
		}
	case Reset:
		s.commits = append(s.commits, commit{time: e.Time, pos: e.Pos, reset: true})
	case DLQ, Filter:
		s.gone[seq] = true
		s.told[seq] = true
	case Tolerated:
		s.dropped[seq] = true
	case Told:
		s.told[seq] = true
	case Goal:
		s.goal, progress = e.Pos, false
	default:
		progress = false
	}
	if progress {
		s.last = max(s.last, e.Time)
	}
}

// finish computes what the checks ask for.
func (s *stream) finish() {
	slices.SortStableFunc(s.out, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.where, b.where), cmp.Compare(a.off, b.off))
	})
	s.first, s.high = 0, -1
	for i, e := range s.in {
		if i == 0 || e.seq < s.first {
			s.first = e.seq
		}
	}
	for _, e := range s.out {
		s.high = max(s.high, e.seq)
	}
	for _, c := range s.commits {
		s.high = max(s.high, c.pos-1)
	}
}

// done reports whether a number needs not be found.
func (s *stream) done(seq int64) bool { return s.gone[seq] || s.dropped[seq] }

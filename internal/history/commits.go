package history

// commits checks committed offsets: they never go back, and nothing before them is open.
func (r *Report) commits(s *stream, found map[int64]int) {
	if len(s.commits) == 0 {
		return
	}
	numbers := s.numbers()
	prefix, at := 0, s.commits[0].pos // numbers[:prefix] are durable
	for _, c := range s.commits {
		if c.reset {
			at = c.pos
			continue
		}
		if c.pos < at {
			r.add(Regress, "%s: %d after %d", s.name, c.pos, at)
		}
		at = c.pos
		for prefix < len(numbers) && s.durable(numbers[prefix], c.time, found) {
			prefix++
		}
		if prefix < len(numbers) && numbers[prefix] < c.pos {
			r.add(StaleCommit, "%s: %d is committed, %d was open", s.name, c.pos, numbers[prefix])
		}
	}
	if end := s.commits[len(s.commits)-1]; r.Class == ExactlyOnce && s.source && len(s.out) > 0 && !end.reset {
		if top := s.highestFound(); end.pos <= top {
			r.add(Torn, "%s: %d is there, committed is %d", s.name, top, end.pos)
		}
	}
}

// numbers are those that have gone in, each once, going up.
func (s *stream) numbers() []int64 {
	all := make([]int64, 0, len(s.in))
	for _, e := range s.in {
		all = append(all, e.seq)
	}
	return ascending(all)
}

// durable reports whether a number was done at a time: acknowledged or, where nobody tells of that, found at all.
func (s *stream) durable(seq, time int64, found map[int64]int) bool {
	if s.done(seq) {
		return true
	}
	if len(s.acks) == 0 {
		return found[seq] > 0
	}
	at, ok := s.acks[seq]
	return ok && at <= time
}

func (s *stream) highestFound() int64 {
	top := int64(-1)
	for _, e := range s.out {
		top = max(top, e.seq)
	}
	return top
}

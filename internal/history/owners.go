package history

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// sessionTimeout is how long a process may take to see that it was replaced, where the history does not say.
// Source: session.timeout.ms.
const sessionTimeout = 10 * time.Second

// tenure is a time from which a process works on a thing.
type tenure struct {
	process string
	from    int64
}

// owners checks that one process at a time works on a thing. At least once, one that was replaced may go on until its
// session is over. Exactly once it may for longer, if nothing comes of it once something of its successor is visible.
func (r *Report) owners(events []Event, all []*stream) {
	tenures := map[string][]tenure{} // by thing, in order of time
	for i := range events {
		e := &events[i]
		if e.Type == Own && e.Op == opStart && e.Outcome != outcomeInfo {
			thing := cmp.Or(e.SP, e.TP, task(e.Task))
			tenures[e.Conn+" "+thing] = append(tenures[e.Conn+" "+thing], tenure{e.Process, e.Time})
		}
	}
	for _, s := range all {
		found := map[entry]bool{}
		for _, e := range s.out {
			found[entry{seq: e.seq, unit: e.unit}] = true
		}
		visible := func(e entry) bool { return found[entry{seq: e.seq, unit: e.unit}] }
		begun := s.tenures(tenures)
		if r.Class == ExactlyOnce {
			begun = s.effective(begun, visible)
		}
		for _, e := range s.in {
			now, past := ownerAt(begun, e)
			switch {
			case !past:
			case r.Class == AtLeastOnce && e.time > now.from+r.session:
				r.add(DoubleOwner, "%s: %s is at %d, %v after %s began", s.name, e.where, e.seq, time.Duration(e.time-now.from).Round(time.Millisecond), now.process)
			case r.Class == ExactlyOnce && visible(e):
				r.add(DoubleOwner, "%s: %d of %s is found, made by %s after the first of %s that is found", s.name, e.seq, e.unit, e.where, now.process)
			}
		}
	}
}

// effective returns tenures as of the first record that is found of each. A process that was held up when it began, and
// fenced meanwhile, has none.
func (s *stream) effective(begun []tenure, visible func(entry) bool) []tenure {
	var all []tenure
	for i, t := range begun {
		again := slices.IndexFunc(begun[i+1:], func(u tenure) bool { return u.process == t.process })
		for _, e := range s.in {
			if e.where == t.process && e.time >= t.from && visible(e) && (again < 0 || e.time < begun[i+1+again].from) {
				all = append(all, tenure{t.process, e.time})
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b tenure) int { return cmp.Compare(a.from, b.from) })
	return all
}

func task(n int) string { return fmt.Sprint("task ", n) }

// ownerAt returns who had a thing when e was made. past says that it is not who made e, who had it before.
func ownerAt(tenures []tenure, e entry) (now tenure, past bool) {
	i, _ := slices.BinarySearchFunc(tenures, e.time, func(t tenure, at int64) int { return cmp.Compare(t.from, at) })
	if i == 0 {
		return now, false
	}
	now = tenures[i-1]
	had := func(t tenure) bool { return t.process == e.where }
	return now, !had(now) && slices.ContainsFunc(tenures[:i], had)
}

// tenures returns those of a stream or, where it has none of its own, those of its task.
func (s *stream) tenures(all map[string][]tenure) []tenure {
	if own := all[s.name]; own != nil || len(s.in) == 0 {
		return own
	}
	return all[s.conn+" "+task(s.in[0].task)]
}

package assign

import (
	"slices"
	"time"

	"github.com/millrace/millrace/internal/java"
)

// State is what the leader of an incremental group remembers from round to round. The zero value is a
// leader that has led no round. A State is a value: Incremental returns another and changes none.
//
// Source: the fields of IncrementalCooperativeAssignor.
type State struct {
	previous   Work // what the last round left assigned or waiting
	revoked    Work // what the last round took away
	generation int32
	members    []string // of the last round

	candidates    []string // members that had nothing while lost work waited, in the order seen
	scheduled     int64    // when waiting ends, Unix milliseconds; 0 = nothing scheduled
	delay         int64    // milliseconds that the last round told its members
	revokedBefore bool     // the last round balanced by taking work away
	revocations   int      // rounds in a row that wanted to
}

// Member is a worker and what it says that it runs.
type Member struct {
	ID   string
	Held Work
	Ours bool // is not one of Java's workers
}

// Round is one rebalance.
type Round struct {
	Members    []Member // in the order of the coordinator's answer, at least the leader
	Configured Work     // connectors, and tasks of those whose task configs are complete
	Generation int32
	// LastGeneration is the generation of the last round that the leader completed as a member, -1 if none.
	LastGeneration int32
	Now            time.Time
	MaxDelay       time.Duration // scheduled.rebalance.max.delay.ms
	// Stopped is work that its last owner is known to have ended, as a worker does before it leaves of its
	// own will. Lost work among it is dealt out at once. Only under millrace.rebalance.clean.leave; Java
	// has no such thing.
	Stopped Work
	// Foreign is work that Java's workers alone can run: as long as there are any, nobody else gets it.
	Foreign Work
}

// Share is what a round changes for one member.
type Share struct {
	Assigned Work // to start
	Revoked  Work // to stop
	Owned    Work // all that the member runs after both
}

// Plan is the outcome of a round.
type Plan struct {
	Shares  map[string]Share // by member id
	Delay   time.Duration    // after which every member rejoins; 0 = need not
	Waiting Work             // lost work that nobody gets before the delay is over
}

// worker is a member with the work that it will have.
type worker struct {
	id   string
	ours bool
	held Work // as reported
	next Work
	gone Work // revoked
}

// Incremental moves as little as it can: work stays where it runs, what disappeared with a worker waits
// for its return until MaxDelay has passed, and a member that has too much gives some away in this round
// for others to get in the next.
//
// Ownership: neither s nor r is changed or kept. Source: IncrementalCooperativeAssignor.performTaskAssignment.
func Incremental(s State, r Round) (State, Plan) {
	workers := workersOf(r.Members)
	var active Work
	for _, w := range workers {
		active = Work{append(active.Connectors, w.held.Connectors...), append(active.Tasks, w.held.Tasks...)}
	}
	duplicated := repeated(active)
	active = active.Distinct()

	previous := s.previous
	if s.generation != r.LastGeneration {
		previous = Work{} // the last round may have reached nobody
	}
	if !s.revoked.And(active).Empty() {
		previous = active // a member did not do what it was told
	}
	configured := r.Configured.Distinct().Sorted()
	deleted := previous.Minus(configured).Sorted()
	lost := previous.Minus(active).Minus(deleted).Sorted()
	created := configured.Minus(previous).Minus(active)

	takeBack(pointers(workers), deleted)
	takeBack(pointers(workers), duplicated)
	foreign := r.foreign()
	takeBack(ofOurs(workers), foreign)
	for i := range workers {
		workers[i].next = workers[i].held.Minus(workers[i].gone)
	}

	stopped := lost.And(r.Stopped)
	lost = lost.Minus(stopped)
	ms := r.MaxDelay.Milliseconds()
	fresh := s.placeLost(workers, lost, foreign, r.Now.UnixMilli(), ms)
	waiting := lost.Minus(fresh)
	for _, w := range workers {
		waiting = waiting.Minus(w.next)
	}
	s.balance(workers, configured, foreign, r.Now.UnixMilli(), ms)
	free := created.Plus(stopped).Plus(fresh)
	deal(notOfOurs(workers), free.And(foreign))
	deal(pointers(workers), free.Minus(foreign))

	s.previous, s.revoked, s.members = Work{}, Work{}, nil
	plan := Plan{Shares: make(map[string]Share, len(workers)), Delay: time.Duration(s.delay) * time.Millisecond, Waiting: waiting}
	for _, w := range workers {
		s.previous = Work{append(s.previous.Connectors, w.next.Connectors...), append(s.previous.Tasks, w.next.Tasks...)}
		s.revoked = s.revoked.Plus(w.gone)
		s.members = append(s.members, w.id)
		plan.Shares[w.id] = Share{
			Assigned: w.next.Minus(w.held.Minus(deleted)),
			Revoked:  w.gone,
			Owned:    w.next.Minus(w.gone),
		}
	}
	s.previous = s.previous.Minus(s.revoked).Plus(lost)
	s.generation = r.Generation
	return s, plan
}

// workersOf returns the members in the order of Java's map of them, which is a copy of another map.
func workersOf(members []Member) []worker {
	ids := make([]string, len(members))
	all := make(map[string]worker, len(members))
	for i, m := range members {
		ids[i], all[m.ID] = m.ID, worker{id: m.ID, ours: m.Ours, held: m.Held.Distinct()}
	}
	out := make([]worker, 0, len(all))
	for _, id := range inHashOrder(inHashOrder(ids)) {
		out = append(out, all[id])
	}
	return out
}

// inHashOrder returns keys in the order of a HashMap that they were put into one by one.
func inHashOrder(keys []string) []string {
	out := make([]string, 0, len(keys))
	for _, i := range java.HashMapOrder(keys) {
		out = append(out, keys[i])
	}
	return out
}

// takeBack revokes from every worker what it holds of w.
func takeBack(workers []*worker, w Work) {
	if w.Empty() {
		return
	}
	for _, from := range workers {
		from.gone = from.gone.Plus(from.held.hashed().And(w))
	}
}

// repeated returns what is in w more than once.
func repeated(w Work) Work {
	return Work{again(w.Connectors), again(w.Tasks)}
}

func again[E comparable](items []E) []E {
	seen := make(map[E]int, len(items))
	var out []E
	for _, e := range items {
		if seen[e]++; seen[e] == 2 {
			out = append(out, e)
		}
	}
	return out
}

// placeLost decides about work that no member reports: it gives it to the candidates, returns it to be
// dealt out like new work, or lets it wait. Source: handleLostAssignments.
func (s *State) placeLost(workers []worker, lost, foreign Work, now, maxDelay int64) (fresh Work) {
	switch {
	case lost.Empty() && !s.revokedBefore:
		s.endDelay()
	case s.scheduled <= 0 && allPresent(s.members, workers):
		return lost // nobody left: somebody did not get the last round's answer
	case maxDelay == 0:
		return lost
	case s.scheduled > 0 && now >= s.scheduled:
		fresh = giveCandidates(workers, s.candidates, lost, foreign)
		s.endDelay()
		s.revokedBefore = false
	default:
		var idle []string
		for _, w := range workers {
			if w.next.Empty() {
				idle = append(idle, w.id)
			}
		}
		s.candidates = join(s.candidates, inHashOrder(idle))
		s.delay = maxDelay
		if now < s.scheduled {
			s.delay = min(s.scheduled-now, maxDelay)
		}
		s.scheduled = now + s.delay
	}
	return fresh
}

func (s *State) endDelay() {
	s.candidates, s.scheduled, s.delay = nil, 0, 0
}

func allPresent(members []string, workers []worker) bool {
	for _, id := range members {
		if !slices.ContainsFunc(workers, func(w worker) bool { return w.id == id }) {
			return false
		}
	}
	return true
}

// giveCandidates deals lost work to those candidates that are still there; without any it is returned, and so is what
// is not for the one whose turn it is.
func giveCandidates(workers []worker, candidates []string, lost, foreign Work) (fresh Work) {
	var to []*worker
	for _, id := range candidates {
		if i := slices.IndexFunc(workers, func(w worker) bool { return w.id == id }); i >= 0 {
			to = append(to, &workers[i])
		}
	}
	if len(to) == 0 {
		return lost
	}
	for i, c := range lost.Connectors {
		if w := to[i%len(to)]; w.ours && slices.Contains(foreign.Connectors, c) {
			fresh.Connectors = append(fresh.Connectors, c)
		} else {
			w.next.Connectors = append(w.next.Connectors, c)
		}
	}
	for i, t := range lost.Tasks {
		if w := to[i%len(to)]; w.ours && slices.Contains(foreign.Tasks, t) {
			fresh.Tasks = append(fresh.Tasks, t)
		} else {
			w.next.Tasks = append(w.next.Tasks, t)
		}
	}
	return fresh
}

// balance takes work from those that have too much, unless a delay runs or the last round did so too:
// then it waits, each time forty times as long, up to maxDelay.
func (s *State) balance(workers []worker, configured, foreign Work, now, maxDelay int64) {
	if s.delay != 0 {
		s.revokedBefore = false
		return
	}
	surplus, any := surplusOf(workers, configured, foreign)
	switch {
	case any && s.revokedBefore:
		s.revocations++
		if s.delay = backoff(s.revocations, maxDelay); s.delay != 0 {
			s.scheduled = now + s.delay
			return
		}
	case any:
		s.revokedBefore = true
	case s.revokedBefore:
		s.revokedBefore, s.revocations = false, 0
	}
	for i, w := range surplus {
		workers[i].gone = workers[i].gone.Plus(w)
		workers[i].next = workers[i].next.Minus(w)
	}
}

// backoff is 40^n milliseconds, at most maxDelay. Where it ends at maxDelay, Java comes out up to a
// millisecond earlier, depending on how its machine rounds powers.
// Source: ExponentialBackoff(1, 40, maxDelay, 0).
func backoff(n int, maxDelay int64) int64 {
	d := int64(1)
	for range n {
		if d *= 40; d >= maxDelay {
			return maxDelay
		}
	}
	return d
}

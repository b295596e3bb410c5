package assign

import (
	"cmp"
	"slices"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// surplusOf returns, per worker, what it has to give away so that connectors, and tasks, can be spread
// evenly, and whether that is anything at all. Foreign work stays where it is: those who could have it instead may
// have too much themselves. Source: performLoadBalancingRevocations.
func surplusOf(workers []worker, configured, foreign Work) (surplus []Work, some bool) {
	surplus = make([]Work, len(workers))
	idle := !slices.ContainsFunc(workers, func(w worker) bool { return !w.next.Empty() })
	if idle || configured.Empty() {
		return surplus, false
	}
	nc, nt := make([]int, len(workers)), make([]int, len(workers))
	for i, w := range workers {
		nc[i], nt[i] = len(w.next.Connectors), len(w.next.Tasks)
	}
	nc, nt = excess(len(configured.Connectors), nc), excess(len(configured.Tasks), nt)
	for i, w := range workers {
		movable := w.next
		if !foreign.Empty() {
			movable = movable.Minus(foreign)
		}
		surplus[i] = Work{movable.Connectors[:min(nc[i], len(movable.Connectors))], movable.Tasks[:min(nt[i], len(movable.Tasks))]}
		some = some || !surplus[i].Empty()
	}
	return surplus, some
}

// excess returns by how much each of the loads is too large when total things are spread: some workers
// hold one more than the others, and the first that are overloaded are those.
// Source: loadBalancingRevocations.
func excess(total int, loads []int) []int {
	least, extras := total/len(loads), total%len(loads)
	out := make([]int, len(loads))
	atLeast, atMost := 0, 0
	for _, n := range loads {
		switch n {
		case least:
			atLeast++
		case least + 1:
			atMost++
		}
	}
	if atMost == extras && atLeast+atMost == len(loads) {
		return out
	}
	for i, n := range loads {
		if n <= least {
			continue
		}
		keep := least
		if extras > 0 {
			extras--
			keep++
		}
		out[i] = n - keep
	}
	return out
}

// deal gives every item to one of the least loaded workers, connectors first: each turn goes over those
// that have as few as the least loaded one has, by id. Source: assignConnectors, assignTasks.
func deal(workers []*worker, items Work) {
	dealKind(workers, items.Connectors, func(w *worker) *[]string { return &w.next.Connectors })
	dealKind(workers, items.Tasks, func(w *worker) *[]connectors.TaskID { return &w.next.Tasks })
}

func dealKind[E any](workers []*worker, items []E, held func(*worker) *[]E) {
	slices.SortFunc(workers, func(a, b *worker) int {
		return cmp.Or(cmp.Compare(len(*held(a)), len(*held(b))), java.CompareUTF16(a.id, b.id))
	})
	for len(items) > 0 {
		least := len(*held(workers[0]))
		n := slices.IndexFunc(workers, func(w *worker) bool { return len(*held(w)) > least })
		if n < 0 {
			n = len(workers)
		}
		n = min(n, len(items))
		for i, item := range items[:n] {
			*held(workers[i]) = append(*held(workers[i]), item)
		}
		items = items[n:]
	}
}

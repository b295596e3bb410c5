package assign

import (
	"slices"

	"github.com/millrace/millrace/internal/java"
)

// Eager deals everything anew: connectors by name, then tasks by connector and number, round and round
// over the members by id. Foreign work passes by those that are not to have it.
//
// Shape: at least one member; the answer has every member, also one that gets nothing. Of the round, what is about
// time and earlier rounds does not matter.
// Source: EagerAssignor.performTaskAssignment.
func Eager(r Round) map[string]Work {
	order := slices.Clone(r.Members)
	slices.SortFunc(order, func(a, b Member) int { return java.CompareUTF16(a.ID, b.ID) })
	shares := make([]Work, len(order))
	next := 0
	turn := func(foreign bool) *Work {
		for foreign && order[next].Ours {
			next = (next + 1) % len(order)
		}
		w := &shares[next]
		next = (next + 1) % len(order)
		return w
	}
	all, foreign := r.Configured.Sorted(), r.foreign()
	connectors, tasks := index(foreign.Connectors), index(foreign.Tasks)
	for _, c := range all.Connectors {
		_, other := connectors[c]
		w := turn(other)
		w.Connectors = append(w.Connectors, c)
	}
	for _, t := range all.Tasks {
		_, other := tasks[t]
		w := turn(other)
		w.Tasks = append(w.Tasks, t)
	}
	out := make(map[string]Work, len(order))
	for i, m := range order {
		out[m.ID] = shares[i]
	}
	return out
}

package assign

import (
	"slices"

	"github.com/millrace/millrace/internal/java"
)

// Eager deals everything anew: connectors by name, then tasks by connector and number, round and round
// over the members by id.
//
// Shape: at least one member; the answer has every member, also one that gets nothing.
// Source: EagerAssignor.performTaskAssignment.
func Eager(members []string, configured Work) map[string]Work {
	order := slices.SortedFunc(slices.Values(members), java.CompareUTF16[string])
	shares := make([]Work, len(order))
	next := 0
	turn := func() *Work {
		w := &shares[next]
		next = (next + 1) % len(order)
		return w
	}
	all := configured.Sorted()
	for _, c := range all.Connectors {
		w := turn()
		w.Connectors = append(w.Connectors, c)
	}
	for _, t := range all.Tasks {
		w := turn()
		w.Tasks = append(w.Tasks, t)
	}
	out := make(map[string]Work, len(order))
	for i, id := range order {
		out[id] = shares[i]
	}
	return out
}

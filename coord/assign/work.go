package assign

import (
	"cmp"
	"slices"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// Work is connectors and tasks, without duplicates; the order is kept and has no meaning of its own.
// The zero value is no work. Source: ConnectorsAndTasks.
type Work struct {
	Connectors []string
	Tasks      []connectors.TaskID
}

// Empty reports whether there is nothing to do.
func (w Work) Empty() bool { return len(w.Connectors) == 0 && len(w.Tasks) == 0 }

// Len counts connectors and tasks.
func (w Work) Len() int { return len(w.Connectors) + len(w.Tasks) }

// Clone copies the lists.
func (w Work) Clone() Work {
	return Work{slices.Clone(w.Connectors), slices.Clone(w.Tasks)}
}

// Plus returns w with what o has besides, at the end.
func (w Work) Plus(o Work) Work {
	return Work{join(w.Connectors, o.Connectors), join(w.Tasks, o.Tasks)}
}

// Minus returns w without what o has.
func (w Work) Minus(o Work) Work {
	return Work{subtract(w.Connectors, o.Connectors), subtract(w.Tasks, o.Tasks)}
}

// And returns what w and o have both, in w's order.
func (w Work) And(o Work) Work {
	return Work{intersect(w.Connectors, o.Connectors), intersect(w.Tasks, o.Tasks)}
}

// Sorted returns w by name and number, as a TreeSet has it.
func (w Work) Sorted() Work {
	return Work{
		slices.SortedFunc(slices.Values(w.Connectors), java.CompareUTF16[string]),
		slices.SortedFunc(slices.Values(w.Tasks), compareTasks),
	}
}

// Distinct returns w with the first of equal items.
func (w Work) Distinct() Work { return Work{}.Plus(w) }

// compareTasks orders by connector, then number. Source: ConnectorTaskId.compareTo.
func compareTasks(a, b connectors.TaskID) int {
	return cmp.Or(java.CompareUTF16(a.Connector, b.Connector), cmp.Compare(a.Task, b.Task))
}

// hashed returns w in the order of new HashSet(w), whose elements are distinct.
func (w Work) hashed() Work {
	var out Work
	if n := len(w.Connectors); n > 0 {
		for _, i := range java.HashMapOrderSized(w.Connectors, java.SetTableSize(n)) {
			out.Connectors = append(out.Connectors, w.Connectors[i])
		}
	}
	if n := len(w.Tasks); n > 0 {
		hashes := make([]int32, n)
		for i, t := range w.Tasks {
			hashes[i] = java.HashString(t.Connector)*31 + int32(t.Task)
		}
		compare := func(a, b int32) int { return compareTasks(w.Tasks[a], w.Tasks[b]) }
		for _, i := range java.HashOrder(hashes, java.SetTableSize(n), compare) {
			out.Tasks = append(out.Tasks, w.Tasks[i])
		}
	}
	return out
}

func index[E comparable](items []E) map[E]struct{} {
	m := make(map[E]struct{}, len(items))
	for _, e := range items {
		m[e] = struct{}{}
	}
	return m
}

func join[E comparable](a, b []E) []E {
	seen := make(map[E]struct{}, len(a)+len(b))
	var out []E
	for _, items := range [2][]E{a, b} {
		for _, e := range items {
			if _, ok := seen[e]; !ok {
				seen[e] = struct{}{}
				out = append(out, e)
			}
		}
	}
	return out
}

func subtract[E comparable](a, b []E) []E { return choose(a, b, false) }

func intersect[E comparable](a, b []E) []E { return choose(a, b, true) }

// choose returns those of a that are (not) in b.
func choose[E comparable](a, b []E, in bool) []E {
	if len(a) == 0 {
		return nil
	}
	has := index(b)
	var out []E
	for _, e := range a {
		if _, ok := has[e]; ok == in {
			out = append(out, e)
		}
	}
	return out
}

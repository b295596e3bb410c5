package assign

import "slices"

// foreign is the work that is kept from workers of ours: what they cannot run, unless there is nobody else. Then they
// get it, so that its status says why it does not run.
func (r *Round) foreign() Work {
	if r.Foreign.Empty() || !slices.ContainsFunc(r.Members, func(m Member) bool { return !m.Ours }) {
		return Work{}
	}
	return r.Foreign
}

// pointers returns all workers.
func pointers(workers []worker) []*worker { return chosen(workers, func(*worker) bool { return true }) }

func ofOurs(workers []worker) []*worker {
	return chosen(workers, func(w *worker) bool { return w.ours })
}

func notOfOurs(workers []worker) []*worker {
	return chosen(workers, func(w *worker) bool { return !w.ours })
}

func chosen(workers []worker, which func(*worker) bool) []*worker {
	out := make([]*worker, 0, len(workers))
	for i := range workers {
		if which(&workers[i]) {
			out = append(out, &workers[i])
		}
	}
	return out
}

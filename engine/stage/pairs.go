package stage

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// pairs forks w once for each pair of a key part and a value part that have rows in common. Rows that failed
// in w.Status are left out.
//
// The cost is one of rows, not of pairs: tables that interleave have a schema each for key and value.
func pairs(w *batch.Batch, keys, values []part) (forks []*batch.Batch) {
	owner := mem.Alloc[int32](&w.Arena, w.Len()) // which key part a row is in
	for i := range owner {
		owner[i] = -1
	}
	for k, p := range keys {
		if p.sel == nil {
			for i := range owner {
				owner[i] = int32(k)
			}
		}
		for _, r := range p.sel {
			owner[r] = int32(k)
		}
	}
	for _, e := range w.Status.Errors() {
		owner[e.Row] = -1
	}
	count := mem.Zeroed[int32](&w.Arena, len(keys))
	rows := make([]batch.Selection, len(keys))
	var met []int32 // the key parts that the present value part has rows with
	for _, v := range values {
		met = met[:0]
		sel := listed(w, v.sel)
		for _, r := range sel {
			k := owner[r]
			if k < 0 {
				continue
			}
			if count[k] == 0 {
				met = append(met, k)
			}
			count[k]++
		}
		for _, k := range met {
			rows[k] = mem.Alloc[int32](&w.Arena, int(count[k]))[:0]
			count[k] = 0
		}
		for _, r := range sel {
			if k := owner[r]; k >= 0 {
				rows[k] = append(rows[k], r)
			}
		}
		for _, k := range met {
			f := w.Fork(rows[k])
			f.Key, f.Value = keys[k].col, v.col
			forks = append(forks, f)
		}
	}
	return forks
}

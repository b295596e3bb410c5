package fill

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// sparseShare is what part of a batch's rows a group has at most whose rows stand in a dictionary.
const sparseShare = 8

// Group is the rows of an input that are read into one domain. The rows of a large group stand in columns where they stand in
// the input; those of a small one become a dictionary: columns of as many rows as the input, once for each of a hundred groups,
// would cost more than the rows.
type Group struct {
	Rows int // of the domain
	Len  int // rows to be read

	n      int
	sel    batch.Selection
	sparse bool
}

// NewGroup returns the group of the selected rows of n.
func NewGroup(n int, sel batch.Selection) Group {
	g := Group{Rows: n, Len: sel.Count(n), n: n, sel: sel}
	if sel != nil && len(sel)*sparseShare <= n {
		g.Rows, g.sparse = len(sel), true
	}
	return g
}

// At returns the k-th row to be read: its row in the input and in the domain.
func (g *Group) At(k int) (i, r int) {
	if g.sel == nil {
		return k, k
	}
	i = int(g.sel[k])
	if g.sparse {
		return i, k
	}
	return i, i
}

// Places is where the rows of an input stand in the dictionaries of their groups: groups have no row in common, so that one
// array does for all of them. The zero value is that of a new input.
type Places struct {
	dst   *batch.Batch
	index []int32 // -1: of no group yet
}

// Reset forgets the input.
func (p *Places) Reset() { *p = Places{} }

// Column returns a column of all rows of the input, null but for those of g, which c has.
func (p *Places) Column(dst *batch.Batch, g *Group, c *batch.Column) *batch.Column {
	if !g.sparse {
		return c
	}
	if p.dst != dst || len(p.index) != g.n {
		p.begin(dst, g.n)
	}
	for _, i := range g.sel {
		if p.index[i] >= 0 { // a group that is read once more
			p.begin(dst, g.n)
			break
		}
	}
	valid := bits.Bitmap(mem.Zeroed[uint64](&dst.Arena, bits.Words(g.n)))
	for r, i := range g.sel {
		p.index[i] = int32(r)
		if c.Valid.Has(r) {
			valid.Set(int(i))
		}
	}
	out := dst.NewDictionary(c.Schema(), p.index, c)
	out.Valid = valid
	return out
}

// begin starts an array.
func (p *Places) begin(dst *batch.Batch, n int) {
	p.dst, p.index = dst, mem.Alloc[int32](&dst.Arena, n)
	for i := range p.index {
		p.index[i] = -1
	}
}

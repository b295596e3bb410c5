package batch

import "sync"

// chunkHeaders is how many headers go from batch to batch together. A column's is about 300 bytes.
const chunkHeaders = 16

// columnChunk and dynamicChunk are headers of columns. A batch takes chunks as it makes columns and gives
// them back when it is released: a batch of many columns leaves them to whoever makes many next, and a
// fork that makes none holds none.
type (
	columnChunk  struct{ of [chunkHeaders]Column }
	dynamicChunk struct{ of [chunkHeaders]Dynamic }
)

// headers are the chunks that a batch has, and how many headers of them are in use.
type headers struct {
	columns  []*columnChunk
	dynamics []*dynamicChunk
	used     int
	dynUsed  int
}

// column returns a cleared column header.
func (h *headers) column(p *Pool) *Column {
	at := h.used
	if at == len(h.columns)*chunkHeaders {
		h.columns = append(h.columns, taken[columnChunk](&p.columns))
	}
	h.used++
	c := &h.columns[at/chunkHeaders].of[at%chunkHeaders]
	children := clearColumns(c.Children)
	*c = Column{} // in place: a literal would be made elsewhere and copied
	c.Children = children
	return c
}

// dynamic returns a cleared header of a dynamic column, with slices to append to.
func (h *headers) dynamic(p *Pool) *Dynamic {
	at := h.dynUsed
	if at == len(h.dynamics)*chunkHeaders {
		h.dynamics = append(h.dynamics, taken[dynamicChunk](&p.dynamics))
	}
	h.dynUsed++
	return &h.dynamics[at/chunkHeaders].of[at%chunkHeaders]
}

func taken[T any](p *sync.Pool) *T {
	if c, ok := p.Get().(*T); ok {
		return c
	}
	return new(T)
}

// reset gives the chunks to p; headers keep the memory of their slices.
func (h *headers) reset(p *Pool) {
	for i := range h.used { // the rest is cleared by who takes them: it is in the cache then
		h.columns[i/chunkHeaders].of[i%chunkHeaders].Const = Value{}
	}
	for i := range h.dynUsed {
		d := &h.dynamics[i/chunkHeaders].of[i%chunkHeaders]
		clear(d.Fields)
		clear(d.Shapes)
		clear(d.Boxed)
		*d = Dynamic{Fields: d.Fields[:0], Shapes: d.Shapes[:0], Boxed: d.Boxed[:0]}
	}
	if !keepReleased {
		for _, c := range h.columns {
			p.columns.Put(c)
		}
		for _, d := range h.dynamics {
			p.dynamics.Put(d)
		}
	}
	clear(h.columns)
	clear(h.dynamics)
	h.columns, h.dynamics, h.used, h.dynUsed = h.columns[:0], h.dynamics[:0], 0, 0
}

func clearColumns(c []*Column) []*Column {
	clear(c)
	return c[:0]
}

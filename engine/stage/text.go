package stage

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/engine/errant"
)

// text turns values into the bytes that a plugin asked for. Rows that a relay finds, where no transform looks at values, are the bytes that
// were consumed; the others are decoded and, behind the transforms, encoded.
//
// All batches of an input share one column. Its source buffer is that of the consumed values, its arena buffer is what was encoded.
type text struct {
	schema   *batch.Schema
	relay    codec.Relay // nil: every value is decoded
	encoding encoding

	// Of the present input.
	owner *batch.Batch  // in whose memory the column is; everything that comes of the input keeps it alive
	col   *batch.Column // nil before the first row
}

// newText returns the text of a stage.
func newText(opt *SinkOptions) *text {
	t := &text{schema: batch.Of(batch.KindBytes, true)}
	t.encoding = encoding{side: Side{Class: opt.TextClass, Converter: opt.Text}, stage: errant.TaskPut, enc: opt.Text.NewEncoder()}
	if m, ok := opt.Text.(codec.RelayMaker); ok && opt.Transforms.PassesValue() && !opt.Plain {
		t.relay = m.NewRelay(opt.Value.Converter)
	}
	return t
}

// begin starts an input and takes the rows out of in that are text already: they are the result, whose column is nil where there are none.
func (t *text) begin(w *batch.Batch, in *codec.Input) part {
	t.end()
	w.Retain() // released by end
	t.owner = w
	if t.relay == nil || len(in.Values.Bufs[0]) > 0 && len(in.Values.Bufs[1]) > 0 {
		return part{}
	}
	n := in.Values.Len()
	c := t.column(&in.Values)
	rest := t.relay.Same(in, c.Views, mem.Alloc[int32](&w.Arena, max(in.Sel.Count(n), 1))[:0])
	t.settle(c, in, rest)
	found := in.Sel
	if len(rest) > 0 {
		found = minus(w, in.Sel, rest)
	}
	in.Sel = rest
	if found != nil && len(found) == 0 {
		return part{}
	}
	return part{c, found}
}

// column makes the column, over the buffer of values that has bytes.
func (t *text) column(values *batch.Bytes) *batch.Column {
	src := values.Bufs[0]
	if len(src) == 0 {
		src = values.Bufs[1]
	}
	t.col = t.owner.NewViews(t.schema, values.Len(), src, nil)
	return t.col
}

// settle says which rows of the column are present: those of the input that are, less rest, which are not written yet.
func (t *text) settle(c *batch.Column, in *codec.Input, rest batch.Selection) {
	if len(in.Values.Bufs[0]) == 0 {
		for i := range c.Views {
			c.Views[i].Pos &^= batch.InArena
		}
	}
	if in.Values.Valid == nil && len(rest) == 0 {
		return
	}
	n := c.Len()
	c.Valid = bits.Bitmap(mem.Alloc[uint64](&t.owner.Arena, bits.Words(n)))
	c.Valid.Fill(n)
	for i := range in.Values.Valid {
		c.Valid[i] &= in.Values.Valid[i]
	}
	for _, i := range rest {
		c.Valid.Clear(int(i))
	}
}

// write encodes the values of forks that are not text, all forks of one input, and owns forks until it returns. What fails leaves its fork.
func (t *text) write(ctx context.Context, forks []*batch.Batch, op *errant.Operator, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	if len(forks) == 0 {
		return forks, failed, nil
	}
	rows := 0
	for _, f := range forks {
		if t.col == nil || f.Value != t.col {
			rows += f.Live()
		}
	}
	if rows == 0 {
		return rejoin(forks), failed, nil
	}
	t.encoding.begin(t.owner, rows)
	for _, f := range forks {
		if t.col != nil && f.Value == t.col {
			continue
		}
		col := f.Value
		if col == nil {
			col = f.NullColumn(f.Len())
		}
		var err error
		if failed, err = t.encoding.append(ctx, f, col, op, failed); err != nil {
			releaseAll(forks)
			return nil, failed, err
		}
	}
	t.take(forks, t.encoding.end(t.owner, rows))
	live := forks[:0]
	for _, f := range forks {
		if f.Live() == 0 {
			f.Release()
			continue
		}
		live = append(live, f)
	}
	return rejoin(live), failed, nil
}

// take puts what was encoded into the column, and the column into forks.
func (t *text) take(forks []*batch.Batch, written batch.Bytes) {
	c := t.col
	if c == nil {
		c = t.owner.NewColumn(t.schema, len(written.Views))
		c.Bytes = written
	} else {
		if c.Valid == nil {
			c.Valid = bits.Bitmap(mem.Alloc[uint64](&t.owner.Arena, bits.Words(c.Len())))
			c.Valid.Fill(c.Len())
		}
		c.Bufs[1] = written.Bufs[0]
		for _, f := range forks {
			if f.Value == c {
				continue
			}
			each(f, func(i int32) {
				if written.Valid.Get(int(i)) {
					c.Views[i] = written.Views[i]
					c.Views[i].Pos |= batch.InArena
					c.Valid.Set(int(i))
				}
			})
		}
	}
	for _, f := range forks {
		f.Value = c
	}
	t.col = c
}

// end lets go of the input.
func (t *text) end() {
	if t.owner != nil {
		t.owner.Release()
	}
	t.owner, t.col = nil, nil
}

// minus returns sel, nil all rows of b, without those of rest, made in b's memory.
func minus(b *batch.Batch, sel, rest batch.Selection) batch.Selection {
	out := mem.Alloc[int32](&b.Arena, max(sel.Count(b.Len())-len(rest), 1))[:0]
	for _, i := range listed(b, sel) {
		if len(rest) > 0 && rest[0] == i {
			rest = rest[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}

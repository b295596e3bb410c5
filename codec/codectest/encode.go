package codectest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// Encoded is what an encoder made of one row.
type Encoded struct {
	Bytes   []byte // nil: null, or not selected
	Headers []batch.Header
	Err     error
}

// same reports whether two rows came out alike.
func (e Encoded) same(o Encoded) bool {
	return (e.Bytes == nil) == (o.Bytes == nil) && bytes.Equal(e.Bytes, o.Bytes) && ErrorText(e.Err) == ErrorText(o.Err) &&
		slices.EqualFunc(e.Headers, o.Headers, func(a, b batch.Header) bool {
			return a.Key == b.Key && bytes.Equal(a.Raw, b.Raw) && a.Schema.Equal(b.Schema) && a.Value.Equal(b.Value)
		})
}

// String returns the row for messages.
func (e Encoded) String() string {
	switch {
	case e.Err != nil:
		return "error " + ErrorText(e.Err)
	case e.Bytes == nil:
		return "null"
	}
	return fmt.Sprintf("%q", e.Bytes)
}

// Encode runs e over the rows of c as a source does and returns one result per row. topic names all rows.
//
// Rows outside sel, and failed ones, must be null; all memory must come back.
func Encode(t TB, e codec.Encoder, topic string, c *batch.Column, sel batch.Selection) []Encoded {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(c.Len())
	defer b.Release()
	headers := batch.Headers{Offsets: make([]int32, c.Len()+1)}
	bb := batch.BytesBuilder{Pool: pool.Mem}
	bb.Reset(&b.Arena, c.Len(), 1) // no room: encoders must grow
	if err := e.Encode(&bb, &codec.Output{Topics: batch.OneTopic(topic), Column: c, Sel: sel, Headers: &headers}, &b.Status); err != nil {
		t.Fatalf("codectest: Encode: %v", err)
	}
	rows, slab := bb.Finish()
	if slab != nil {
		b.Arena.Adopt(slab)
	}
	b.RawValue = rows
	if err := b.Check(); err != nil {
		t.Fatalf("codectest: Encode: %v", err)
	}
	out := make([]Encoded, c.Len())
	selected := make([]bool, c.Len())
	for _, r := range all(sel, c.Len()) {
		selected[r] = true
	}
	for i := range out {
		v, ok := rows.Get(i)
		if ok {
			out[i].Bytes = append([]byte{}, v...)
		}
		if ok && (!selected[i] || b.Status.Failed(int32(i))) {
			t.Errorf("codectest: row %d was written (%q); selected: %t", i, v, selected[i])
		}
		out[i].Headers = slices.Clone(headers.Of(i))
	}
	for _, f := range b.Status.Errors() {
		if !selected[f.Row] {
			t.Errorf("codectest: row %d failed and was not selected: %v", f.Row, f.Err)
		}
		out[f.Row].Err = f.Err
	}
	return out
}

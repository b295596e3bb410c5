package codectest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// Rows is record bytes to be decoded. The zero value of every field but Raw is usable.
type Rows struct {
	Topic   string // "t" when empty
	Raw     [][]byte
	Sel     batch.Selection
	Headers *batch.Headers // of the rows
	Want    *batch.Projection
}

func (r Rows) topic() string {
	if r.Topic == "" {
		return "t"
	}
	return r.Topic
}

// Decoded is what a decoder made of one row: nothing, where the row was not selected.
type Decoded struct {
	Schema *batch.Schema // nil: none
	Value  batch.Value
	Err    error
}

// same reports whether two rows came out alike.
func (d Decoded) same(o Decoded) bool {
	return d.Schema.Equal(o.Schema) && d.Value.Equal(o.Value) && ErrorText(d.Err) == ErrorText(o.Err)
}

// String returns the row for messages.
func (d Decoded) String() string {
	if d.Err != nil {
		return "error " + ErrorText(d.Err)
	}
	return fmt.Sprintf("%s under %s", batch.AppendLiteral(nil, d.Schema, d.Value), batch.AppendSchema(nil, d.Schema))
}

// Decode runs d over rows as a sink does, groups and all, and returns one result per row.
//
// The bytes lie as in a fetch, others between them, every other row in the arena buffer. Columns are
// checked, the bytes must be as before, and all memory must come back.
func Decode(t TB, d codec.Decoder, rows Rows) []Decoded {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	raw := pool.New(len(rows.Raw))
	raw.RawValue = layOut(raw, rows.Raw)
	dst := pool.New(len(rows.Raw))
	dst.KeepAlive(raw)
	raw.Release()
	defer dst.Release()

	in := codec.Input{Topic: rows.topic(), Headers: rows.Headers, Values: raw.RawValue, Sel: rows.Sel}
	if in.Headers == nil {
		in.Headers = &batch.Headers{}
	}
	out := make([]Decoded, len(rows.Raw))
	decodeInto(t, d, dst, &in, rows.Want, func(c *batch.Column, sel batch.Selection) {
		for _, r := range sel {
			out[r] = Decoded{Schema: c.SchemaOf(int(r)), Value: c.Value(int(r))}
		}
	})
	selected := make([]bool, len(out))
	for _, r := range all(rows.Sel, len(out)) {
		selected[r] = true
	}
	for _, e := range dst.Status.Errors() {
		if !selected[e.Row] {
			t.Errorf("codectest: row %d failed and was not selected: %v", e.Row, e.Err)
		}
		out[e.Row] = Decoded{Err: e.Err}
	}
	for i, b := range rows.Raw {
		if got, ok := raw.RawValue.Get(i); ok != (b != nil) || !bytes.Equal(got, b) {
			t.Errorf("codectest: the decoder changed the bytes of row %d", i)
		}
	}
	return out
}

// decodeInto runs d over in and hands over each group's column with the rows that did not fail.
func decodeInto(t TB, d codec.Decoder, dst *batch.Batch, in *codec.Input, want *batch.Projection, take func(*batch.Column, batch.Selection)) {
	t.Helper()
	var g codec.Groups
	if err := d.Group(dst, in, &g, &dst.Status); err != nil {
		t.Fatalf("codectest: Group: %v", err)
	}
	n := in.Values.Len()
	if g.Row != nil && len(g.Row) != n {
		t.Fatalf("codectest: Group gave %d entries for %d rows", len(g.Row), n)
	}
	for group := range g.N {
		var sel batch.Selection
		if g.Row != nil || in.Sel != nil {
			sel = batch.Selection{}
			for _, r := range all(in.Sel, n) {
				if len(g.Row) > 0 && g.Row[r] != group {
					continue
				}
				sel = append(sel, r)
			}
		}
		c, err := d.Decode(dst, in, group, sel, want, &dst.Status)
		if err != nil {
			t.Fatalf("codectest: Decode: %v", err)
		}
		if c.Len() != n {
			t.Fatalf("codectest: Decode gave %d rows for %d", c.Len(), n)
		}
		if err := c.Check(); err != nil {
			t.Fatalf("codectest: Decode: %v", err)
		}
		live := slices.DeleteFunc(slices.Clone(all(sel, n)), dst.Status.Failed)
		take(c, live)
	}
}

// all returns sel, or every row.
func all(sel batch.Selection, n int) batch.Selection {
	if sel != nil {
		return sel
	}
	sel = make(batch.Selection, n)
	for i := range sel {
		sel[i] = int32(i)
	}
	return sel
}

// gap lies between rows: no ASCII, no UTF-8, no JSON.
const gap = "\xff\x00\"\x80"

// layOut puts rows into the two buffers of b's raw values, even ones into the source.
func layOut(b *batch.Batch, rows [][]byte) batch.Bytes {
	var bufs [2][]byte
	out := batch.Bytes{Views: mem.Zeroed[batch.View](&b.Arena, len(rows))}
	for i, r := range rows {
		if r == nil {
			continue
		}
		which := i & 1
		bufs[which] = append(bufs[which], gap...)
		out.Views[i] = batch.View{Pos: uint32(len(bufs[which])) | uint32(which)<<31, Len: uint32(len(r))}
		bufs[which] = append(bufs[which], r...)
	}
	for which, buf := range bufs {
		out.Bufs[which] = b.Arena.Bytes(len(buf))
		copy(out.Bufs[which], buf)
	}
	if slices.ContainsFunc(rows, func(r []byte) bool { return r == nil }) {
		out.Valid = mem.Zeroed[uint64](&b.Arena, (len(rows)+63)/64)
		for i, r := range rows {
			out.Valid.SetTo(i, r != nil)
		}
	}
	return out
}

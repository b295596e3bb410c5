package connectjson

import (
	"fmt"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// testConverter returns a converter with the given keys and values.
func testConverter(tb testing.TB, keys ...string) *converter {
	tb.Helper()
	props := map[string]string{}
	for i := 0; i < len(keys); i += 2 {
		props[keys[i]] = keys[i+1]
	}
	c, err := newConverter(definition(), props, "value")
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// answer is what became of one row.
type answer struct {
	schema *batch.Schema
	value  batch.Value
	err    error
}

func (a answer) String() string {
	if a.err != nil {
		return fmt.Sprintf("%T %v", a.err, a.err)
	}
	return fmt.Sprintf("schema %v value %+v", a.schema != nil, a.value)
}

func (a answer) equal(o answer) bool {
	if a.err != nil || o.err != nil {
		return a.err != nil && o.err != nil && a.err.Error() == o.err.Error()
	}
	return a.schema.Equal(o.schema) && a.value.Equal(o.value)
}

// plainAnswers reads each row the plain way.
func plainAnswers(c *converter, rows [][]byte) []answer {
	out := make([]answer, len(rows))
	for i, r := range rows {
		if r != nil {
			a := &out[i]
			if a.schema, a.value, a.err = c.plainRead(r); a.err == nil && a.schema != nil {
				a.err = codec.AsError(batch.NewColumnBuilder(a.schema, false).Check(a.value))
			}
		}
	}
	return out
}

// decoded is a batch of rows, read by a decoder.
type decoded struct {
	columns []*batch.Column // by group
	group   []int32         // of each row, -1 for failed ones
	status  batch.Status
}

// decodeRows reads rows as one batch into dst and checks the columns.
func decodeRows(tb testing.TB, dst *batch.Batch, d codec.Decoder, in *codec.Input, want *batch.Projection) *decoded {
	tb.Helper()
	var g codec.Groups
	out := &decoded{group: make([]int32, in.Values.Len())}
	if err := d.Group(dst, in, &g, &out.status); err != nil {
		tb.Fatal(err)
	}
	for k := range g.N {
		sel := batch.Selection{}
		for i := range int32(in.Values.Len()) {
			if !out.status.Failed(i) && (g.N == 1 && g.Row == nil || g.Row[i] == k) {
				sel = append(sel, i)
				out.group[i] = k
			}
		}
		if len(sel) == in.Values.Len() {
			sel = nil
		}
		c, err := d.Decode(dst, in, k, sel, want, &out.status)
		if err != nil {
			tb.Fatal(err)
		}
		if err := c.Check(); err != nil {
			tb.Fatal(err)
		}
		out.columns = append(out.columns, c)
	}
	return out
}

// answers returns what became of each row.
func (d *decoded) answers() []answer {
	out := make([]answer, len(d.group))
	for i := range out {
		if d.status.Failed(int32(i)) {
			continue
		}
		c := d.columns[d.group[i]]
		out[i] = answer{schema: c.SchemaOf(i), value: c.Value(i)}
	}
	for _, e := range d.status.Errors() {
		out[e.Row].err = e.Err
	}
	return out
}

// compareReading reads rows fast and plain, as one batch and again with what was learned, with projections
// in between.
func compareReading(tb testing.TB, pool *batch.Pool, c *converter, rows [][]byte) {
	tb.Helper()
	whole := plainAnswers(c, rows)
	d := c.NewDecoder()
	fields := func(names ...string) *batch.Projection {
		p := &batch.Projection{Fields: map[string]*batch.Projection{}}
		for _, n := range names {
			p.Fields[n] = nil
		}
		return p
	}
	for round, read := range []*batch.Projection{
		nil, fields("a", "s"), nil, {Except: map[string]bool{"b": true, "a": true}}, {None: true}, nil,
	} {
		dst := pool.New(len(rows))
		got := decodeRows(tb, dst, d, codectest.Input(dst, rows), read).answers()
		for i := range rows {
			if want := whole[i].projected(read); !want.equal(got[i].projected(read)) {
				tb.Errorf("round %d row %d: %.300q\n got %v\nwant %v", round, i, rows[i], got[i], want)
			}
		}
		dst.Release()
	}
}

// projected is the answer to somebody who reads p alone: of other members of schemaless objects the value
// does not count.
func (a answer) projected(p *batch.Projection) answer {
	m := a.value.Map()
	if a.schema != nil || m == nil {
		return a
	}
	out := &batch.MapValue{Keys: m.Keys, Values: slices.Clone(m.Values)}
	for i, k := range m.Keys {
		if !p.Wants(k.Str()) {
			out.Values[i] = batch.Null()
		}
	}
	a.value = batch.MapValueOf(out)
	return a
}

// compareWriting writes the columns of read rows fast and plain, reads the result and writes it again.
func compareWriting(tb testing.TB, pool *batch.Pool, c *converter, rows [][]byte) {
	tb.Helper()
	dst := pool.New(len(rows))
	defer dst.Release()
	d := decodeRows(tb, dst, c.NewDecoder(), codectest.Input(dst, rows), nil)
	e := c.NewEncoder()
	for k, col := range d.columns {
		var sel batch.Selection
		for i := range d.group {
			if d.group[i] == int32(k) && !d.status.Failed(int32(i)) {
				sel = append(sel, int32(i))
			}
		}
		if len(sel) == 0 {
			continue
		}
		texts := encodeRows(tb, dst, e, col, sel)
		linked := col.Form() != batch.FormDynamic || col.Dyn.Linked
		for n, i := range sel {
			want, null, err := c.plainAppend(nil, col.SchemaOf(int(i)), col.Value(int(i)), linked)
			got := texts[n]
			if (got.err == nil) != (err == nil) || err != nil && err.Error() != got.err.Error() || (got.text == nil) != (null || err != nil) || string(want) != string(got.text) {
				tb.Errorf("row %d: %.300q\n got %.300q %v\nwant %.300q null=%t %v", i, rows[i], got.text, got.err, want, null, err)
			}
		}
	}
}

// text is a written row.
type text struct {
	text []byte // nil: null
	err  error
}

// encodeRows writes the rows of sel.
func encodeRows(tb testing.TB, b *batch.Batch, e codec.Encoder, col *batch.Column, sel batch.Selection) []text {
	tb.Helper()
	bb := batch.BytesBuilder{Pool: b.Pool().Mem}
	bb.Reset(&b.Arena, col.Len(), 16)
	defer bb.Discard()
	var status batch.Status
	if err := e.Encode(&bb, &codec.Output{Topics: batch.OneTopic("t"), Column: col, Sel: sel}, &status); err != nil {
		tb.Fatal(err)
	}
	failures := map[int32]error{}
	for _, f := range status.Errors() {
		failures[f.Row] = f.Err
	}
	out := make([]text, len(sel))
	for n, i := range sel {
		out[n].err = failures[i]
		if bb.Valid.Has(int(i)) {
			v := bb.Views[i]
			out[n].text = append([]byte{}, bb.Buf[v.Pos:v.Pos+v.Len]...)
		}
	}
	return out
}

package fill

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// filled returns the column of a group: each of its rows is its number in the input, every third is null.
func filled(dst *batch.Batch, p *Places, n int, sel batch.Selection) *batch.Column {
	d := NewRoot()
	c := d.Add(batch.Of(batch.KindInt64, true), true)
	g := NewGroup(n, sel)
	d.Start(dst, g.Rows)
	for k := range g.Len {
		if i, r := g.At(k); i%3 != 0 {
			c.Words8[r] = uint64(i)
			c.Valid.Set(r)
		}
	}
	return p.Column(dst, &g, c.Finish(dst, nil, nil))
}

// TestPlaces: columns of all groups of an input have their rows where the input has them, whatever was made after them.
func TestPlaces(t *testing.T) {
	const n, groups = 1000, 30
	pool := batch.NewPool(mem.Checked(t))
	dst := pool.New(n)
	defer dst.Release()
	sels := make([]batch.Selection, groups)
	for i := range int32(n) {
		g := i % groups
		if i%4 == 0 {
			g = 0 // a large one
		}
		sels[g] = append(sels[g], i)
	}
	var p Places
	var columns []*batch.Column
	for round := range 2 { // the second time they are read anew, without a Reset
		for g, sel := range sels {
			c := filled(dst, &p, n, sel)
			if dictionary := c.Form() == batch.FormDictionary; dictionary != (g > 0) {
				t.Fatalf("round %d: group %d of %d rows has form %v", round, g, len(sel), c.Form())
			}
			columns = append(columns, c)
		}
	}
	for k, c := range columns {
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		mine := map[int]bool{}
		for _, i := range sels[k%groups] {
			mine[int(i)] = true
		}
		for i := range n {
			if null := !mine[i] || i%3 == 0; c.IsNull(i) != null || !null && c.Value(i).Int() != int64(i) {
				t.Fatalf("group %d: row %d is %v", k%groups, i, c.Value(i))
			}
		}
	}
}

// TestDomain_AnyNumberOfRows: arrays of a root start aligned and do not overlap, of whatever kinds and however many rows.
func TestDomain_AnyNumberOfRows(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	kinds := []batch.Kind{batch.KindInt8, batch.KindString, batch.KindInt16, batch.KindFloat32, batch.KindBoolean, batch.KindInt64, batch.KindBytes}
	for _, n := range []int{0, 1, 7, 63, 64, 65, 255, 256, 1000} {
		dst := pool.New(n)
		d := NewRoot()
		var columns []*Column
		for i := range 3 * len(kinds) {
			columns = append(columns, d.Add(batch.Of(kinds[i%len(kinds)], true), i%2 == 0))
		}
		list := d.Add(batch.NewSchema(batch.KindArray).Elem(batch.Of(batch.KindInt32, false)).Build(), true)
		list.Sub = []*Column{list.Elems.Add(batch.Of(batch.KindInt32, false), false)}
		d.Start(dst, n)
		for r := range n {
			for i, c := range columns {
				c.Put(r, sample(c.Schema.Kind(), i+r), nil)
			}
			list.Open(r)
			list.Sub[0].Words4[list.Elems.Reserve(1)] = uint32(r)
		}
		for i, c := range columns {
			if c.kind.IsVarlen() {
				continue
			}
			col := c.Finish(dst, nil, nil)
			for r := range n {
				if want := sample(c.Schema.Kind(), i+r); !col.Value(r).Equal(want) {
					t.Fatalf("%d rows: row %d of column %d is %v, want %v", n, r, i, col.Value(r), want)
				}
			}
		}
		dst.Release()
	}
}

func sample(k batch.Kind, n int) batch.Value {
	switch k {
	case batch.KindFloat32:
		return batch.Float32Value(float32(n))
	case batch.KindBoolean:
		return batch.BooleanValue(n%2 == 0)
	case batch.KindString:
		return batch.StringValue("")
	case batch.KindBytes:
		return batch.BytesValue([]byte{})
	}
	return batch.IntValue(k, int64(n%100))
}

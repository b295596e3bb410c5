package avro

import (
	"encoding/binary"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// TestManyIDs: rows of many schemas in one batch are read as those of one are, each in its place; rows of other groups are null.
func TestManyIDs(t *testing.T) {
	const ids = 20
	r := newFakeRegistry(t)
	for k := range ids { // texts that differ
		text := order[:len(order)-1] + `,"connect.version":` + string(rune('1'+k%9)) + `,"of":` + string(rune('1'+k/9)) + `}`
		if k%2 == 1 {
			text = nested[:len(nested)-1] + `,"of":` + string(rune('1'+k/9)) + `,"and":` + string(rune('1'+k%9)) + `}`
		}
		r.add(text)
	}
	c := r.open(t, map[string]string{"enhanced.avro.schema.support": "true"})
	plain, some := orderRows(1, 200), nestedRows(1, 200)
	rows := make([][]byte, 200)
	for i := range rows {
		rows[i] = plain[i]
		if i%ids%2 == 1 {
			rows[i] = some[i]
		}
		binary.BigEndian.PutUint32(rows[i][1:], uint32(1+i%ids))
		switch i {
		case 42, 57:
			rows[i] = rows[i][:len(rows[i])-2] // cut off
		}
	}
	pool := batch.NewPool(mem.Checked(t))
	home, dst := pool.New(len(rows)), pool.New(len(rows))
	defer home.Release()
	defer dst.Release()
	in := codectest.Input(home, rows)
	in.Values.Valid = make([]uint64, 4)
	for i := range rows {
		if i != 100 {
			in.Values.Valid.Set(i)
		}
	}
	var g codec.Groups
	var status batch.Status
	d := c.NewDecoder()
	if err := d.Group(dst, in, &g, &status); err != nil || g.N < ids {
		t.Fatal(g.N, err)
	}
	seen := 0
	for k := range g.N {
		var sel batch.Selection
		for i, of := range g.Row {
			if of == k {
				sel = append(sel, int32(i))
			}
		}
		col, err := d.Decode(dst, in, k, sel, nil, &status)
		if err != nil {
			t.Fatal(err)
		}
		if col.Schema() != nil && col.Form() != batch.FormDictionary {
			t.Errorf("%d rows of %d have form %v", len(sel), len(rows), col.Form())
		}
		mine := map[int]bool{}
		for _, i := range sel {
			mine[int(i)] = true
		}
		for i := range col.Len() {
			switch {
			case !mine[i]:
				if !col.IsNull(i) {
					t.Errorf("row %d of another group is %v", i, col.Value(i))
				}
			case i == 100 || status.Failed(int32(i)):
				if !col.IsNull(i) || col.HasSchema(i) {
					t.Errorf("row %d is %v", i, col.Value(i))
				}
				seen++
			default:
				reading, err := c.reading("t", schemaID(int32(1+i%ids)))
				if err != nil {
					t.Fatal(err)
				}
				want, err := c.plainRow("t", reading, rows[i][5:])
				if err != nil || !col.Value(i).Equal(want) {
					t.Errorf("row %d is %v, a value at a time %v, %v", i, col.Value(i), want, err)
				}
				seen++
			}
		}
	}
	if seen != len(rows) || len(status.Errors()) != 2 {
		t.Errorf("%d rows, failures %v", seen, status.Errors())
	}
}

package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// seeds is how many random cases the property tests of this package try.
const seeds = 300

// randomColumn returns a column of any schema and form, and what its rows hold.
func randomColumn(r *batchtest.Random, b *batch.Batch, n int) (*batch.Column, []batch.Value, []*batch.Schema) {
	var s *batch.Schema
	if r.IntN(3) > 0 {
		s = r.Schema()
	}
	return r.Column(b, s, n)
}

func wantRows(t *testing.T, c *batch.Column, values []batch.Value, schemas []*batch.Schema) {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	if c.Len() != len(values) {
		t.Fatalf("%d rows, want %d", c.Len(), len(values))
	}
	for i := range values {
		if got := c.Value(i); !got.Equal(values[i]) {
			t.Fatalf("row %d of %s: got %s, want %s", i, c.Schema(),
				batch.AppendLiteral(nil, c.Schema(), got), batch.AppendLiteral(nil, c.Schema(), values[i]))
		}
		if c.IsNull(i) != values[i].IsNull() {
			t.Fatalf("row %d: IsNull is %v", i, c.IsNull(i))
		}
		if !c.SchemaOf(i).Equal(schemas[i]) {
			t.Fatalf("row %d: schema %s, want %s", i, c.SchemaOf(i), schemas[i])
		}
	}
}

func TestColumn_RowsReadBackAsBuilt(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		n := r.IntN(150)
		b := pool.New(n)
		c, values, schemas := randomColumn(r, b, n)
		wantRows(t, c, values, schemas)
		b.Release()
	}
}

func TestTakeColumn_GathersRows(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		n := 1 + r.IntN(150)
		b := pool.New(n)
		c, values, schemas := randomColumn(r, b, n)
		rows := make([]int32, r.IntN(200))
		want, wantSchemas := make([]batch.Value, len(rows)), make([]*batch.Schema, len(rows))
		for i := range rows {
			rows[i] = int32(r.IntN(n))
			want[i], wantSchemas[i] = values[rows[i]], schemas[rows[i]]
		}
		got := b.TakeColumn(c, rows)
		wantRows(t, got, want, wantSchemas)
		if c.Form() != batch.FormConstant {
			wantRows(t, b.TakeByValue(c, rows), want, wantSchemas)
		}
		wantRows(t, b.PlainColumn(got), want, wantSchemas)
		compact, err := b.CompactColumn(c, rows)
		if err != nil {
			t.Fatal(err)
		}
		wantRows(t, compact, want, wantSchemas)
		b.Release()
	}
}

func TestSliceColumn_KeepsRows(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		n := r.IntN(200)
		b := pool.New(n)
		c, values, schemas := randomColumn(r, b, n)
		lo := r.IntN(n + 1)
		hi := lo + r.IntN(n-lo+1)
		s := b.SliceColumn(c, lo, hi)
		wantRows(t, s, values[lo:hi], schemas[lo:hi])
		if hi > lo {
			rows := []int32{int32(hi - lo - 1), 0}
			wantRows(t, b.TakeColumn(s, rows), []batch.Value{values[hi-1], values[lo]}, []*batch.Schema{schemas[hi-1], schemas[lo]})
		}
		b.Release()
	}
}

func TestConcatColumns_JoinsAllForms(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		var s *batch.Schema
		if r.IntN(3) > 0 {
			s = r.Schema()
		}
		b := pool.New(0)
		var columns []*batch.Column
		var values []batch.Value
		var schemas []*batch.Schema
		for range 1 + r.IntN(4) {
			c, v, sc := r.Column(b, s, r.IntN(90))
			columns = append(columns, c)
			values = append(values, v...)
			schemas = append(schemas, sc...)
		}
		got, err := b.ConcatColumns(columns...)
		if err != nil {
			t.Fatal(err)
		}
		wantRows(t, got, values, schemas)
		b.Release()
	}
}

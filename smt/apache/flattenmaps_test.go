package apache

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// nestedMap is what JSON gives: members that come and go, that are a map here and a number or null there.
func nestedMap(r *batchtest.Random, depth int) batch.Value {
	m := &batch.MapValue{}
	for _, name := range []string{"id", "name", "tags", "after", "before", "a.b"}[r.IntN(2):] {
		var v batch.Value
		switch n := r.IntN(8); {
		case n == 0:
			continue
		case n == 1:
		case n < 5 && depth > 0:
			v = nestedMap(r, depth-1)
		case n == 5:
			v = batch.ArrayValue([]batch.Value{batch.StringValue("x")})
		default:
			v = batch.Int64Value(int64(r.IntN(9)))
		}
		m.Put(batch.StringValue(name), v)
	}
	return batch.MapValueOf(m)
}

func TestFlatten_MapsByColumnsAndByValue(t *testing.T) {
	inColumns := 0
	for seed := range uint64(400) {
		r := batchtest.NewRandom(seed)
		b := batch.NewPool(mem.Checked(t)).New(1 + r.IntN(20))
		values := make([]batch.Value, b.Len())
		for i := range values {
			if values[i] = nestedMap(r, int(seed%4)); r.IntN(10) == 0 && seed%3 == 0 {
				values[i] = batch.Null()
			}
		}
		tr := &flatten{Side: columnar.Value, delimiter: "_"}
		b.Value = b.DynamicColumn(values, seed%5 == 0)
		plain := b.Fork(nil)
		tr.byValue(plain, b.Value)
		f := mapFlattener{flatten: tr, b: b}
		if top, ok := f.level(b.Value, ""); ok {
			inColumns++
			b.Value = f.column(b.Value, &top)
			for i := range values {
				want, got := plain.Value.Value(i), b.Value.Value(i)
				if w, g := string(batch.AppendLiteral(nil, nil, want)), string(batch.AppendLiteral(nil, nil, got)); w != g {
					t.Fatalf("seed %d row %d: want %s, got %s", seed, i, w, g)
				}
			}
			if err := b.Check(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		plain.Release()
		b.Release()
	}
	if inColumns < 200 {
		t.Errorf("columnar in %d of 400 batches", inColumns)
	}
}

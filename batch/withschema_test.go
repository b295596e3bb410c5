package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

func TestWithSchema_SameValuesInEveryForm(t *testing.T) {
	for seed := range uint64(300) {
		r := batchtest.NewRandom(seed)
		b := batch.NewPool(mem.Checked(t)).New(20)
		s := r.Struct()
		if seed%2 == 0 {
			s = r.Schema()
		}
		named := batch.From(s).Doc("another").Optional(true).Build()
		c, values, schemas := r.Column(b, s, 20)
		out := b.WithSchema(c, named)
		b.Value = out
		if err := b.Check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i, want := range values {
			got := out.Value(i)
			if st := got.Struct(); st != nil {
				if st.Schema != named {
					t.Fatalf("seed %d row %d: struct of another schema", seed, i)
				}
				got = batch.StructValueOf(&batch.StructValue{Schema: s, Fields: st.Fields})
			}
			if !got.Equal(want) || (out.SchemaOf(i) == named) != (schemas[i] != nil) {
				t.Fatalf("seed %d row %d: %v under %v", seed, i, got, out.SchemaOf(i))
			}
		}
		b.Release()
	}
}

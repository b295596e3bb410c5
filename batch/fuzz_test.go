package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// FuzzGather checks that columns of any schema and form survive every way to move rows.
func FuzzGather(f *testing.F) {
	f.Add(uint64(1), uint8(70), []byte{0, 3, 3, 1})
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, picks []byte) {
		if n == 0 {
			n = 1
		}
		r := batchtest.NewRandom(seed)
		pool := mem.Checked(t)
		b := batch.NewPool(pool).New(int(n))
		c, values, schemas := randomColumn(r, b, int(n))
		wantRows(t, c, values, schemas)
		rows := make([]int32, len(picks))
		want, wantSchemas := make([]batch.Value, len(rows)), make([]*batch.Schema, len(rows))
		for i, p := range picks {
			rows[i] = int32(p) % int32(n)
			want[i], wantSchemas[i] = values[rows[i]], schemas[rows[i]]
		}
		taken := b.TakeColumn(c, rows)
		wantRows(t, taken, want, wantSchemas)
		joined, err := b.ConcatColumns(taken, b.SliceColumn(c, 0, int(n)/2), b.PlainColumn(taken))
		if err != nil {
			t.Fatal(err)
		}
		wantRows(t, joined, append(append(append([]batch.Value{}, want...), values[:n/2]...), want...),
			append(append(append([]*batch.Schema{}, wantSchemas...), schemas[:n/2]...), wantSchemas...))
		// Compacted rows outlive their source.
		to := batch.NewPool(pool).New(len(rows))
		compact, err := to.CompactColumn(taken, rowsUpTo(len(rows)))
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
		wantRows(t, compact, want, wantSchemas)
		to.Release()
	})
}

func rowsUpTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// FuzzPacked checks the packed form, alone and as what is left of objects.
func FuzzPacked(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := batchtest.NewRandom(seed)
		var d batch.Dynamic
		var packed []byte
		var want []batch.Value
		for range 5 {
			v := r.Schemaless()
			want = append(want, v)
			packed = d.AppendPacked(packed, v)
		}
		for _, w := range want {
			var got batch.Value
			if got, packed = d.Unpack(packed); !got.Equal(w) {
				t.Fatalf("got %s, want %s", batch.AppendLiteral(nil, nil, got), batch.AppendLiteral(nil, nil, w))
			}
			if string(got.AppendKey(nil)) != string(w.AppendKey(nil)) {
				t.Fatal("equal values have different keys")
			}
		}
		if len(packed) != 0 {
			t.Fatalf("%d bytes left", len(packed))
		}
	})
}

// FuzzRead checks that the text of a batch is read or refused, and what is read is printed the same.
func FuzzRead(f *testing.F) {
	f.Add("id int64, zip string?\n1, null\n2, 0123\n")
	f.Add("@key {string: [any]}?, @value any\n{a: [1]}, <(a int8)>(1)\n@none, -5t ! x\n")
	f.Fuzz(func(t *testing.T, text string) {
		pool := mem.Checked(t)
		b, err := batchtest.Read(batch.NewPool(pool), text)
		if err != nil {
			return
		}
		defer b.Release()
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
		printed := b.String()
		again, err := batchtest.Read(batch.NewPool(pool), printed)
		if err != nil {
			t.Fatalf("%v in %s", err, printed)
		}
		defer again.Release()
		if got := again.String(); got != printed {
			t.Fatalf("got %q, want %q", got, printed)
		}
	})
}

package connectjson

import (
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// mutate returns row with one random change: the kind of broken text that producers really send.
func mutate(r *rand.Rand, row []byte) []byte {
	out := append([]byte{}, row...)
	if len(out) == 0 {
		return out
	}
	at := r.IntN(len(out))
	switch r.IntN(6) {
	case 0:
		return out[:at]
	case 1:
		out[at] = byte(r.IntN(256))
	case 2:
		const marks = `{}[]",: \` + "\n019-.entf"
		out[at] = marks[r.IntN(len(marks))]
	case 3:
		return append(out[:at], out[min(at+1+r.IntN(4), len(out)):]...)
	case 4:
		return append(out[:at:at], append([]byte{' '}, row[at:]...)...)
	case 5:
		to := min(at+r.IntN(20), len(out))
		return append(out[:to:to], append(append([]byte{}, row[at:to]...), row[to:]...)...)
	}
	return out
}

// TestRandom_FastAsPlain reads and writes random records of random schemas, some of them broken.
func TestRandom_FastAsPlain(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(60) {
		r := batchtest.NewRandom(seed)
		keys := []string{keySchemasEnable, []string{"true", "false"}[seed%2], keyDecimalFormat, []string{"BASE64", "NUMERIC"}[seed/2%2], keyReplaceNull, []string{"true", "true", "false"}[seed%3]}
		c := testConverter(t, keys...)
		var schemas []*batch.Schema
		for range 1 + r.IntN(3) {
			schemas = append(schemas, r.Struct())
		}
		var rows [][]byte
		for range 40 {
			var s *batch.Schema
			if r.IntN(8) > 0 {
				s = schemas[r.IntN(len(schemas))]
			}
			text, null, err := c.plainAppend(nil, s, r.Value(s), true)
			switch {
			case err != nil:
			case null:
				rows = append(rows, nil)
			case r.IntN(5) == 0:
				rows = append(rows, mutate(r.Rand, text))
			default:
				rows = append(rows, text)
			}
		}
		compareReading(t, pool, c, rows)
		compareWriting(t, pool, c, rows)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestRandomColumns_FastAsPlain writes random columns of any form.
func TestRandomColumns_FastAsPlain(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(150) {
		r := batchtest.NewRandom(seed)
		c := testConverter(t, keySchemasEnable, []string{"true", "false"}[seed%2], keyDecimalFormat, []string{"BASE64", "NUMERIC"}[seed/2%2], keyReplaceNull, []string{"true", "true", "false"}[seed%3])
		var s *batch.Schema
		if seed%4 > 0 {
			s = r.Schema()
		}
		const n = 20
		b := pool.New(n)
		col, _, _ := r.Column(b, s, n)
		sel := batch.Selection{}
		for i := range int32(n) {
			sel = append(sel, i)
		}
		texts := encodeRows(t, b, c.NewEncoder(), col, sel)
		linked := col.Form() != batch.FormDynamic || col.Dyn.Linked
		for i := range n {
			want, null, err := c.plainAppend(nil, col.SchemaOf(i), col.Value(i), linked)
			got := texts[i]
			if (got.err == nil) != (err == nil) || err != nil && err.Error() != got.err.Error() || (got.text == nil) != (null || err != nil) || string(want) != string(got.text) {
				t.Errorf("seed %d row %d: got %.300q %v, want %.300q null=%t %v", seed, i, got.text, got.err, want, null, err)
			}
		}
		b.Release()
	}
}

package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// headersOf returns what rows without a list of their own share.
func headersOf(r *batchtest.Random) []batch.Header {
	list := make([]batch.Header, 1+r.IntN(3))
	for i := range list {
		list[i] = batch.Header{Key: r.Text(), Raw: []byte(r.Text())}
		if r.IntN(2) == 0 {
			list[i] = batch.Header{Key: "h", Decoded: true, Value: batch.Int64Value(int64(i))}
		}
	}
	return list
}

// TestHeaders_SharedAsEachRowsOwn: whatever is done with batches, rows that share headers and rows that have
// the same each for itself keep the same.
func TestHeaders_SharedAsEachRowsOwn(t *testing.T) {
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		b := r.Batch(mem.Checked(t), 60)
		b.Headers = batch.Headers{Entries: headersOf(r)}
		b.Offsets = nil // rows are joined that offsets would keep apart
		own := b.Fork(b.Sel)
		for _, e := range b.Status.Errors() {
			own.Status.Fail(e.Row, own.Len(), e.Err)
		}
		own.OwnHeaders()
		checked(t, own)
		noDiff(t, seed, "own", batchtest.Diff(b, own))

		lo := r.IntN(b.Len() + 1)
		shared, each := []*batch.Batch{b}, []*batch.Batch{own}
		for _, cut := range [][2]int{{0, lo}, {lo, b.Len()}} {
			shared, each = append(shared, b.Slice(cut[0], cut[1])), append(each, own.Slice(cut[0], cut[1]))
		}
		var rows []int32
		for row := range b.Rows() {
			rows = append(rows, row.Index())
		}
		shared, each = append(shared, b.Take(rows)), append(each, own.Take(rows))
		for _, of := range [][2]int{{1, 2}, {0, 3}} {
			x, err := batch.Concat(b.Pool(), shared[of[0]], shared[of[1]])
			if err != nil {
				t.Fatal(err)
			}
			if x.Headers.Offsets != nil {
				t.Fatalf("seed %d: rows that share headers got lists of their own", seed)
			}
			y, err := batch.Concat(b.Pool(), each[of[0]], shared[of[1]])
			if err != nil {
				t.Fatal(err)
			}
			shared, each = append(shared, x), append(each, y)
		}
		for i := range shared {
			checked(t, shared[i])
			noDiff(t, seed, "rows that share headers", batchtest.Diff(each[i], shared[i]))
		}
		for i := range shared {
			shared[i].Release()
			each[i].Release()
		}
	}
}

// TestOwnHeaders_MayBeWritten: what is written to a row is seen by no other row and no other batch.
func TestOwnHeaders_MayBeWritten(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(3)
	defer b.Release()
	b.Headers.Entries = []batch.Header{{Key: "a"}, {Key: "b"}}
	f := b.Fork(nil)
	f.OwnHeaders()
	f.Headers.Of(1)[1].Key = "x"
	g := f.Fork(nil)
	g.OwnHeaders()
	g.Headers.Of(2)[0].Key = "y"
	for i, want := range []string{"ababab", "abaxab", "abaxyb"} {
		got := ""
		for r := range []*batch.Batch{b, f, g}[i].Rows() {
			for _, h := range r.Headers() {
				got += h.Key
			}
		}
		if got != want {
			t.Errorf("batch %d has headers %s, want %s", i, got, want)
		}
	}
	g.Release()
	f.Release()
}

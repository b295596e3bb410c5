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
		agreeAndRelease(t, seed, "rows that share headers", each, shared)
	}
}

// agreeAndRelease compares batches with those whose rows have headers of their own.
func agreeAndRelease(t *testing.T, seed uint64, what string, each, list []*batch.Batch) {
	t.Helper()
	for i := range list {
		checked(t, list[i])
		noDiff(t, seed, what, batchtest.Diff(each[i], list[i]))
	}
	for i := range list {
		list[i].Release()
		each[i].Release()
	}
}

// TestHeaders_ColumnsAsEachRowsOwn: headers in columns are those that each row has for itself, whatever is
// done with batches.
func TestHeaders_ColumnsAsEachRowsOwn(t *testing.T) {
	gathered := 0
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		b := r.Batch(mem.Checked(t), 16)
		if len(b.Headers.Columns) == 0 && b.Value.NoSchema == nil {
			b.AddHeaders(batch.HeaderColumn{Key: "h", Schema: b.Value.Schema(), Column: b.Value})
		}
		b.Offsets = nil
		if seed%2 == 0 {
			b.Headers.Entries, b.Headers.Offsets = nil, nil
		}
		own := b.Fork(b.Sel)
		for _, e := range b.Status.Errors() {
			own.Status.Fail(e.Row, own.Len(), e.Err)
		}
		inLists(own)
		checked(t, own)
		noDiff(t, seed, "own", batchtest.Diff(b, own))
		for row := range b.Rows() {
			headersAgree(t, seed, &b.Headers, own.Headers.List(int(row.Index())), int(row.Index()))
		}

		lo := r.IntN(b.Len() + 1)
		columns, each := []*batch.Batch{b}, []*batch.Batch{own}
		var rows []int32
		for row := range b.Rows() {
			rows = append(rows, row.Index(), row.Index())
		}
		columns = append(columns, b.Slice(lo, b.Len()), b.Take(rows))
		each = append(each, own.Slice(lo, b.Len()), own.Take(rows))
		join := func(a, c *batch.Batch) *batch.Batch {
			x, err := batch.Concat(b.Pool(), a, c)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		columns = append(columns, join(columns[2], columns[1]), join(columns[1], each[2]))
		each = append(each, join(each[2], each[1]), join(each[1], each[2]))
		if len(columns[3].Headers.Columns) > 0 {
			gathered++
		}
		agreeAndRelease(t, seed, "headers in columns", each, columns)
	}
	if gathered == 0 {
		t.Error("no headers stayed in columns")
	}
}

// inLists makes the headers of columns part of each row's list.
func inLists(b *batch.Batch) {
	lists := batch.Headers{Offsets: []int32{0}}
	for i := range b.Len() {
		lists.Entries = b.Headers.AppendRow(lists.Entries, i)
		lists.Offsets = append(lists.Offsets, int32(len(lists.Entries)))
	}
	b.Headers = lists
}

// headersAgree compares what h answers for a row with its headers as a list.
func headersAgree(t *testing.T, seed uint64, h *batch.Headers, want []batch.Header, row int) {
	t.Helper()
	for _, key := range append([]string{"nowhere", "h"}, keysOf(want)...) {
		at := len(want) - 1
		for at >= 0 && want[at].Key != key {
			at--
		}
		got, ok := h.Last(row, key)
		if ok != (at >= 0) || h.Has(row, key) != ok || h.SameKeys() && h.Has(0, key) != ok {
			t.Fatalf("seed %d: row %d has a header %q: %t, want %t", seed, row, key, ok, at >= 0)
		}
		if ok && (!got.Value.Equal(want[at].Value) || string(got.Raw) != string(want[at].Raw) || !got.Schema.Equal(want[at].Schema)) {
			t.Fatalf("seed %d: row %d has %+v as its last header %q, want %+v", seed, row, got, key, want[at])
		}
	}
	if n := len(h.Of(row)); n != len(want) || n > h.Bound(row+1) {
		t.Fatalf("seed %d: row %d has %d headers, want %d", seed, row, n, len(want))
	}
}

func keysOf(list []batch.Header) (keys []string) {
	for _, h := range list {
		keys = append(keys, h.Key)
	}
	return keys
}

// TestAddHeader_StandsBehindTheOthers: whatever form the headers before it have.
func TestAddHeader_StandsBehindTheOthers(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(2)
	defer b.Release()
	add := func(key string, v int64) { b.AddHeader(key, batch.Of(batch.KindInt64, false), batch.Int64Value(v)) }
	add("a", 1)
	add("b", 2)
	shared := b.Fork(nil)
	defer shared.Release()
	b.OwnHeaders()
	add("a", 3)
	b.AddHeaders(batch.HeaderColumn{Key: "c", Column: b.NewConstant(nil, 2, batch.Int64Value(4))})
	add("d", 5)
	fork := b.Fork(nil)
	defer fork.Release()
	add("of b alone", 6)
	for i, of := range []*batch.Batch{shared, fork, b} {
		got := ""
		for _, h := range of.Row(1).Headers() {
			got += h.Key + string(batch.AppendLiteral(nil, nil, h.Value)) + " "
		}
		if want := []string{"a1 b2 ", "a1 b2 a3 c4 d5 ", "a1 b2 a3 c4 d5 of b alone6 "}[i]; got != want {
			t.Errorf("headers %s, want %s", got, want)
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

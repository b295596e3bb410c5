package batch_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

func checked(t *testing.T, b *batch.Batch) {
	t.Helper()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
}

func noDiff(t *testing.T, seed uint64, what, diff string) {
	t.Helper()
	if diff != "" {
		t.Fatalf("seed %d: %s:\n%s", seed, what, diff)
	}
}

func TestBatch_RandomOnesKeepTheInvariants(t *testing.T) {
	for seed := range uint64(seeds) {
		b := batchtest.NewRandom(seed).Batch(mem.Checked(t), 100)
		checked(t, b)
		b.Release()
	}
}

func TestTake_GathersRowsWithTheirEnvelope(t *testing.T) {
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		b := r.Batch(mem.Checked(t), 100)
		var rows []int32
		for row := range b.Rows() {
			rows = append(rows, row.Index())
		}
		got := b.Take(rows)
		checked(t, got)
		noDiff(t, seed, "take of all live rows", batchtest.DiffLive(b, got))
		b.Release()
		got.Release()
	}
}

func TestCompact_OutlivesItsSource(t *testing.T) {
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		pool := mem.Checked(t)
		b := r.Batch(pool, 100)
		twin := batchtest.NewRandom(seed).Batch(pool, 100)
		got, err := b.Compact()
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
		checked(t, got)
		noDiff(t, seed, "compact", batchtest.DiffLive(twin, got))
		twin.Release()
		got.Release()
	}
}

func TestSlice_KeepsSelectionAndFailures(t *testing.T) {
	for seed := range uint64(seeds) {
		r := batchtest.NewRandom(seed)
		b := r.Batch(mem.Checked(t), 100)
		lo := r.IntN(b.Len() + 1)
		left, right := b.Slice(0, lo), b.Slice(lo, b.Len())
		checked(t, left)
		checked(t, right)
		joined, err := batch.Concat(b.Pool(), left, right)
		if err != nil {
			t.Fatal(err)
		}
		checked(t, joined)
		noDiff(t, seed, "two slices joined", batchtest.DiffLive(b, joined))
		for _, x := range []*batch.Batch{left, right, joined, b} {
			x.Release()
		}
	}
}

func TestConcat_TombstonesFitAnySchema(t *testing.T) {
	pool := mem.Checked(t)
	a := batchtest.Parse(t, pool, "id int64, name string?\n1, a\n")
	defer a.Release()
	none := batchtest.Parse(t, pool, "@value any\nnull\n")
	defer none.Release()
	none.Value = none.NullColumn(1)
	got, err := batch.Concat(a.Pool(), none, a, none)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	checked(t, got)
	if s := got.String(); s != "id int64, name string?\n@none\n1, a\n@none\n" {
		t.Fatalf("got:\n%s", s)
	}
	other := batchtest.Parse(t, pool, "id int64\n1\n")
	defer other.Release()
	if _, err := batch.Concat(a.Pool(), a, other); err == nil || !strings.Contains(err.Error(), "different schemas") {
		t.Fatalf("schemas do not fit, but: %v", err)
	}
}

func TestPinnedBytes_CountsParentsOnce(t *testing.T) {
	pool := mem.Checked(t)
	b := batchtest.Parse(t, pool, "id int64, s string\n1, abcdef\n2, x\n")
	f := b.Fork(batch.Selection{1})
	g := f.Fork(batch.Selection{1})
	g.KeepAlive(b)
	if got, want := g.PinnedBytes(), b.Arena.SlabBytes(); got != want {
		t.Fatalf("pinned %d, want %d", got, want)
	}
	if got := g.LiveBytes(); got != 8+8+1 {
		t.Fatalf("live bytes %d", got)
	}
	b.Release()
	f.Release()
	g.Release()
}

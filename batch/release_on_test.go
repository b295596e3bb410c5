//go:build invariants

package batch_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

func TestInvariants_LateReaderSeesPoison(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(8)
	c := b.NewFixed(batch.Of(batch.KindInt64, false), 8)
	values := c.Int64s()
	clear(values)
	b.Release()
	for i, v := range values {
		if uint64(v) != 0xDBDBDBDBDBDBDBDB {
			t.Fatalf("row %d reads %x after release", i, v)
		}
	}
}

func TestInvariants_MisuseNamesBothStacks(t *testing.T) {
	for name, misuse := range map[string]func(*batch.Batch){
		"released twice":         (*batch.Batch).Release,
		"retained after release": (*batch.Batch).Retain,
		"handed over after":      (*batch.Batch).HandOver,
	} {
		b := maker(batch.NewPool(mem.NewPool()))
		releaser(b)
		got := panics(t, func() { misuse(b) })
		for _, want := range []string{name, "made at", "batch_test.maker", "released at", "batch_test.releaser"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in %s", name, want, got)
			}
		}
	}
}

func maker(p *batch.Pool) *batch.Batch { return p.New(1) }
func releaser(b *batch.Batch)          { b.Release() }

func TestInvariants_HandOverChecks(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(3)
	defer b.Release()
	b.HandOver()
	b.Sel = batch.Selection{2, 1}
	if got := panics(t, b.HandOver); !strings.Contains(got, "selection: row 1 after 2") {
		t.Fatal(got)
	}
}

package connectjson

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/fuzz/differential/corpus"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/judge"
)

// TestReplay_AnswersAsTheOriginal replays every stored trial of the converter, item by item and all
// items as one batch.
func TestReplay_AnswersAsTheOriginal(t *testing.T) {
	entries, err := corpus.Load("../differential/corpus")
	if err != nil {
		t.Fatal(err)
	}
	pool := batch.NewPool(mem.Checked(t))
	trials := 0
	for _, e := range entries {
		if len(e.Plugins) == 0 || e.Plugins[0].Class != generate.JSONConverter {
			continue
		}
		trials++
		for _, whole := range []bool{false, true} {
			r := judge.Compare(e.Trial, e.Want, run(t, pool, e.Trial, whole))
			for _, d := range r.Differences {
				if !kept(e.Trial, d) {
					t.Errorf("%s: whole=%t: %s", e.File, whole, show(e.Trial, d))
				}
			}
		}
	}
	if trials == 0 {
		t.Fatal("no stored trial")
	}
}

//go:build differential

package connectjson

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/peer"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// trialsPerFlow is how many trials of each direction TestOracle asks; one has about twenty items.
const trialsPerFlow = 1500

// TestOracle_AnswersAsTheOriginal asks generated trials of the original and of this converter.
func TestOracle_AnswersAsTheOriginal(t *testing.T) {
	oracle, err := peer.Start("oracle", "../../e2e/oracle/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := oracle.Close(); err != nil {
			t.Error(err)
		}
	}()
	flows, err := generate.Flows("json", "header")
	if err != nil {
		t.Fatal(err)
	}
	pool := batch.NewPool(mem.Checked(t))
	asked := 0
	for _, f := range flows {
		var trials []*trial.Trial
		for i := range uint64(trialsPerFlow) {
			tr := f.Trial(seed, i)
			if tr.Plugins[0].Class == generate.JSONConverter {
				trials = append(trials, tr)
			}
		}
		asked += len(trials)
		err := oracle.Each(trials, func(i int, want trial.Outcome) error {
			for _, whole := range []bool{false, true} {
				for _, d := range judge.Compare(trials[i], want, run(t, pool, trials[i], whole)).Differences {
					if !kept(trials[i], d) {
						t.Errorf("%s trial %d: whole=%t: %s", f, i, whole, show(trials[i], d))
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if asked == 0 {
		t.Fatal("no trial of the converter")
	}
}

// seed chooses the trials; another one finds others.
const seed = 1

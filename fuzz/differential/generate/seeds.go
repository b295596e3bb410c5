package generate

import "github.com/millrace/millrace/fuzz/differential/trial"

// seedTrials is how many generated trials of a flow join the curated ones.
const (
	seedTrials = 40
	seedItems  = 6
)

// Seeds returns the trials of the seed corpus: the curated cases, then a few generated ones of every flow.
func Seeds() []*trial.Trial {
	seeds := curated()
	for _, f := range flows {
		for i := range uint64(seedTrials) {
			t := f.Trial(1, i)
			t.Items = t.Items[:min(len(t.Items), seedItems)]
			seeds = append(seeds, t)
		}
	}
	return seeds
}

package generate

import "github.com/millrace/millrace/fuzz/differential/trial"

// seedItems is how many items a generated trial of the seed corpus keeps.
const seedItems = 5

// seedTrials is how many generated trials of a flow join the curated ones: most for those that no curated case covers.
func seedTrials(f Flow) uint64 {
	switch f.Kind {
	case "transform":
		return 50
	case "avro", "protobuf":
		return 60
	case "chain":
		return 18
	}
	return 12
}

// Seeds returns the trials of the seed corpus: the curated cases, then a few generated ones of every flow.
func Seeds() []*trial.Trial {
	seeds := curated()
	for _, f := range flows {
		if f.Kind == JSONSchema {
			continue // no oracle that others can start answers it
		}
		for i := range seedTrials(f.Flow) {
			t := f.Trial(1, i)
			t.Items = t.Items[:min(len(t.Items), seedItems)]
			seeds = append(seeds, t)
		}
	}
	return seeds
}

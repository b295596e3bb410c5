//go:build differential

package differential_test

import (
	"flag"
	"testing"
)

var (
	limit = flag.Duration("limit", 0, "time for all kinds together, in equal shares, with -cases cases of each at most; 0 compares the fixed cases")
	kind  = flag.String("kind", "all", "kinds to compare, comma-separated")
)

// changeSeed makes every change meet the same cases: what new seeds find is the business of the long runs.
const changeSeed = 42

// changeCases are the cases of each kind and direction that a change meets, on every machine the same. Together they take about
// half a minute on two cores.
var changeCases = map[string]int{
	"json": 40_000, "string": 40_000, "bytes": 40_000, "number": 40_000, "header": 40_000, "literal": 40_000,
	"transform": 15_000, "chain": 12_000, "predicate": 15_000, "debezium": 12_000, "script": 12_000, "avro": 5_000, "protobuf": 1_500,
}

// TestOriginal_AnswersAreTheSame compares generated cases with the original classes, in batches and one by one.
func TestOriginal_AnswersAreTheSame(t *testing.T) {
	if *limit == 0 {
		compare(t, *kind, changeCases, 0, changeSeed)
		return
	}
	compare(t, *kind, nil, *limit, changeSeed)
}

// againCases are the rows of each flow that a change puts to second readers; make soak puts those of the others, too.
var againCases = map[string]int{"avro/read": 2_000, "avro/write": 2_000, "protobuf/write": 1_000, "jsonschema/read": 2_000}

// TestSecondReaders_Agree puts generated records to readers and writers of other people.
func TestSecondReaders_Agree(t *testing.T) {
	for flow, cases := range againCases {
		t.Run(flow, func(t *testing.T) { readAgain(t, flow, cases, changeSeed) })
	}
}

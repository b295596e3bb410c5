//go:build differential

package differential_test

import (
	"flag"
	"testing"
	"time"
)

var (
	limit = flag.Duration("limit", 100*time.Second, "time for all kinds together, in equal shares; 0 sets no limit")
	kind  = flag.String("kind", "all", "kinds to compare, comma-separated")
)

// changeSeed makes every change meet the same cases: what new seeds find is the business of the long runs.
const changeSeed = 42

// TestOriginal_AnswersAreTheSame compares generated cases with the original classes, in batches and one by one, for as long as
// a change can wait.
func TestOriginal_AnswersAreTheSame(t *testing.T) { compare(t, *kind, *limit, changeSeed) }

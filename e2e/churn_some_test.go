//go:build e2e && !soak

package e2e

import (
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// churnSize is two seconds of changes, to count what restarts.
var (
	churnSize  = churn{each: 4, tasks: 2, phase: time.Second}
	churnSides = []harness.Side{harness.Millrace}
)

// turnMax is beyond what a busy machine may do to a loop: times count in the long run.
const turnMax = time.Minute

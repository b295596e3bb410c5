//go:build soak

package e2e

import (
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// churnSize is a minute of changes of 200 connectors with 400 tasks, on both sides.
var (
	churnSize  = churn{each: 50, tasks: 2, phase: 30 * time.Second}
	churnSides = []harness.Side{harness.Java, harness.Millrace}
)

// turnMax is how long the loop of a herder may be deaf.
const turnMax = 50 * time.Millisecond

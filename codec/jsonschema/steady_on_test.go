//go:build invariants || race

package jsonschema

import "math"

// steadyAllocations: pools drop at random under the race detector, and released batches are kept apart
// under invariants.
const steadyAllocations = math.MaxInt

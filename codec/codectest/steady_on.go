//go:build invariants || race

package codectest

import "math"

// SteadyAllocations is no bound here: pools drop at random under the race detector, and released batches are kept apart under invariants.
const SteadyAllocations = math.MaxInt32

//go:build invariants || race

package connectjson

import "math"

// steadyAllocations: the tag keeps released batches for checks, and a race build drops pool entries at
// random, so counts say nothing there.
const steadyAllocations = math.MaxInt32

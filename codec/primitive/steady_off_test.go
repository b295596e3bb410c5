//go:build !invariants && !race

package primitive_test

// steadyAllocations: batches and slabs come from their pools.
const steadyAllocations = 0

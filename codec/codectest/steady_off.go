//go:build !invariants && !race

package codectest

// SteadyAllocations is how many allocations a batch may cost after the first ones: batches and slabs come from their pools.
const SteadyAllocations = 0

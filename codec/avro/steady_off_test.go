//go:build !invariants && !race

package avro

// steadyAllocations: batches and slabs come from their pools.
const steadyAllocations = 0

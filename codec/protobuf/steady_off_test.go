//go:build !invariants && !race

package protobuf

// steadyAllocations: batches and slabs come from their pools.
const steadyAllocations = 0

//go:build !invariants && !race

package jsonschema

// steadyAllocations: batches and slabs come from their pools.
const steadyAllocations = 0

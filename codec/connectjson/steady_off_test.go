//go:build !invariants && !race

package connectjson

// steadyAllocations is how many allocations a batch may cost after the first ones.
const steadyAllocations = 0

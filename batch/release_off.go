//go:build !invariants

package batch

// keepReleased: released batches are reused.
const keepReleased = false

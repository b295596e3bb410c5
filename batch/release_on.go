//go:build invariants

package batch

// keepReleased: released batches are never reused, so that a second release is always seen.
const keepReleased = true

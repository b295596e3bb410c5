//go:build e2e && !soak

package e2e

import "slices"

// tryCrash says which points every change can afford.
func tryCrash() func(crashPoint) bool {
	few := []crashPoint{{"transaction-offsets", 3}, {"task-count-write", 1}, {"sink-taken", 2}, {"letter-acked", 4}, {"replay-produced", 2},
		{"replay-flushed", 2}, {"offset-file-rename", 2}, {"journal-written", 3}}
	return func(p crashPoint) bool { return slices.Contains(few, p) }
}

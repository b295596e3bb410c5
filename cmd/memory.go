package cmd

import (
	"math"
	"os"
	"runtime/debug"
)

// limitMemory tells the collector how much memory there is, unless GOMEMLIMIT has: nine tenths of what the
// container may take, else of the machine's. It returns the limit, 0 when nothing is known.
func limitMemory() int64 {
	if os.Getenv("GOMEMLIMIT") == "" {
		if total := memoryTotal(os.DirFS("/")); total > 0 {
			debug.SetMemoryLimit(total / 10 * 9)
		}
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	return 0
}

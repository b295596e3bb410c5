package cmd

import (
	"io/fs"
	"math"
	"os"
	"runtime/debug"
)

// limitMemory tells the collector how much memory there is, unless GOMEMLIMIT has. It returns the limit, 0 when nothing
// is known.
func limitMemory() int64 {
	if limit := containerLimit(os.Getenv("GOMEMLIMIT"), os.DirFS("/")); limit > 0 {
		debug.SetMemoryLimit(limit)
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	return 0
}

// containerLimit returns nine tenths of what the container may take, else of the machine's memory: the collector does not
// count the program's pages, stacks of threads, and buffers of the kernel. It is 0 where the system tells nothing, and
// where GOMEMLIMIT says something, which the runtime has read.
func containerLimit(goMemLimit string, root fs.FS) int64 {
	if goMemLimit != "" {
		return 0
	}
	return memoryTotal(root) / 10 * 9
}

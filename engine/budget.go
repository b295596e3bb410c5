package engine

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
)

// budget shares the memory that batches may take among the tasks that run.
type budget struct {
	limit int64 // bytes
	tasks atomic.Int64
}

// newBudget takes a fraction of the memory that the process may use; 0 means to find that out.
func newBudget(process int64, fraction float64) *budget {
	if process <= 0 {
		process = processMemory()
	}
	return &budget{limit: int64(float64(process) * fraction)}
}

// join counts a task; the result counts it out.
func (b *budget) join() (leave func() error) {
	b.tasks.Add(1)
	return func() error {
		b.tasks.Add(-1)
		return nil
	}
}

// share is what one task may take now: own, or less where all tasks together would take too much.
func (b *budget) share(own int64) int64 {
	return min(own, b.limit/max(b.tasks.Load(), 1))
}

// processMemory is the least of Go's memory limit, the container's and the machine's.
func processMemory() int64 {
	limit := debug.SetMemoryLimit(-1)
	for _, f := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(f); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
				limit = min(limit, n)
			}
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if rest, ok := strings.CutPrefix(string(text), "MemTotal:"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err == nil && n < math.MaxInt64>>10 {
				limit = min(limit, n<<10)
			}
		}
	}
	return limit
}

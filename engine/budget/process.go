package budget

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// ProcessMemory is the least of Go's memory limit, the container's and the machine's.
func ProcessMemory() int64 {
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

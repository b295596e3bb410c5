//go:build bench || soak

package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// peakMemory is the most that the process has held resident since resetPeak or its start, in bytes, as the kernel keeps it. Source: proc(5), VmHWM.
func peakMemory(t testing.TB, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatalf("process %d tells no peak of its memory", pid)
	return 0
}

func memory(t testing.TB, w *harness.Worker) harness.Memory {
	t.Helper()
	m, err := harness.MemoryOf(w.PID())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

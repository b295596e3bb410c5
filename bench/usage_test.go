//go:build bench || soak

package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/e2e/harness"
)

// processCPU is the processor time that another process has used, to the nanosecond: harness.CPU counts hundredths of a second.
// Source: clock_getcpuclockid(3).
func processCPU(t testing.TB, pid int) time.Duration {
	t.Helper()
	const schedulerClock = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &ts); err != nil {
		t.Fatalf("processor time of %d: %v", pid, err)
	}
	return time.Duration(ts.Nano())
}

// resetPeak lets peakMemory count from what the process holds now. Source: proc(5), clear_refs.
func resetPeak(t testing.TB, pid int) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// peakMemory is the most that the process has held resident since then, in bytes, as the kernel keeps it. Source: proc(5), VmHWM.
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

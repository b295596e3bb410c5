//go:build bench || soak

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// newReport begins one, which is written when t ends.
func newReport(t *testing.T) *Report {
	r := &Report{
		Machine: machine(), Kernel: firstLine("/proc/sys/kernel/osrelease"), Commit: commit(t), Started: time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		Load: load(), Kafka: "4.3.1", Records: *perPass,
	}
	t.Cleanup(func() {
		r.Load += " before, " + load() + " after"
		if len(r.Results) == 0 {
			return
		}
		if err := r.WriteTable(os.Stdout); err != nil {
			t.Error(err)
		}
		if *jsonFile != "" {
			if err := AddToFile(*jsonFile, r); err != nil {
				t.Error(err)
			}
		}
	})
	return r
}

func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// load is the average of runnable processes in the last minute.
func load() string {
	one, _, _ := strings.Cut(firstLine("/proc/loadavg"), " ")
	return one
}

// commit is that of the working tree.
func commit(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "describe", "--always", "--dirty", "--abbrev=7").Output()
	if err != nil {
		t.Fatalf("git describe: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(text)) {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
				model = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores %s, %s", runtime.NumCPU(), model, runtime.Version())
}

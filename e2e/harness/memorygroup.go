package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// MemoryGroup is a control group whose processes may take so many bytes of memory, as those of a container: the kernel
// kills one that asks for more.
type MemoryGroup struct {
	folder string
	limit  string // file with what it may take
	peak   string // file with what it took at most, page cache included
	events string // file that counts kills
}

// memoryHierarchies are where groups of the two versions of the kernel's interface can be made.
var memoryHierarchies = []MemoryGroup{
	{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"},
	{"/sys/fs/cgroup", "memory.max", "memory.peak", "memory.events"},
}

// NewMemoryGroup makes a group; the cleanup of t removes it, after that of the workers in it, which are made later. Where
// that is not allowed, t is left out (Need).
func NewMemoryGroup(t testing.TB, bytes int) *MemoryGroup {
	t.Helper()
	var err error
	for _, h := range memoryHierarchies {
		g := h
		g.folder = filepath.Join(h.folder, fmt.Sprintf("millrace-test-%d", os.Getpid()))
		if err = os.Mkdir(g.folder, 0o755); err != nil {
			continue
		}
		if err = os.WriteFile(filepath.Join(g.folder, g.limit), []byte(strconv.Itoa(bytes)), 0o644); err != nil {
			_ = syscall.Rmdir(g.folder)
			continue
		}
		t.Cleanup(func() {
			if err := syscall.Rmdir(g.folder); err != nil {
				t.Errorf("remove %s: %v", g.folder, err)
			}
		})
		return &g
	}
	Need(t, &MissingError{What: "a control group", Why: err.Error(), Install: "root, and the memory controller of the kernel"}, "a worker that may take little memory")
	return nil
}

// enter makes c run in the group.
func (g *MemoryGroup) enter(c Command) Command {
	c.Args = append([]string{"-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(g.folder, "cgroup.procs"), c.Path}, c.Args...)
	c.Path = "/bin/sh"
	return c
}

// Peak is how many bytes the group took at most, with the files' pages that the kernel keeps for it.
func (g *MemoryGroup) Peak(t testing.TB) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimSpace(g.read(t, g.peak)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Kills is how many processes the kernel has killed for asking for more.
func (g *MemoryGroup) Kills(t testing.TB) int {
	t.Helper()
	for line := range strings.Lines(g.read(t, g.events)) {
		if text, ok := strings.CutPrefix(line, "oom_kill "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(text))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("%s says nothing of kills", filepath.Join(g.folder, g.events))
	return 0
}

func (g *MemoryGroup) read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(g.folder, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

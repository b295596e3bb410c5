package engine

import (
	"runtime/debug"
	"testing"
)

func TestBudget_IsSharedByTheTasksThatRun(t *testing.T) {
	b := newBudget(1000, 0.6)
	if s := b.share(900); s != 600 {
		t.Errorf("without tasks: %d", s)
	}
	first, second := b.join(), b.join()
	if s := b.share(900); s != 300 {
		t.Errorf("of two tasks: %d", s)
	}
	if s := b.share(100); s != 100 {
		t.Errorf("of a modest task: %d", s)
	}
	_, _ = first(), second()
	if s := b.share(900); s != 600 {
		t.Errorf("after both left: %d", s)
	}
}

func TestProcessMemory_FollowsTheRuntimesLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(64 << 20))
	if n := processMemory(); n != 64<<20 {
		t.Errorf("memory is %d", n)
	}
}

package budget_test

import (
	"runtime/debug"
	"testing"

	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/budget"
)

func TestShare_IsEqualAmongTheTasksThatRun(t *testing.T) {
	b := budget.New(600, mem.Checked(t))
	first, modest := b.Join(900), b.Join(100)
	if first.Most() != 300 || modest.Most() != 100 {
		t.Errorf("of two tasks: %d and %d", first.Most(), modest.Most())
	}
	modest.Leave()
	if first.Most() != 600 {
		t.Errorf("after the other left: %d", first.Most())
	}
}

// TestRoom_CountsWhatOthersHoldBeyondTheirs: sinks that began first held what was theirs then, and those that joined took
// theirs on top: a hundred took more than the process had.
func TestRoom_CountsWhatOthersHoldBeyondTheirs(t *testing.T) {
	const limit = 1 << 20
	all := mem.Checked(t)
	b := budget.New(limit, all)
	first := b.Join(limit)
	held := first.Pool.Mem.Get(700 << 10) // a slab of a mebibyte
	second := b.Join(limit)
	if first.Room() != -limit/2 || second.Room() != 0 {
		t.Errorf("room for %d and %d while the first holds everything", first.Room(), second.Room())
	}
	first.Pool.Mem.Put(held)
	if first.Room() != limit/2 || second.Room() != limit/2 {
		t.Errorf("room for %d and %d of halves", first.Room(), second.Room())
	}
	held = second.Pool.Mem.Get(limit / 4)
	if first.Room() != limit/2 || second.Room() != limit/4 {
		t.Errorf("room for %d and %d while the second holds a quarter", first.Room(), second.Room())
	}
	first.Ask(limit / 8)
	if first.Room() != limit/2-limit/8 || second.Room() != limit/4 {
		t.Errorf("room for %d and %d when the first has asked for an eighth", first.Room(), second.Room())
	}
	first.Ask(limit)
	if second.Room() != -limit/4-limit/8 {
		t.Errorf("room for %d when another has asked for more than all", second.Room())
	}
	first.Ask(-limit - limit/8)
	second.Leave()
	if first.Room() != limit-limit/4 {
		t.Errorf("room for %d beside what a task holds that has left", first.Room())
	}
	second.Pool.Mem.Put(held)
}

func TestProcessMemory_FollowsTheRuntimesLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(64 << 20))
	if n := budget.ProcessMemory(); n != 64<<20 {
		t.Errorf("memory is %d", n)
	}
}

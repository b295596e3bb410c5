//go:build invariants

package batch

import (
	"sync"

	"github.com/millrace/millrace/batch/mem"
)

// keepReleased: released batches are never reused, so that a second release is always seen.
const keepReleased = true

// trace remembers who made and who released a batch. Its methods may race when the batch is misused,
// which is when they matter.
type trace struct {
	mu             sync.Mutex
	made, released []uintptr
}

func (t *trace) noteMade() { t.made = callers(5) }

func (t *trace) noteReleased() {
	t.mu.Lock()
	t.released = callers(4)
	t.mu.Unlock()
}

// String returns both stacks.
func (t *trace) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return "\n  made at" + mem.Stack(t.made) + "\n  released at" + mem.Stack(t.released)
}

// HandOver is called where a batch changes hands: it panics if the batch breaks an invariant or was
// released. It does nothing without the build tag "invariants".
func (b *Batch) HandOver() {
	if b.refs.Load() <= 0 {
		panic("batch: handed over after release" + b.trace.String())
	}
	if err := b.Check(); err != nil {
		panic(err.Error() + "\n  made at" + mem.Stack(b.trace.made))
	}
}

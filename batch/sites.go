package batch

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/millrace/millrace/batch/mem"
)

// sites remembers where each live batch was made, in tests.
type sites struct {
	mu sync.Mutex
	of map[*Batch][]uintptr
}

// made notes the caller of New.
func (p *Pool) made(b *Batch) {
	b.trace.noteMade()
	if p.live == nil {
		return
	}
	pcs := callers(4)
	p.live.mu.Lock()
	p.live.of[b] = pcs
	p.live.mu.Unlock()
}

func (p *Pool) released(b *Batch) {
	if p.live == nil {
		return
	}
	p.live.mu.Lock()
	delete(p.live.of, b)
	p.live.mu.Unlock()
}

func (s *sites) report() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.of) == 0 {
		return ""
	}
	var w strings.Builder
	fmt.Fprintf(&w, "batch: %d batches never released:\n", len(s.of))
	for b, pcs := range s.of {
		fmt.Fprintf(&w, "  %d rows, %d references, made at%s\n", b.n, b.refs.Load(), mem.Stack(pcs))
	}
	return w.String()
}

// callers returns the stack above the caller's caller.
func callers(skip int) []uintptr {
	pcs := make([]uintptr, 16)
	return pcs[:runtime.Callers(skip, pcs)]
}

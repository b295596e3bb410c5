package mem

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// TB is the part of testing.TB that Checked needs; declared here so that no test code enters binaries.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
}

// Checked returns a pool that fails t at cleanup if a slab is still out, with its allocation site.
func Checked(t TB) *Pool {
	t.Helper()
	p := &Pool{check: &checker{out: map[*Slab][]uintptr{}}}
	t.Cleanup(func() {
		t.Helper()
		if s := p.check.leaks(); s != "" {
			t.Errorf("mem: %d slabs (%d bytes) still out:\n%s", p.OutSlabs(), p.OutBytes(), s)
		}
		for _, report := range p.check.reports {
			if s := report(); s != "" {
				t.Errorf("%s", s)
			}
		}
	})
	return p
}

// checker remembers where each slab that is out was taken.
type checker struct {
	mu      sync.Mutex
	out     map[*Slab][]uintptr
	reports []func() string
}

// Report adds f to what a checked pool asks at cleanup: a text that f returns fails the test. It
// returns whether the pool, or what it is a part of, is checked; otherwise f is dropped.
func (p *Pool) Report(f func() string) bool {
	if p != nil && p.whole != nil {
		return p.whole.Report(f)
	}
	if p == nil || p.check == nil {
		return false
	}
	p.check.mu.Lock()
	p.check.reports = append(p.check.reports, f)
	p.check.mu.Unlock()
	return true
}

func (c *checker) taken(s *Slab) {
	pcs := make([]uintptr, 12)
	pcs = pcs[:runtime.Callers(3, pcs)]
	c.mu.Lock()
	c.out[s] = pcs
	c.mu.Unlock()
}

func (c *checker) returned(s *Slab) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.out[s]; !ok {
		panic("mem: slab returned twice, or to another pool")
	}
	delete(c.out, s)
}

func (c *checker) leaks() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for s, pcs := range c.out {
		fmt.Fprintf(&b, "  %d bytes from%s\n", len(s.B), Stack(pcs))
	}
	return b.String()
}

// Stack returns program counters as text, a line each after a line break.
func Stack(pcs []uintptr) string {
	var b strings.Builder
	frames := runtime.CallersFrames(pcs)
	for len(pcs) > 0 {
		f, more := frames.Next()
		fmt.Fprintf(&b, "\n    %s %s:%d", f.Function, f.File, f.Line)
		if !more {
			break
		}
	}
	return b.String()
}

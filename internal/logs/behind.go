package logs

import (
	"context"
	"log/slog"
	"sync"
)

// behindMax is how many lines wait at most, while what they are written to takes none.
const behindMax = 10_000

// Behind returns a logger that does not wait: another goroutine writes its lines, in their order. stop writes what is
// left and ends it; a line that comes after that is written as it comes.
//
// It is for loops that must hear of everything soon: a line is formatted, its secrets are masked, and then it waits for
// a lock that the whole program shares, behind a disk or a pipe. Of lines beyond behindMax only the number is told.
func Behind(l *slog.Logger) (behind *slog.Logger, stop func()) {
	b := &backlog{wake: make(chan struct{}, 1), done: make(chan struct{})}
	go b.run()
	return slog.New(&behindHandler{l.Handler(), b}), b.stop
}

// behindHandler is the handler of Behind.
type behindHandler struct {
	next slog.Handler
	to   *backlog
}

var _ slog.Handler = (*behindHandler)(nil)

// Enabled implements slog.Handler.
func (h *behindHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return h.next.Enabled(ctx, l)
}

// Handle implements slog.Handler.
func (h *behindHandler) Handle(ctx context.Context, r slog.Record) error {
	if h.to.add(waiting{h.next, r.Clone()}) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *behindHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &behindHandler{h.next.WithAttrs(attrs), h.to}
}

// WithGroup implements slog.Handler.
func (h *behindHandler) WithGroup(name string) slog.Handler {
	return &behindHandler{h.next.WithGroup(name), h.to}
}

// waiting is a line that waits to be written.
type waiting struct {
	by     slog.Handler
	record slog.Record
}

// backlog is the lines that wait.
type backlog struct {
	wake chan struct{} // holds a token when there is something to do
	done chan struct{} // run has returned

	mu     sync.Mutex
	lines  []waiting
	left   int // out, behind lines
	closed bool
}

// add takes a line, or says that it is too late for that.
func (b *backlog) add(w waiting) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return false
	case len(b.lines) < behindMax:
		b.lines = append(b.lines, w)
	default:
		b.left++
	}
	b.signalLocked()
	return true
}

func (b *backlog) signalLocked() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *backlog) take() (lines []waiting, left int, closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines, left = b.lines, b.left
	b.lines, b.left = nil, 0
	return lines, left, b.closed
}

func (b *backlog) run() {
	defer close(b.done)
	for range b.wake {
		lines, left, closed := b.take()
		for _, w := range lines {
			_ = w.by.Handle(context.Background(), w.record)
		}
		if left > 0 {
			slog.New(lines[0].by).Warn("lines were left out: the log took none for a while", "count", left)
		}
		if closed {
			return
		}
	}
}

func (b *backlog) stop() {
	b.mu.Lock()
	b.closed = true
	b.signalLocked()
	b.mu.Unlock()
	<-b.done
}

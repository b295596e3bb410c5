package logs

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"
)

// sparseMax bounds how many different warnings are remembered.
const sparseMax = 1000

// Sparse returns a logger that writes warnings and errors that say the same of the same things once in every so
// often, with how many were left out in between. The same are those of one message whose texts under other
// keys than err are equal. What is below a warning passes.
//
// Clients of a broker that is away say so with every attempt to reach it, each of them.
func Sparse(l *slog.Logger, every time.Duration) *slog.Logger {
	return slog.New(&sparse{next: l.Handler(), seen: &seen{every: every, last: map[string]*said{}}})
}

// sparse is the handler of Sparse.
type sparse struct {
	next slog.Handler
	with string // texts of WithAttrs
	seen *seen
}

var _ slog.Handler = (*sparse)(nil)

// Enabled implements slog.Handler.
func (h *sparse) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (h *sparse) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.next.Handle(ctx, r)
	}
	var key strings.Builder
	key.WriteString(r.Message)
	key.WriteString(h.with)
	r.Attrs(func(a slog.Attr) bool {
		writeText(&key, a)
		return true
	})
	out, left := h.seen.says(key.String(), r.Time)
	if !out {
		return nil
	}
	if left > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("repeated", left))
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *sparse) WithAttrs(attrs []slog.Attr) slog.Handler {
	var with strings.Builder
	with.WriteString(h.with)
	for _, a := range attrs {
		writeText(&with, a)
	}
	return &sparse{h.next.WithAttrs(attrs), with.String(), h.seen}
}

// WithGroup implements slog.Handler.
func (h *sparse) WithGroup(name string) slog.Handler {
	return &sparse{h.next.WithGroup(name), h.with + "\x00" + name, h.seen}
}

// writeText adds an attribute that tells what a line is about: a text, but not why.
func writeText(b *strings.Builder, a slog.Attr) {
	if a.Value.Kind() == slog.KindString && a.Key != "err" {
		b.WriteString("\x00" + a.Key + "\x00" + a.Value.String())
	}
}

// seen is what was written when.
type seen struct {
	every time.Duration

	mu   sync.Mutex
	last map[string]*said
}

type said struct {
	at   time.Time // when it was written last
	left int       // how often it was left out since
}

// says reports whether a line goes out now, and how many like it did not since the last one.
func (s *seen) says(key string, now time.Time) (out bool, left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.last[key]
	if before != nil && now.Sub(before.at) < s.every {
		before.left++
		return false, 0
	}
	if before == nil && len(s.last) >= sparseMax {
		maps.DeleteFunc(s.last, func(_ string, old *said) bool { return now.Sub(old.at) >= s.every })
		if len(s.last) >= sparseMax {
			return true, 0 // too much goes on to tell what repeats itself
		}
	}
	if before != nil {
		left = before.left
	}
	s.last[key] = &said{at: now}
	return true, left
}

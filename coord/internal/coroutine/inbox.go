package coroutine

import (
	"context"
	"sync"
	"time"
)

// Inbox takes events from anywhere without waiting, and hands them out in order.
type Inbox[T any] struct {
	// Turned, where it is set, takes how long each turn of Work was: the time from taking what was there until all of
	// it has been handed out, in which nothing else is heard.
	Turned func(time.Duration)

	ready chan struct{} // holds a token when there are events

	mu     sync.Mutex
	events []T
}

// NewInbox returns an empty one.
func NewInbox[T any]() *Inbox[T] { return &Inbox[T]{ready: make(chan struct{}, 1)} }

// Post adds an event.
func (b *Inbox[T]) Post(e T) {
	b.mu.Lock()
	b.events = append(b.events, e)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

func (b *Inbox[T]) take() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.events
	b.events = nil
	return out
}

// Work gives events to step until enough is true or ctx ends.
func (b *Inbox[T]) Work(ctx context.Context, step func(T), enough func() bool) {
	for !enough() {
		select {
		case <-b.ready:
			began := time.Now()
			for _, e := range b.take() {
				step(e)
			}
			if b.Turned != nil {
				b.Turned(time.Since(began))
			}
		case <-ctx.Done():
			return
		}
	}
}

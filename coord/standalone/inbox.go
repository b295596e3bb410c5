package standalone

import "sync"

// inbox takes events from anywhere without waiting, and hands them out in order.
type inbox struct {
	ready chan struct{} // holds a token when there are events

	mu     sync.Mutex
	events []event
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

// post adds an event.
func (b *inbox) post(e event) {
	b.mu.Lock()
	b.events = append(b.events, e)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take returns what came since it was called last.
func (b *inbox) take() []event {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.events
	b.events = nil
	return out
}

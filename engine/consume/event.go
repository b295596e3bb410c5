package consume

import (
	"context"

	"github.com/millrace/millrace/connectors"
)

// change is what an event tells the task.
type change uint8

const (
	assigned change = iota
	revoked
	lost
)

// event is a change of assignment that the client waits for the task to have seen.
//
// It goes from waiting to taken (by Poll) to done, or from waiting to withdrawn (by the client).
type event struct {
	kind       change
	positions  map[connectors.TopicPartition]int64 // assigned
	partitions []connectors.TopicPartition         // revoked, lost
	taken      bool                                // guarded by Records.mu
	done       chan struct{}
	err        error // written before done is closed
}

// post hands an event to the task and waits until it was handled. It reports false when it was
// withdrawn, because ctx ended before the task saw it or because the consumer closes.
func (c *Records) post(ctx context.Context, e *event) bool {
	e.done = make(chan struct{})
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		return false
	}
	c.events = append(c.events, e)
	c.mu.Unlock()
	c.notify()
	select {
	case <-e.done:
		return true
	case <-ctx.Done():
	case <-c.closed:
	}
	c.mu.Lock()
	taken := e.taken
	if !taken {
		for i := range c.events {
			if c.events[i] == e {
				c.events = append(c.events[:i], c.events[i+1:]...)
				break
			}
		}
	}
	c.mu.Unlock()
	if taken {
		<-e.done
	}
	return taken
}

// takeLocked returns the oldest event that waits.
func (c *Records) takeLocked() *event {
	if len(c.events) == 0 {
		return nil
	}
	e := c.events[0]
	c.events = append(c.events[:0], c.events[1:]...)
	e.taken = true
	return e
}

// handle runs the task's callback for e, on the task's goroutine.
func (c *Records) handle(ctx context.Context, e *event) error {
	defer close(e.done)
	switch e.kind {
	case assigned:
		c.mu.Lock()
		c.assigning = e.positions
		for tp, at := range e.positions {
			if c.lanes[tp] == nil {
				l := &lane{tp: tp, position: at, end: -1}
				c.lanes[tp] = l
				c.order = append(c.order, l)
			}
		}
		c.mu.Unlock()
		e.err = c.opt.Rebalance.Assigned(ctx, e.positions)
		c.mu.Lock()
		c.assigning = nil
		c.mu.Unlock()
	case revoked:
		e.err = c.opt.Rebalance.Revoked(ctx, e.partitions)
		c.remove(e.partitions)
	case lost:
		c.remove(e.partitions)
		e.err = c.opt.Rebalance.Lost(ctx, e.partitions)
	}
	return e.err
}

package wire

import (
	"sync"
	"sync/atomic"
)

// Lane is a topic partition with the batch that takes its rows. Make it with NewLane.
type Lane struct {
	Partition int32
	Waiting   atomic.Int64 // rows that were added and have no result; for the owner's use

	mu      sync.Mutex
	open    *Batch // nil: the next row begins one
	numbers numbering
}

// NewLane returns the lane of a partition.
func NewLane(partition int32) *Lane { return &Lane{Partition: partition} }

// Lock keeps the open batch from being written. Under it rows are added.
func (l *Lane) Lock() { l.mu.Lock() }

// Unlock ends Lock.
func (l *Lane) Unlock() { l.mu.Unlock() }

// Open returns the batch that takes rows, nil for none. The lane is locked.
func (l *Lane) Open() *Batch { return l.open }

// Begin makes b, which is empty, the one that takes rows. The lane is locked, and none is open.
func (l *Lane) Begin(b *Batch) {
	b.lane, b.ordinal = l, l.numbers.begin()
	l.open = b
}

// End has the open batch take no more rows. The lane is locked.
func (l *Lane) End() {
	if l.open != nil {
		l.numbers.end(l.open.rows)
		l.open = nil
	}
}

// Finished says what became of b: it takes no more rows and is not asked for again.
func (l *Lane) Finished(b *Batch, acknowledged bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == b {
		l.End()
	}
	if acknowledged {
		l.numbers.acknowledged(b.ordinal)
	}
}

// seal ends b and gives it its first sequence number.
func (l *Lane) seal(b *Batch, h *stamp) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == b {
		l.End()
	}
	if h.id < 0 {
		return nil // not idempotent
	}
	// What was sent before keeps its number: the broker knows it by that.
	if b.sent == *h {
		h.sequence = b.sequence
		return nil
	}
	asked := *h
	if h.sequence, err = l.numbers.sequence(b.ordinal, h.id, h.epoch, h.sequence); err == nil {
		b.sent, b.sequence = asked, h.sequence
	}
	return err
}

// stamp is what makes a batch one of a producer.
type stamp struct {
	id       int64
	epoch    int16
	sequence int32
}

package consume

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// lane is the batches of one assigned partition that wait for the task. Guarded by Records.mu.
//
// Invariant: while seeking, queue is empty: what arrives was fetched before the new position was set.
type lane struct {
	tp      connectors.TopicPartition
	queue   []queued
	start   int64 // where reading began
	paused  bool  // by the task
	full    bool  // fetching is paused because the queue is
	seeking int   // seeks that the fetching goroutine did not carry out yet
}

type queued struct {
	b     *batch.Batch
	bytes int64
}

// drop releases what waits and returns how many bytes that was.
func (l *lane) drop() (bytes int64) {
	for i, q := range l.queue {
		bytes += q.bytes
		q.b.Release()
		l.queue[i] = queued{}
	}
	l.queue = l.queue[:0]
	return bytes
}

// pop takes the oldest batch.
func (l *lane) pop() queued {
	q := l.queue[0]
	n := copy(l.queue, l.queue[1:])
	l.queue[n] = queued{}
	l.queue = l.queue[:n]
	return q
}

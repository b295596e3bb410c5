package consume

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// lane is the batches of one assigned partition that wait for the task. Guarded by Records.mu.
//
// Invariant: while seeking, queue is empty: what arrives was fetched before the new position was set.
type lane struct {
	tp       connectors.TopicPartition
	queue    []queued
	start    int64 // where reading began
	position int64 // offset after the last row that Poll returned
	end      int64 // high watermark, -1: not known yet
	paused   bool  // by the task
	seeking  int   // seeks that the fetching goroutine did not carry out yet
}

type queued struct {
	b       *batch.Batch
	bytes   int64 // with what rows take beside their bytes
	payload int64 // of keys and values
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
	l.position = q.b.Offsets[q.b.Len()-1] + 1
	return q
}

// lag is how many offsets the task is behind the end of the partition.
func (l *lane) lag() int64 {
	if l.end < 0 {
		return 0
	}
	return max(l.end-l.position, 0)
}

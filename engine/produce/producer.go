package produce

import (
	"context"

	"github.com/millrace/millrace/batch"
)

// Rows is encoded rows of one batch: those of B's selection, with B's topics, partitions, timestamps
// and raw headers. The bytes live as long as B.
type Rows struct {
	B          *batch.Batch
	Key, Value batch.Bytes
}

// Result is what became of one row: where it lies, or why it does not.
type Result struct {
	Row       int32
	Topic     string
	Partition int32
	Offset    int64
	Timestamp int64
	Err       error
}

// AckSink is told what became of rows, several at a time, in any order over partitions. Calls come
// from the producer's goroutines, possibly before Send returns; results are borrowed. It must not wait.
type AckSink interface {
	Acked(results []Result)
}

// Producer sends rows.
type Producer interface {
	// Send takes parts that are forks over the same rows with disjoint selections and sends those rows in
	// row order. sink learns the final result of every row. It waits while the buffer is full; once ctx
	// ends, rows not yet taken fail. A wire batch (batch.Wire) comes alone, of those that Takes allows: it has one
	// result, that of its first row, and the others lie behind it.
	// Ownership: the parts' batches go to the producer.
	Send(ctx context.Context, parts []Rows, sink AckSink)
	// Flush waits until nothing is on its way.
	Flush(ctx context.Context) error
	// Close gives up what is on its way and closes the client.
	Close()
}

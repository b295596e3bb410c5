package offset

import (
	"context"
	"sync"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
)

// Store is where offsets become durable.
type Store interface {
	Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
}

// Flusher writes offsets to a store and keeps those that could not be written for the next attempt,
// where newer ones of the same partition replace them. Safe for concurrent use: one flush at a time,
// a second one waits. Source: OffsetStorageWriter.
type Flusher struct {
	Store     Store
	Connector string

	mu      sync.Mutex // guards kept
	kept    map[string]connectors.PartitionOffset
	flushMu chan struct{}
	once    sync.Once
}

// Add takes offsets that may be committed, for the next Flush.
func (f *Flusher) Add(offsets []connectors.PartitionOffset) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil {
		f.kept = map[string]connectors.PartitionOffset{}
	}
	for _, o := range offsets {
		f.kept[string(o.Partition.AppendKey(nil))] = o
	}
}

// Flush writes what was added, and reports how many partitions that were. Nothing to write is success.
//
// Errors: the store's, or ctx's while another flush goes on; the offsets are kept.
func (f *Flusher) Flush(ctx context.Context) (int, error) {
	f.once.Do(func() { f.flushMu = make(chan struct{}, 1) })
	select {
	case f.flushMu <- struct{}{}:
		defer func() { <-f.flushMu }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	f.mu.Lock()
	now := f.kept
	f.kept = nil
	f.mu.Unlock()
	if len(now) == 0 {
		return 0, nil
	}
	list := make([]connectors.PartitionOffset, 0, len(now))
	for _, o := range now {
		list = append(list, o)
	}
	crash.At(crash.OffsetsWrite)
	err := f.Store.Set(ctx, f.Connector, list)
	crash.At(crash.OffsetsStored)
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		for k, o := range f.kept { // newer ones win
			now[k] = o
		}
		f.kept = now
		return 0, err
	}
	return len(list), nil
}

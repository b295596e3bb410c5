package store

import (
	"context"

	"github.com/millrace/millrace/connectors"
)

// Memory keeps offsets for as long as the process lives. Source: MemoryOffsetBackingStore.
type Memory struct{ offsets }

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{offsets{table: newTable()}} }

// Set changes offsets, all at once. A null offset removes the partition.
//
// Errors: offsets that connectors.CheckOffsetMap refuses; then nothing is changed.
func (m *Memory) Set(_ context.Context, connector string, offsets []connectors.PartitionOffset) error {
	list, err := changes(connector, offsets)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.table.commit(m.table.stage(list))
	return nil
}

// Close does nothing.
func (m *Memory) Close() error { return nil }

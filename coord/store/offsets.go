package store

import (
	"context"
	"sync"

	"github.com/millrace/millrace/connectors"
)

// offsets answers reads from a table.
type offsets struct {
	mu    sync.RWMutex
	table *table
}

// Get returns the offset for each partition of a connector, in order; null where there is none.
//
// Errors: a partition that is none, an offset that cannot be read.
func (o *offsets) Get(_ context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	out := make([]connectors.OffsetMap, len(partitions))
	for i, p := range partitions {
		var err error
		if out[i], err = o.table.get(connector, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// All returns every partition of a connector that has an offset, in the order of their first writing.
//
// Errors: an offset that cannot be read.
func (o *offsets) All(_ context.Context, connector string) ([]connectors.PartitionOffset, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	out := []connectors.PartitionOffset{}
	for _, e := range o.table.partitions(connector) {
		offset, err := o.table.get(connector, e.partition)
		if err != nil {
			return nil, err
		}
		if !offset.IsNull() {
			out = append(out, connectors.PartitionOffset{Partition: e.partition, Offset: offset})
		}
	}
	return out, nil
}

// Partitions returns what All does, without reading the offsets.
func (o *offsets) Partitions(_ context.Context, connector string) ([]connectors.OffsetMap, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	out := []connectors.OffsetMap{}
	for _, e := range o.table.partitions(connector) {
		out = append(out, e.partition)
	}
	return out, nil
}

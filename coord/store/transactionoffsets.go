package store

import (
	"context"

	"github.com/millrace/millrace/connectors"
)

// Offsets of a task that delivers exactly once are written by its own producer, in the transaction of its records.
// The store says where and what; the topic is read back like everybody else's.

// Topic names the topic that a connector's offsets are written to first, once it can be used.
func (s *SourceOffsets) Topic(ctx context.Context, connector string) (string, error) {
	return with(ctx, s, connector, func(o offsetReadWriter) (string, error) { return o.topic(), nil })
}

// Records returns what is to be written to Topic for a connector's offsets, after tombstones for what is removed were
// written to the worker's topic, so that nothing old comes back.
//
// Errors: those of Set.
func (s *SourceOffsets) Records(ctx context.Context, connector string, offsets []connectors.PartitionOffset) ([]Record, error) {
	return with(ctx, s, connector, func(o offsetReadWriter) ([]Record, error) {
		if err := o.beforeCommit(ctx, connector, offsets); err != nil {
			return nil, err
		}
		return o.records(connector, offsets)
	})
}

// Committed tells the worker's topic of offsets that were committed to another one. It does not wait.
func (s *SourceOffsets) Committed(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	_, err := with(ctx, s, connector, func(o offsetReadWriter) (struct{}, error) {
		return struct{}{}, o.afterCommit(ctx, connector, offsets)
	})
	return err
}

func (s *OffsetTopic) topic() string { return s.log.o.Topic.Name }

func (s *OffsetTopic) beforeCommit(context.Context, string, []connectors.PartitionOffset) error {
	return nil
}

func (s *OffsetTopic) afterCommit(context.Context, string, []connectors.PartitionOffset) error {
	return nil
}

func (c *ConnectorOffsets) topic() string { return c.own.topic() }

func (c *ConnectorOffsets) records(connector string, offsets []connectors.PartitionOffset) ([]Record, error) {
	return c.own.records(connector, offsets)
}

// beforeCommit writes tombstones to the worker's topic. Source: ConnectorOffsetBackingStore.set.
func (c *ConnectorOffsets) beforeCommit(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	removed, _ := split(offsets)
	if c.worker == nil || len(removed) == 0 {
		return nil
	}
	return c.worker.Set(ctx, connector, removed)
}

// afterCommit sends the rest to the worker's topic, if it can be reached.
func (c *ConnectorOffsets) afterCommit(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	if c.worker == nil {
		return nil
	}
	_, kept := split(offsets)
	records, err := c.worker.records(connector, kept)
	if err != nil {
		return err
	}
	c.worker.log.send(context.WithoutCancel(ctx), records, func(err error) {
		if err != nil {
			c.logger.Warn("offsets not written to the worker's topic, the connector's own has them", "connector", connector, "err", err)
		}
	})
	return nil
}

// split parts tombstones from offsets.
func split(offsets []connectors.PartitionOffset) (removed, kept []connectors.PartitionOffset) {
	for _, o := range offsets {
		if o.Offset.IsNull() {
			removed = append(removed, o)
		} else {
			kept = append(kept, o)
		}
	}
	return removed, kept
}

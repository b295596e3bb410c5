package store

import (
	"context"
	"log/slog"
	"sync"

	"github.com/millrace/millrace/connectors"
)

// OffsetTopic keeps source offsets in the offset topic, as File does in a file: found by the content of
// their partition, written under the bytes of the key that they were read with. Every read first reads the
// topic to its end, so that a task finds what another worker committed. Safe for concurrent use.
// Source: KafkaOffsetBackingStore.
type OffsetTopic struct {
	log    *Log
	logger *slog.Logger

	mu    sync.RWMutex
	table *topicOffsets
}

// NewOffsetTopic checks the properties.
//
// Errors: *config.ConfigException.
func NewOffsetTopic(o Options) (*OffsetTopic, error) {
	s := &OffsetTopic{logger: o.Logger, table: newTopicOffsets()}
	var err error
	s.log, err = offsetTopic.open(o, s.apply)
	return s, err
}

// Start creates or checks the topic and reads it; see Log.Start.
func (s *OffsetTopic) Start(ctx context.Context) error { return s.log.Start(ctx) }

// Close ends reading and writing. Close it when no task commits any more.
func (s *OffsetTopic) Close() error {
	s.log.Close()
	return nil
}

// apply takes what was read.
func (s *OffsetTopic) apply(records []Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range records {
		if err := s.table.apply(r); err != nil {
			s.logger.Warn("record of the offset topic passed over", "err", err)
		}
	}
}

// Get returns the offset for each partition of a connector, in order; null where there is none.
//
// Errors: a partition that is none, an offset that cannot be read, a topic that cannot be read.
func (s *OffsetTopic) Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error) {
	if err := s.log.ReadToEnd(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]connectors.OffsetMap, len(partitions))
	for i, p := range partitions {
		var err error
		if out[i], err = s.table.get(connector, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// All returns every partition of a connector that has an offset, in the order of their first reading.
//
// Errors: an offset that cannot be read, a topic that cannot be read.
func (s *OffsetTopic) All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error) {
	if err := s.log.ReadToEnd(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []connectors.PartitionOffset{}
	for _, e := range s.table.partitions(connector) {
		offset, err := readOffset([]byte(e.key), e.value)
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
func (s *OffsetTopic) Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error) {
	if err := s.log.ReadToEnd(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []connectors.OffsetMap{}
	for _, e := range s.table.partitions(connector) {
		out = append(out, e.partition)
	}
	return out, nil
}

// Set writes offsets and returns when they are durable. A null offset removes the partition.
//
// Errors: offsets that connectors.CheckOffsetMap refuses: nothing is written. Where brokers fail, some may be.
func (s *OffsetTopic) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	records, err := s.records(connector, offsets)
	if err != nil {
		return err
	}
	return s.log.Write(ctx, records...)
}

func (s *OffsetTopic) records(connector string, offsets []connectors.PartitionOffset) ([]Record, error) {
	list, err := changes(connector, offsets)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.table.records(list), nil
}

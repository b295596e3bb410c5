package store

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
)

// OwnTopic is the offset topic that a source connector names in offsets.storage.topic, with the properties
// of the clients that it is used through: those of the connector's producer, consumer and admin client.
type OwnTopic struct {
	Name                      string
	Producer, Consumer, Admin map[string]string
}

// ConnectorOffsets are the offsets of a connector that has an offset topic of its own. Where that has none
// for a partition, the worker's counts, so that a connector that gets a topic goes on from where it is.
// Writes go to both; tombstones to the worker's first, so that nothing old comes back.
//
// Java means the same, but its connectors find only what is in their own topic: a store without a key
// answers null, and that replaces what the other one says. Source: ConnectorOffsetBackingStore.
type ConnectorOffsets struct {
	own    *OffsetTopic
	worker *OffsetTopic // nil where it is the same topic
	logger *slog.Logger
}

// ForConnector makes the store of a connector's own topic, which is created with the worker's settings for
// offset topics. o are the options that s was made with. The caller starts and closes it.
//
// Errors: *config.ConfigException for properties. Source: Worker.offsetStoreForRegularSourceTask.
func (s *OffsetTopic) ForConnector(own OwnTopic, o Options) (*ConnectorOffsets, error) {
	v, err := Def().Parse(o.Properties)
	if err != nil {
		return nil, err
	}
	topic := offsetTopic.describe(v, o.Logger)
	if topic.Name != own.Name || !sameServers(o.Properties, own.Producer) {
		topic.Name = own.Name
	} else {
		s = nil
	}
	out := &ConnectorOffsets{own: &OffsetTopic{logger: o.Logger, table: newTopicOffsets()}, worker: s, logger: o.Logger}
	consumer := maps.Clone(own.Consumer)
	if consumer[isolationLevel] == "" {
		consumer[isolationLevel] = readCommitted
	}
	out.own.log, err = NewLog(LogOptions{
		Topic: topic, TopicKey: offsetTopic.prefix + topicSuffix, Purpose: offsetTopic.purpose, NewClient: o.NewClient,
		Properties: own.Producer, ReaderProperties: consumer, AdminProperties: own.Admin, Apply: out.own.apply, Logger: o.Logger,
	})
	return out, err
}

// sameServers reports whether two clients begin at the same brokers, as far as names tell.
// Source: Worker.sameOffsetTopicAsWorker.
func sameServers(a, b map[string]string) bool {
	list := func(p map[string]string) []string {
		var out []string
		for s := range strings.SplitSeq(p["bootstrap.servers"], ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(list(a), list(b))
}

// Start creates or checks the connector's topic and reads it; see Log.Start. The worker's is started before.
func (c *ConnectorOffsets) Start(ctx context.Context) error { return c.own.Start(ctx) }

// Close ends reading and writing of the connector's topic.
func (c *ConnectorOffsets) Close() error { return c.own.Close() }

// Get returns the offset for each partition of a connector, in order; null where there is none.
func (c *ConnectorOffsets) Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error) {
	out, err := c.own.Get(ctx, connector, partitions)
	if err != nil || c.worker == nil {
		return out, err
	}
	var (
		missing []connectors.OffsetMap
		at      []int
	)
	for i, o := range out {
		if o.IsNull() {
			missing, at = append(missing, partitions[i]), append(at, i)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	found, err := c.worker.Get(ctx, connector, missing)
	if err != nil {
		return nil, err
	}
	for i, o := range found {
		out[at[i]] = o
	}
	return out, nil
}

// All returns every partition of a connector that has an offset, those of its own topic first.
func (c *ConnectorOffsets) All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error) {
	out, err := c.own.All(ctx, connector)
	if err != nil || c.worker == nil {
		return out, err
	}
	more, err := c.worker.All(ctx, connector)
	if err != nil {
		return nil, err
	}
	return merge(out, more, func(o connectors.PartitionOffset) connectors.OffsetMap { return o.Partition })
}

// Partitions returns what All does, without reading the offsets.
func (c *ConnectorOffsets) Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error) {
	out, err := c.own.Partitions(ctx, connector)
	if err != nil || c.worker == nil {
		return out, err
	}
	more, err := c.worker.Partitions(ctx, connector)
	if err != nil {
		return nil, err
	}
	return merge(out, more, func(p connectors.OffsetMap) connectors.OffsetMap { return p })
}

// merge appends to list what is in more for other partitions.
func merge[T any](list, more []T, partition func(T) connectors.OffsetMap) ([]T, error) {
	seen := map[string]struct{}{}
	for _, e := range list {
		content, err := connectors.OffsetContent(partition(e))
		if err != nil {
			return nil, err
		}
		seen[content] = struct{}{}
	}
	for _, e := range more {
		content, err := connectors.OffsetContent(partition(e))
		if err != nil {
			return nil, err
		}
		if _, ok := seen[content]; !ok {
			list = append(list, e)
		}
	}
	return list, nil
}

// Set writes offsets and returns when they are durable in the connector's topic, and their tombstones in
// the worker's too. The rest reaches the worker's topic later, if it can.
func (c *ConnectorOffsets) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	if err := c.beforeCommit(ctx, connector, offsets); err != nil {
		return err
	}
	if err := c.own.Set(ctx, connector, offsets); err != nil {
		return err
	}
	crash.At(crash.OwnOffsets)
	return c.afterCommit(ctx, connector, offsets)
}

package mirror

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/connectors"
)

// createSyncsTopic makes the topic of offset syncs where it belongs.
func (c *sourceConnector) createSyncsTopic(ctx context.Context) error {
	if !c.set.values.Bool(emitSyncsKey) {
		return nil
	}
	where, role := targetCluster, "offset-syncs-target-admin"
	if c.set.syncsAtSource() {
		where, role = sourceCluster, "offset-syncs-source-admin"
	}
	a, err := newAdmin(c.set, where, role, c.log)
	if err != nil {
		return err
	}
	defer a.close()
	return a.createCompacted(ctx, c.set.syncsTopic(), c.set.values.Int16(syncsFactorKey))
}

func (s *settings) syncsAtSource() bool { return s.values.String(syncsLocationKey) == "source" }

// syncsTopic is the topic of offset syncs; it has the alias of the cluster where it is not.
func (s *settings) syncsTopic() string {
	if s.syncsAtSource() {
		return s.policy.offsetSyncs(s.target)
	}
	return s.policy.offsetSyncs(s.source)
}

// sourcePartitions returns the partitions that are to be copied, in Java's order.
func (c *sourceConnector) sourcePartitions(ctx context.Context) ([]connectors.TopicPartition, error) {
	all, err := c.from.topics(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range all {
		ok, err := c.filter.takes(name)
		if err != nil {
			return nil, err
		}
		if ok {
			names = append(names, name)
		}
	}
	var out []connectors.TopicPartition
	for _, name := range javaOrder(names) {
		for _, n := range all[name] {
			out = append(out, connectors.TopicPartition{Topic: name, Partition: n})
		}
	}
	return out, nil
}

// targetPartitions returns the partitions of copies.
func (c *sourceConnector) targetPartitions(ctx context.Context) (map[string][]int32, error) {
	all, err := c.to.topics(ctx)
	if err != nil {
		return nil, err
	}
	checkpoints := c.set.policy.checkpoints(c.set.source)
	maps.DeleteFunc(all, func(name string, _ []int32) bool {
		alias, ok := c.set.policy.sourceOf(name)
		return !ok || alias != c.set.source || name == checkpoints
	})
	return all, nil
}

func (c *sourceConnector) load(ctx context.Context) error {
	known, err := c.sourcePartitions(ctx)
	if err != nil {
		return err
	}
	c.setKnown(known)
	return c.loadRemotes(ctx)
}

func (c *sourceConnector) loadRemotes(ctx context.Context) (err error) {
	remotes, err := c.targetPartitions(ctx)
	if err == nil {
		c.remotes = remotes
	}
	return err
}

func (c *sourceConnector) setKnown(known []connectors.TopicPartition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = known
}

// refresh looks at both clusters again. Where partitions came or went, or copies are missing, these are made and the tasks
// dealt anew. Source: MirrorSourceConnector.refreshTopicPartitions.
func (c *sourceConnector) refresh(ctx context.Context) error {
	found, err := c.sourcePartitions(ctx)
	if err != nil {
		return err
	}
	if err := c.loadRemotes(ctx); err != nil {
		return err
	}
	missing := 0
	for _, tp := range found {
		if !slices.Contains(c.remotes[c.remote(tp.Topic)], tp.Partition) {
			missing++
		}
	}
	added, gone := changes(c.known, found)
	if added == 0 && gone == 0 && missing == 0 {
		return nil
	}
	c.log.Info("partitions changed", "new", added, "deleted", gone, "missing_on_target", missing, "source", c.set.source, "target", c.set.target)
	c.setKnown(found)
	if err := c.createRemotes(ctx); err != nil {
		return err
	}
	c.context.RequestTaskReconfiguration()
	return nil
}

// changes counts partitions that are in after alone, and in before alone.
func changes(before, after []connectors.TopicPartition) (added, gone int) {
	old := make(map[connectors.TopicPartition]bool, len(before))
	for _, tp := range before {
		old[tp] = true
	}
	for _, tp := range after {
		if !old[tp] {
			added++
		}
		delete(old, tp)
	}
	return added, len(old)
}

// copied returns the topics that have a copy.
func (c *sourceConnector) copied() []string {
	var out []string
	for topic := range counts(c.known) {
		if _, ok := c.remotes[c.remote(topic)]; ok {
			out = append(out, topic)
		}
	}
	return out
}

func counts(list []connectors.TopicPartition) map[string]int32 {
	out := map[string]int32{}
	for _, tp := range list {
		out[tp.Topic]++
	}
	return out
}

// createRemotes makes the copies that are missing, and partitions of them. What a cluster refuses is logged.
// Source: MirrorSourceConnector.computeAndCreateTopicPartitions.
func (c *sourceConnector) createRemotes(ctx context.Context) error {
	partitions := counts(c.known)
	var fresh []string
	more := map[string]int32{}
	for topic, n := range partitions {
		remote := c.remote(topic)
		if have, ok := c.remotes[remote]; !ok {
			fresh = append(fresh, topic)
		} else if int(n) > len(have) {
			more[remote] = n
		}
	}
	if len(fresh) > 0 {
		if err := c.createTopics(ctx, fresh, partitions); err != nil {
			return err
		}
	}
	if len(more) == 0 {
		return nil
	}
	answers, err := c.to.grow(ctx, more)
	for topic, err := range answers {
		switch {
		case err == nil:
			c.log.Info("topic has more partitions", "topic", topic, "partitions", more[topic])
		case !errors.Is(err, kerr.InvalidPartitions): // another one was faster
			c.log.Warn("partitions could not be created", "topic", topic, "err", err)
		}
	}
	return err
}

func (c *sourceConnector) createTopics(ctx context.Context, topics []string, partitions map[string]int32) error {
	configs, err := c.from.topicConfigs(ctx, topics, c.properties)
	if err != nil {
		return err
	}
	var list []newTopic
	for _, t := range topics {
		list = append(list, newTopic{c.remote(t), partitions[t], int16(c.set.values.Int32(replicationFactorKey)), c.properties.withoutDefaults(configs[t])})
	}
	answers, err := c.to.create(ctx, list)
	for topic, err := range answers {
		if err != nil {
			c.log.Warn("topic could not be created", "topic", topic, "cluster", c.set.target, "err", err)
		} else {
			c.log.Info("topic created", "topic", topic, "cluster", c.set.target)
		}
	}
	return err
}

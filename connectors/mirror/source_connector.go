package mirror

import (
	"context"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// sourceConnector finds partitions and keeps the target like the source. Source: MirrorSourceConnector.
type sourceConnector struct {
	def, taskDef *config.Def

	// Set by Start.
	set        *settings // nil: not started, or its config is refused
	context    connectors.ConnectorContext
	log        *slog.Logger
	filter     *topicFilter
	properties *propertyFilter
	from, to   *admin
	schedule   schedule

	// Of Start, then of the schedule's goroutine.
	remotes map[string][]int32 // copies on the target, with their partitions
	noACLs  bool               // it was said that there are none

	mu    sync.Mutex
	known []connectors.TopicPartition // of the source, in the order in which they are dealt out
}

var (
	_ connectors.SourceConnector      = (*sourceConnector)(nil)
	_ connectors.Validator            = (*sourceConnector)(nil)
	_ connectors.ExactlyOnceSupporter = (*sourceConnector)(nil)
	_ connectors.SourceOffsetAlterer  = (*sourceConnector)(nil)
)

// Start looks at both clusters. One that cannot be reached is looked at again when topics are refreshed.
func (c *sourceConnector) Start(ctx context.Context, cc connectors.ConnectorContext, props map[string]string) error {
	set, err := parse(c.def, props)
	if err != nil {
		return err
	}
	c.set, c.context, c.log = set, cc, cc.Logger()
	if !set.values.Bool(enabledKey) {
		return nil
	}
	if err := set.checkIntervals(refreshTopics, syncConfigs, syncACLs); err != nil {
		return err
	}
	if c.filter, err = newTopicFilter(set); err != nil {
		return err
	}
	if c.properties, err = newPropertyFilter(set); err != nil {
		return err
	}
	if c.from, err = newAdmin(set, sourceCluster, "replication-source-admin", c.log); err != nil {
		return err
	}
	if c.to, err = newAdmin(set, targetCluster, "replication-target-admin", c.log); err != nil {
		return err
	}
	c.schedule = schedule{log: c.log, timeout: set.adminTimeout}
	c.schedule.within(ctx, "create topic of offset syncs", c.createSyncsTopic)
	c.schedule.within(ctx, "load partitions", c.load)
	c.schedule.within(ctx, "create copies of topics", c.createRemotes)
	c.schedule.within(ctx, "load copies of topics", c.loadRemotes)
	c.log.Info("mirror started", "source", set.source, "target", set.target, "partitions", len(c.known))
	c.schedule.start([]job{
		{what: "copy ACLs", do: c.syncACLs, every: set.every(syncACLs)},
		{what: "copy configs", do: c.syncConfigs, every: set.every(syncConfigs)},
		{what: "refresh topics", do: c.refresh, every: set.every(refreshTopics), later: true},
	})
	return nil
}

// TaskConfigs deals the partitions out.
func (c *sourceConnector) TaskConfigs(_ context.Context, max int) ([]map[string]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.set.values.Bool(enabledKey) || len(c.known) == 0 {
		return nil, nil
	}
	dealt := deal(c.known, max)
	tasks := make([]map[string]string, len(dealt))
	for i, list := range dealt {
		tasks[i] = maps.Clone(c.set.props)
		tasks[i][assignedKey], tasks[i][taskIndexKey] = encodePartitions(list), strconv.Itoa(i)
	}
	return tasks, nil
}

// Stop ends the jobs and closes the clients.
func (c *sourceConnector) Stop(context.Context) error {
	c.schedule.close()
	c.from.close()
	c.to.close()
	return nil
}

// NewTask returns a task.
func (c *sourceConnector) NewTask() connectors.SourceTask { return &sourceTask{def: c.taskDef} }

// readsCommitted reports whether the source's consumer sees committed records alone.
func (c *sourceConnector) readsCommitted(props map[string]string) bool {
	return clientOf(c.def, props, sourceCluster, consumerClient)["isolation.level"] == "read_committed"
}

// ExactlyOnceSupport is true where the consumer reads committed records alone.
func (c *sourceConnector) ExactlyOnceSupport(props map[string]string) bool {
	return c.readsCommitted(props)
}

// Validate checks also what single keys do not show.
func (c *sourceConnector) Validate(_ context.Context, props map[string]string) ([]config.ConfigValue, error) {
	values := c.def.Validate(props)
	complain := func(key, text string) {
		for i := range values {
			if values[i].Name == key {
				values[i].Errors = append(values[i].Errors, text)
				return
			}
		}
		values = append(values, config.ConfigValue{Name: key, Errors: []string{text}, Visible: true})
	}
	if props["exactly.once.support"] == "required" && !c.readsCommitted(props) {
		complain("exactly.once.support", "MirrorSourceConnector can only provide exactly-once guarantees when its source consumer is configured with "+
			"isolation.level set to 'read_committed'; otherwise, records from aborted and uncommitted transactions will be replicated from the "+
			"source cluster to the target cluster.")
	}
	if props[emitSyncsKey] == "false" {
		for key := range props {
			if strings.HasPrefix(key, "offset-syncs-") || strings.HasPrefix(key, "offset-syncs.topic.") {
				complain(emitSyncsKey, "MirrorSourceConnector can't setup offset-syncs feature while "+emitSyncsKey+" set to false")
				break
			}
		}
	}
	return values, nil
}

// AlterOffsets checks that partitions and offsets are such as tasks write.
func (c *sourceConnector) AlterOffsets(_ context.Context, _ map[string]string, offsets []connectors.PartitionOffset) (bool, error) {
	return checkOffsets(offsets, func(partition, offset offsetMap) error {
		for _, key := range []string{clusterField, topicField} {
			if err := partition.needText(key); err != nil {
				return err
			}
		}
		if err := partition.needPartition(); err != nil {
			return err
		}
		return partition.needOffset(offset, false)
	})
}

func (c *sourceConnector) remote(topic string) string {
	return c.set.policy.remote(c.set.source, topic)
}

// tooOld fails a connector whose target cannot change single configs.
func tooOld(target string, err error) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: "the target cluster '" + target + "' is not compatible with IncrementalAlterConfigs API", Err: err}
}

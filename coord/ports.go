package coord

import (
	"context"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Worker runs connectors and tasks: the engine, behind the only door through which coord sees it.
// cmd joins the two. No call blocks on plugin code unless it says so; those take a context. Calls with a
// config wait for config providers, for a limited time.
// Safe for concurrent use.
type Worker interface {
	// StartConnector starts an instance with its raw config in the given target state. The answer
	// comes through status, which is called from the connector's goroutine for every change of state.
	// An error means that there is no instance: unknown class, refused override, already running.
	StartConnector(ctx context.Context, name string, config map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error
	// SetConnectorTarget moves a running instance to another target state.
	SetConnectorTarget(name string, target connectors.TargetState)
	// StopConnector ends the instance, waiting for at most the fixed time Java grants (5 s).
	StopConnector(ctx context.Context, name string) error
	// TaskConfigs asks the running instance for its task configs and completes them as Java stores
	// them: task.class, topics or topics.regex, and raw ${…} values. It waits for plugin code.
	TaskConfigs(ctx context.Context, name string, config map[string]string) ([]map[string]string, error)

	// StartTask starts one of a connector's tasks, of which there are count; status as for connectors.
	StartTask(ctx context.Context, id connectors.TaskID, count int, connectorConfig, taskConfig map[string]string, target connectors.TargetState, status func(connectors.Status)) error
	// SetTaskTarget pauses or resumes a running task.
	SetTaskTarget(id connectors.TaskID, target connectors.TargetState)
	// StopTasks ends tasks side by side, waiting in all for at most task.shutdown.graceful.timeout.ms;
	// what has not ended then is cut off from Kafka and reports nothing more.
	StopTasks(ctx context.Context, ids []connectors.TaskID) error

	// Describe returns the kind and version of the connector class that a config names.
	Describe(ctx context.Context, config map[string]string) (kind connectors.Kind, version string)
	// Validate checks a connector config as PUT /connector-plugins/{class}/config/validate does. nulls are
	// its keys whose value is null.
	Validate(ctx context.Context, config map[string]string, nulls ...string) (*connectors.Validation, error)
	// Plugins lists the plugins; see connectors.PluginInfo.
	Plugins() []connectors.PluginInfo
	// PluginConfig returns the config keys of a plugin, as GET /connector-plugins/{p}/config lists them.
	PluginConfig(plugin, version string) ([]config.Key, error)

	// AlterSourceOffsets and AlterSinkOffsets let the plugin check or apply offsets, then (sinks) change
	// the consumer group; ResetSinkOffsets deletes the group. handled: see connectors.SourceOffsetAlterer.
	AlterSourceOffsets(ctx context.Context, name string, config map[string]string, offsets []connectors.PartitionOffset) (handled bool, err error)
	AlterSinkOffsets(ctx context.Context, name string, config map[string]string, offsets map[connectors.TopicPartition]*int64) (handled bool, err error)
	ResetSinkOffsets(ctx context.Context, name string, config map[string]string) (handled bool, err error)
	// SinkOffsets reads the committed offsets of a sink's consumer group.
	SinkOffsets(ctx context.Context, name string, config map[string]string) (map[connectors.TopicPartition]int64, error)
	// KafkaClusterID asks the brokers once and remembers the answer.
	KafkaClusterID(ctx context.Context) (string, error)
	// Resolve replaces ${provider:path:key} in a config.
	Resolve(ctx context.Context, config map[string]string) (map[string]string, error)
}

// Fencer takes the transactional ids of source tasks away from who has them.
type Fencer interface {
	// FenceZombies does so for tasks 0 to n-1 of a connector with the given raw config, within a limited time.
	FenceZombies(ctx context.Context, connector string, config map[string]string, n int) error
}

// Watchdog is a Worker that sees how its tasks fare. Neither method waits; both list tasks by number.
type Watchdog interface {
	// Stalls returns those of a connector's tasks on this worker that make no progress although they are RUNNING.
	Stalls(connector string) []Stall
	// Progress returns how far those are that have work with an end.
	Progress(connector string) []connectors.Progress
}

// Stall is a task that makes no progress.
type Stall = connectors.Stall

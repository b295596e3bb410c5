package coord

import (
	"context"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/logs"
)

// Herder decides what runs on a worker and answers for it. The REST API is its client; standalone and
// distributed are its implementations. Source: Herder.
//
// No call waits longer than its context; errors that a client sees are *RequestError. Safe for
// concurrent use.
type Herder interface {
	// Health waits until start-up is over and the herder's loop answers, or until ctx ends.
	// Errors: the herder is stopping.
	Health(ctx context.Context) (Health, error)
	// Stage says what the worker is doing, in the words that clients get whose request takes too long;
	// "" is nothing. It does not wait.
	Stage() string
	// KafkaClusterID returns the id of the cluster that the worker belongs to.
	KafkaClusterID(ctx context.Context) (string, error)

	// Connectors returns the names of all connectors, sorted.
	Connectors(ctx context.Context) ([]string, error)
	// ConnectorInfo describes a connector: its raw config and its tasks.
	ConnectorInfo(ctx context.Context, name string) (*ConnectorInfo, error)
	// ConnectorConfig returns the raw config.
	ConnectorConfig(ctx context.Context, name string) (map[string]string, error)
	// TaskInfos returns the raw task configs, by number.
	TaskInfos(ctx context.Context, name string) ([]TaskInfo, error)
	// ConnectorStatus and TaskStatus return the states that were last reported.
	ConnectorStatus(ctx context.Context, name string) (*ConnectorStatus, error)
	TaskStatus(ctx context.Context, id connectors.TaskID) (*TaskStatus, error)

	// PutConnector creates a connector, or replaces its config where replace allows it. initial is the
	// target state of a new one, "" = STARTED.
	PutConnector(ctx context.Context, name string, config map[string]string, initial connectors.TargetState, replace bool) (created bool, info *ConnectorInfo, err error)
	// PatchConnector merges changes into a config; nil removes a key.
	PatchConnector(ctx context.Context, name string, changes map[string]*string) (*ConnectorInfo, error)
	// DeleteConnector removes a connector and stops what runs of it.
	DeleteConnector(ctx context.Context, name string) error

	// PauseConnector, ResumeConnector and StopConnector set the target state.
	PauseConnector(ctx context.Context, name string) error
	ResumeConnector(ctx context.Context, name string) error
	StopConnector(ctx context.Context, name string) error
	// RestartConnector restarts the connector instance alone.
	RestartConnector(ctx context.Context, name string) error
	// Restart restarts what the request names and returns the state in which that shows as RESTARTING.
	Restart(ctx context.Context, r RestartRequest) (*ConnectorStatus, error)
	RestartTask(ctx context.Context, id connectors.TaskID) error

	// ActiveTopics returns the topics that the connector's tasks used, sorted; none for an unknown one.
	ActiveTopics(ctx context.Context, name string) ([]string, error)
	ResetActiveTopics(ctx context.Context, name string) error

	// Offsets returns a connector's offsets.
	Offsets(ctx context.Context, name string) ([]Offset, error)
	// AlterOffsets and ResetOffsets change them and return the message for the client.
	AlterOffsets(ctx context.Context, name string, offsets []Offset) (message string, err error)
	ResetOffsets(ctx context.Context, name string) (message string, err error)

	// Plugins, PluginConfig and Validate: see Worker.
	Plugins() []connectors.PluginInfo
	PluginConfig(plugin, version string) ([]config.Key, error)
	Validate(ctx context.Context, config map[string]string, nulls ...string) (*connectors.Validation, error)

	// PutTaskConfigs and FenceZombies are asked by other workers of a cluster. body is what was signed.
	PutTaskConfigs(ctx context.Context, name string, configs []map[string]string, s Signature) error
	FenceZombies(ctx context.Context, name string, s Signature) error
}

// Health is how a worker fares. Source: RootResource.healthCheck.
type Health struct {
	Ready bool // start-up is over
	Live  bool // and the loop answers
}

// ConnectorInfo describes a connector. Source: ConnectorInfo.
type ConnectorInfo struct {
	Name   string
	Config map[string]string
	Tasks  []connectors.TaskID
	Kind   connectors.Kind
}

// TaskInfo is a task and its raw config. Source: TaskInfo.
type TaskInfo struct {
	ID     connectors.TaskID
	Config map[string]string
}

// ConnectorStatus is the state of a connector and its tasks, by number. Source: ConnectorStateInfo.
type ConnectorStatus struct {
	Name      string
	Connector InstanceStatus
	Tasks     []TaskStatus
	Kind      connectors.Kind
}

// InstanceStatus is the state of one instance as REST shows it.
type InstanceStatus struct {
	State    connectors.State
	WorkerID string
	Trace    string  // "" = none
	Version  *string // nil = null; "undefined" is left out
}

// TaskStatus is the state of one task.
type TaskStatus struct {
	ID int
	InstanceStatus
}

// RestartRequest says what to restart. Source: RestartRequest.
type RestartRequest struct {
	Connector    string
	IncludeTasks bool
	OnlyFailed   bool
}

// Offset is a partition and an offset in it as REST carries them. Partition and Offset are maps; a null
// Offset removes the partition's. Source: ConnectorOffset.
type Offset = connectors.PartitionOffset

// Signature is how another worker signed an internal request. Source: InternalRequestSignature.
type Signature struct {
	Body      []byte
	Algorithm string
	MAC       []byte
	Present   bool // the headers were there
}

// Loggers are the process's loggers, whose levels can be changed while it runs. Source: Loggers.
type Loggers interface {
	// Levels returns every logger, sorted by name; the root logger is "root".
	Levels() []LoggerLevel
	// Level returns one logger.
	Level(name string) (LoggerLevel, bool)
	// SetLevel sets a logger and all below it, and returns the names of those that it changed, sorted.
	// ok is false when level is none.
	SetLevel(name, level string) (changed []string, ok bool)
}

// LoggerLevel is a logger's level, and when it was last changed (zero: never).
type LoggerLevel = logs.LoggerLevel

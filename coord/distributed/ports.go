package distributed

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/internal/offsets"
	"github.com/millrace/millrace/coord/store"
)

// ConfigStore is the config topic; store.ConfigStore is one. Writes return when what they wrote has been
// read back, but for PutTarget and PutLoggerLevel. What changes is told to Herder.ConfigsChanged, in order,
// once Configs shows it, and before a call that waits for it returns. Safe for concurrent use.
type ConfigStore interface {
	// Start makes sure of the topic and reads it to its end.
	Start(ctx context.Context) error
	// Configs returns what was read last; it does not wait.
	Configs() *store.Configs
	// ReadToEnd reads what is in the topic when it is called.
	ReadToEnd(ctx context.Context) error

	PutConnector(ctx context.Context, name string, config map[string]string, target connectors.TargetState) error
	RemoveConnector(ctx context.Context, name string) error
	PutTaskConfigs(ctx context.Context, connector string, configs []map[string]string) error
	PutTarget(ctx context.Context, connector string, target connectors.TargetState) error
	// PutTaskCount writes how many tasks of a connector are to be fenced before newer ones run.
	PutTaskCount(ctx context.Context, connector string, n int) error
	// Claim takes the right to write what only leaders write away from leaders before. Writes that were fenced fail
	// with *store.PrivilegedWriteError.
	Claim(ctx context.Context) error
	PutSessionKey(ctx context.Context, key *group.SessionKey) error
	PutRestart(ctx context.Context, r coord.RestartRequest) error
	PutLoggerLevel(ctx context.Context, logger, level string) error
	Close()
}

// StatusStore is the status topic. Writes go out in order and are not waited for. Safe for concurrent use.
type StatusStore interface {
	Start(ctx context.Context) error
	// Put writes a status; PutSafe does unless another worker said something in a later generation.
	Put(s store.Status)
	PutSafe(s store.Status)
	// Flush waits until all that was put is written, or given up.
	Flush(ctx context.Context) error

	Connector(name string) *store.Status
	Task(id connectors.TaskID) *store.Status
	Tasks(connector string) []*store.Status
	// PassedOver returns what the last record of a task says where that is not what Task says, else nil; see
	// store.Statuses.
	PassedOver(id connectors.TaskID) *store.Status
	// Strays returns what has a status and is not configured; see store.Statuses.
	Strays(tasks func(connector string) int) []connectors.TaskID

	PutTopic(u store.TopicUse)
	ForgetTopic(connector, topic string)
	Topics(connector string) []store.TopicUse
	HasTopic(connector, topic string) bool
	Close()
}

// OffsetStore keeps source offsets.
type OffsetStore interface {
	Start(ctx context.Context) error
	offsets.Store
}

// Member is the membership in the group; group.Member is one.
type Member interface {
	Run(ctx context.Context) error
	View() group.View
	Ready()
	Poll()
	Rejoin(reason string)
	Leave(reason string)
}

var (
	_ ConfigStore = (*store.ConfigStore)(nil)
	_ StatusStore = (*store.StatusStore)(nil)
	_ OffsetStore = (*store.OffsetTopic)(nil)
	_ Member      = (*group.Member)(nil)
)

// Rounds measures rebalances: a round has begun when this worker heard of its share, and is over when it
// was granted. It measures the loop that holds them too.
type Rounds interface {
	Joined(protocol, leaderURL string, generation, connectors, tasks int)
	Settled()
	Lost() // all work

	// Turned says for how long the loop was busy before it looked for new events again.
	Turned(took time.Duration)
}

// Ties are how a member is tied to its herder: fields of group.Options.
type Ties struct {
	Configs func() group.Configs
	Stopped func() assign.Work // nil: not asked for
	Notify  func(group.Event)
}

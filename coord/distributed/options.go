package distributed

import (
	"log/slog"
	"time"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// Options are what a Herder works with.
type Options struct {
	Worker   coord.Worker
	Configs  ConfigStore // tells Herder.ConfigsChanged
	Statuses StatusStore
	Offsets  OffsetStore
	Peers    coord.Peers
	Loggers  coord.Loggers
	Fencer   coord.Fencer // nil: nobody can be fenced
	Rounds   Rounds
	WorkerID string // host:port of the REST API, as statuses show it
	Logger   *slog.Logger

	// Join makes the member with the ties of the herder.
	Join func(Ties) (Member, error)

	Protocol          group.Protocol  // connect.protocol
	Keys              group.KeyPolicy // inter.worker.key.*
	Signature         string          // inter.worker.signature.algorithm
	Signatures        []string        // inter.worker.verification.algorithms
	HeartbeatInterval time.Duration   // heartbeat.interval.ms
	SyncTimeout       time.Duration   // worker.sync.timeout.ms
	UnsyncBackoff     time.Duration   // worker.unsync.backoff.ms
	MaxDelay          time.Duration   // scheduled.rebalance.max.delay.ms
	CleanLeave        bool            // millrace.rebalance.clean.leave
	ExactlyOnce       bool            // exactly.once.source.support is enabled
	Transactional     bool            // the leader writes in transactions: exactly.once.source.support is not disabled
}

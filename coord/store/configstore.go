package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/internal/crash"
)

// writeMax bounds a write with the reading back of it. Source: KafkaConfigBackingStore.READ_WRITE_TOTAL_TIMEOUT_MS.
const writeMax = 30 * time.Second

// ConfigStore keeps the configs of a cluster in the config topic.
//
// All methods are safe for concurrent use. Those with a context wait for brokers, at most half a minute
// unless said otherwise: they are not for a herder's loop. Where brokers do not answer in time, what was to
// be written may be written all the same. Errors are *Error, in Java's words. Source: KafkaConfigBackingStore.
type ConfigStore struct {
	log     *Log
	leader  *leaderWriter // nil: leaders write as everybody does
	logger  *slog.Logger
	changes func([]ConfigChange)
	configs atomic.Pointer[Configs]
	started atomic.Bool
	reducer *ConfigReducer // the reading goroutine's
}

// NewConfigStore checks the properties. changes is told what changes from the end of Start on, in order, once
// Configs shows it, and before a ReadToEnd returns that waits for it. It is called by the goroutine that
// reads, and must not wait; several changes may come at once.
//
// Errors: *config.ConfigException.
func NewConfigStore(o Options, changes func([]ConfigChange)) (*ConfigStore, error) {
	s := &ConfigStore{logger: o.Logger, changes: changes, reducer: NewConfigReducer()}
	s.configs.Store(s.reducer.Configs())
	var err error
	if s.log, err = configTopic.open(o, s.apply); err != nil {
		return s, err
	}
	if s.leader, err = newLeaderWriter(o, s.log.o.Topic.Name); err != nil {
		s.log.Close()
	}
	return s, err
}

// Claim gives this worker the right to write what only a leader writes, and takes it from who had it before. It is for
// who was elected; where exactly.once.source.support is disabled everybody has the right.
// Source: KafkaConfigBackingStore.claimWritePrivileges.
func (s *ConfigStore) Claim(ctx context.Context) error {
	if s.leader == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, writeMax)
	defer cancel()
	return s.leader.claim(ctx)
}

// Start creates or checks the topic and reads it; see Log.Start. Restart requests and levels of loggers
// that it holds by then are not told. Once it has been read, another call does nothing: what it says is known
// before it is known who is to be told of changes. One goroutine calls it.
func (s *ConfigStore) Start(ctx context.Context) error {
	if s.started.Load() {
		return nil
	}
	if err := s.log.Start(ctx); err != nil {
		return err
	}
	s.started.Store(true)
	return nil
}

// Close stops reading; see Log.Close.
func (s *ConfigStore) Close() {
	s.leader.relinquish()
	s.log.Close()
}

// apply takes what was read.
func (s *ConfigStore) apply(records []Record) {
	var list []ConfigChange
	for _, r := range records {
		change, err := s.reducer.Apply(r)
		if err != nil {
			s.logger.Error("record of the config topic passed over", "err", err)
		}
		if change != nil {
			list = append(list, change)
		}
	}
	s.configs.Store(s.reducer.Configs())
	if len(list) > 0 && s.started.Load() {
		s.changes(list)
	}
}

// Configs returns what was read so far. It does not wait.
func (s *ConfigStore) Configs() *Configs { return s.configs.Load() }

// ReadToEnd returns when Configs shows all that was in the topic when it was called, however long that takes.
// Source: KafkaConfigBackingStore.refresh.
func (s *ConfigStore) ReadToEnd(ctx context.Context) error { return s.log.ReadToEnd(ctx) }

// PutConnector writes a connector's config and, unless it is "", its target state first.
func (s *ConfigStore) PutConnector(ctx context.Context, name string, config map[string]string, target connectors.TargetState) error {
	crash.At(crash.ConfigWrite)
	defer crash.At(crash.ConfigWritten)
	var records []Record
	if target != "" {
		records = append(records, TargetRecord(name, target))
	}
	return s.put(ctx, "Error writing connector configuration to Kafka", append(records, ConnectorRecord(name, config))...)
}

// RemoveConnector deletes a connector.
func (s *ConfigStore) RemoveConnector(ctx context.Context, name string) error {
	crash.At(crash.RemoveWrite)
	defer crash.At(crash.RemoveWritten)
	return s.put(ctx, "Error removing connector configuration from Kafka", RemoveRecords(name)...)
}

// PutTaskConfigs writes a complete set of task configs, then puts it into force.
//
// Errors: one that leaves the set without its commit changes nothing; the next set replaces it whole.
func (s *ConfigStore) PutTaskConfigs(ctx context.Context, name string, configs []map[string]string) error {
	crash.At(crash.TasksWrite)
	defer crash.At(crash.TasksCommitted)
	ctx, cancel := context.WithTimeout(ctx, writeMax)
	defer cancel()
	if err := s.log.ReadToEnd(ctx); err != nil {
		return s.failed(err, "Error writing root configuration to Kafka")
	}
	records := make([]Record, len(configs))
	for n, c := range configs {
		records[n] = TaskRecord(connectors.TaskID{Connector: name, Task: n}, c)
	}
	if err := s.lead(ctx, records...); err != nil {
		return s.failed(err, "Error writing task configurations to Kafka")
	}
	crash.At(crash.TasksWritten)
	// The commit may be written only behind all of its task configs.
	if len(configs) > 0 {
		if err := s.log.ReadToEnd(ctx); err != nil {
			return s.failed(err, "Error writing root configuration to Kafka")
		}
	}
	return s.put(ctx, "Error writing root configuration to Kafka", CommitRecord(name, len(configs)))
}

// PutTarget writes a connector's target state. It does not wait until Configs shows it.
func (s *ConfigStore) PutTarget(ctx context.Context, name string, target connectors.TargetState) error {
	crash.At(crash.TargetWrite)
	defer crash.At(crash.TargetWritten)
	return s.send(ctx, "Error writing target state to Kafka", TargetRecord(name, target))
}

// PutTaskCount writes how many tasks' producers are to be fenced.
func (s *ConfigStore) PutTaskCount(ctx context.Context, name string, n int) error {
	crash.At(crash.TaskCountWrite)
	defer crash.At(crash.TaskCountWritten)
	return s.put(ctx, "Error writing task count record to Kafka", TaskCountRecord(name, n))
}

// PutSessionKey hands out a new session key.
func (s *ConfigStore) PutSessionKey(ctx context.Context, key *group.SessionKey) error {
	crash.At(crash.KeyWrite)
	defer crash.At(crash.KeyWritten)
	return s.put(ctx, "Error writing session key to Kafka", SessionKeyRecord(key))
}

// PutRestart asks all workers to restart what a request names.
func (s *ConfigStore) PutRestart(ctx context.Context, r coord.RestartRequest) error {
	crash.At(crash.RestartWrite)
	defer crash.At(crash.RestartWritten)
	return s.put(ctx, "Error writing "+restartText(r)+" to Kafka", RestartRecord(r))
}

// PutLoggerLevel sets a logger's level on all workers. It does not wait until it was read back.
func (s *ConfigStore) PutLoggerLevel(ctx context.Context, logger, level string) error {
	return s.send(ctx, "Error writing logger level to Kafka", LoggerRecord(logger, level))
}

// send writes records.
func (s *ConfigStore) send(ctx context.Context, text string, records ...Record) error {
	ctx, cancel := context.WithTimeout(ctx, writeMax)
	defer cancel()
	if err := s.log.Write(ctx, records...); err != nil {
		return s.failed(err, text)
	}
	return nil
}

// lead writes what only leaders write.
func (s *ConfigStore) lead(ctx context.Context, records ...Record) error {
	if s.leader == nil || len(records) == 0 {
		return s.log.Write(ctx, records...)
	}
	return s.leader.write(ctx, records)
}

// put writes what only leaders write and waits until Configs shows it.
func (s *ConfigStore) put(ctx context.Context, text string, records ...Record) error {
	ctx, cancel := context.WithTimeout(ctx, writeMax)
	defer cancel()
	err := s.lead(ctx, records...)
	if err == nil {
		err = s.log.ReadToEnd(ctx)
	}
	if err != nil {
		return s.failed(err, text)
	}
	return nil
}

// failed logs the cause, which clients do not see.
func (s *ConfigStore) failed(err error, text string) error {
	s.logger.Error("config topic: "+text, "err", err)
	if lost := (*PrivilegedWriteError)(nil); errors.As(err, &lost) {
		return lost
	}
	return &Error{Text: text, Err: err}
}

// restartText is RestartRequest.toString.
func restartText(r coord.RestartRequest) string {
	return fmt.Sprintf("restart request for {connectorName='%s', onlyFailed=%t, includeTasks=%t}", r.Connector, r.OnlyFailed, r.IncludeTasks)
}

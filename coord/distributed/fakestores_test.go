package distributed

import (
	"context"
	"errors"
	"sync"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
)

// fakeConfigs is a config topic that is read as it is written.
type fakeConfigs struct {
	tell func([]store.ConfigChange)

	mu       sync.Mutex
	reducer  *store.ConfigReducer
	offset   int64
	started  bool
	startErr error
	readErr  error
	keys     []string // of what was written
	claims   int
	claimErr error
	writeErr error // of the configs of connectors
	away     bool  // configs of connectors are not read back
}

var _ ConfigStore = (*fakeConfigs)(nil)

func newFakeConfigs() *fakeConfigs { return &fakeConfigs{reducer: store.NewConfigReducer()} }

func (s *fakeConfigs) Start(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = s.startErr == nil
	return s.startErr
}

func (s *fakeConfigs) Close() {}

func (s *fakeConfigs) Configs() *store.Configs {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reducer.Configs()
}

// write appends records, as any worker may.
func (s *fakeConfigs) write(records ...store.Record) error {
	s.mu.Lock()
	var changes []store.ConfigChange
	for _, r := range records {
		r.Offset = s.offset
		s.offset++
		s.keys = append(s.keys, string(r.Key))
		change, err := s.reducer.Apply(r)
		if err != nil {
			panic(err)
		}
		if change != nil {
			changes = append(changes, change)
		}
	}
	started := s.started
	s.mu.Unlock()
	if started && len(changes) > 0 {
		s.tell(changes)
	}
	return nil
}

// take returns the keys that were written since it was called last.
func (s *fakeConfigs) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := s.keys
	s.keys = nil
	return keys
}

func (s *fakeConfigs) failReads(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readErr = err
}

func (s *fakeConfigs) ReadToEnd(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readErr
}

func (s *fakeConfigs) PutConnector(ctx context.Context, name string, config map[string]string, target connectors.TargetState) error {
	s.mu.Lock()
	err, away := s.writeErr, s.away
	s.mu.Unlock()
	switch {
	case err != nil:
		return err
	case away:
		<-ctx.Done()
		return ctx.Err()
	}
	var records []store.Record
	if target != "" {
		records = append(records, store.TargetRecord(name, target))
	}
	return s.write(append(records, store.ConnectorRecord(name, config))...)
}

func (s *fakeConfigs) RemoveConnector(_ context.Context, name string) error {
	return s.write(store.RemoveRecords(name)...)
}

func (s *fakeConfigs) PutTaskConfigs(_ context.Context, connector string, configs []map[string]string) error {
	return s.write(tasksRecords(connector, configs)...)
}

func tasksRecords(connector string, configs []map[string]string) []store.Record {
	var records []store.Record
	for n, c := range configs {
		records = append(records, store.TaskRecord(connectors.TaskID{Connector: connector, Task: n}, c))
	}
	return append(records, store.CommitRecord(connector, len(configs)))
}

func (s *fakeConfigs) PutTarget(_ context.Context, name string, target connectors.TargetState) error {
	return s.write(store.TargetRecord(name, target))
}

func (s *fakeConfigs) PutSessionKey(_ context.Context, key *group.SessionKey) error {
	return s.write(store.SessionKeyRecord(key))
}

func (s *fakeConfigs) PutRestart(_ context.Context, r coord.RestartRequest) error {
	return s.write(store.RestartRecord(r))
}

func (s *fakeConfigs) PutLoggerLevel(_ context.Context, logger, level string) error {
	return s.write(store.LoggerRecord(logger, level))
}

// fakeStatuses is a status topic that is read as it is written.
type fakeStatuses struct {
	mu       sync.Mutex
	statuses *store.Statuses
	flushes  int
}

var _ StatusStore = (*fakeStatuses)(nil)

func newFakeStatuses() *fakeStatuses { return &fakeStatuses{statuses: store.NewStatuses()} }

func (s *fakeStatuses) Start(context.Context) error { return nil }
func (s *fakeStatuses) Close()                      {}

// write appends a record, as any worker may.
func (s *fakeStatuses) write(r store.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.statuses.Apply(r); err != nil {
		panic(err)
	}
}

func (s *fakeStatuses) Put(st store.Status) { s.write(store.StatusRecord(st)) }

func (s *fakeStatuses) PutSafe(st store.Status) {
	s.mu.Lock()
	safe := s.statuses.Safe(st)
	s.mu.Unlock()
	if safe {
		s.Put(st)
	}
}

func (s *fakeStatuses) Flush(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushes++
	return nil
}

func read[T any](s *fakeStatuses, f func(*store.Statuses) T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f(s.statuses)
}

func (s *fakeStatuses) Connector(name string) *store.Status {
	return read(s, func(st *store.Statuses) *store.Status { return st.Connector(name) })
}

func (s *fakeStatuses) Task(id connectors.TaskID) *store.Status {
	return read(s, func(st *store.Statuses) *store.Status { return st.Task(id) })
}

func (s *fakeStatuses) Tasks(connector string) []*store.Status {
	return read(s, func(st *store.Statuses) []*store.Status { return st.Tasks(connector) })
}

func (s *fakeStatuses) Strays(tasks func(string) int) []connectors.TaskID {
	return read(s, func(st *store.Statuses) []connectors.TaskID { return st.Strays(tasks) })
}

func (s *fakeStatuses) PassedOver(id connectors.TaskID) *store.Status {
	return read(s, func(st *store.Statuses) *store.Status { return st.PassedOver(id) })
}

func (s *fakeStatuses) PutTopic(u store.TopicUse) { s.write(store.TopicRecord(u)) }

func (s *fakeStatuses) ForgetTopic(connector, topic string) {
	s.write(store.ForgetTopicRecord(connector, topic))
}

func (s *fakeStatuses) Topics(connector string) []store.TopicUse {
	return read(s, func(st *store.Statuses) []store.TopicUse { return st.Topics(connector) })
}

func (s *fakeStatuses) HasTopic(connector, topic string) bool {
	return read(s, func(st *store.Statuses) bool { return st.HasTopic(connector, topic) })
}

var errFake = errors.New("fake")

func (s *fakeConfigs) PutTaskCount(_ context.Context, connector string, n int) error {
	return s.write(store.TaskCountRecord(connector, n))
}

// Claim counts.
func (s *fakeConfigs) Claim(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims++
	return s.claimErr
}

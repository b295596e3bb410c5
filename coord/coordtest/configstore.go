package coordtest

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/distributed"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
)

// How long clients try. Source: worker.sync.timeout.ms, KafkaConfigBackingStore.READ_WRITE_TOTAL_TIMEOUT_MS.
const (
	syncTimeout  = 3 * time.Second
	writeTimeout = 30 * time.Second
	flushTimeout = 5 * time.Second
)

// configStore is a worker's view of the config topic.
type configStore struct {
	n       *Node
	reducer *store.ConfigReducer
	configs *store.Configs
	read    int64
	tell    bool // changes are told
	claim   int  // of this worker, to write as the leader

	following bool
}

var _ distributed.ConfigStore = (*configStore)(nil)

func newConfigStore(n *Node) *configStore {
	s := &configStore{n: n, reducer: store.NewConfigReducer()}
	s.configs = s.reducer.Configs()
	return s
}

// follow reads on in a while, if there is something to read and nobody is about to.
func (s *configStore) follow() {
	if s.following || !s.tell || s.n.c.broken.Blind || s.n.cut || s.read >= s.n.c.configTopic.end {
		return
	}
	s.following = true
	s.n.after(s.n.c.between(0, 150*time.Millisecond), func() {
		s.following = false
		if end := s.n.c.configTopic.end; !s.n.cut && s.read < end {
			s.readTo(s.read + 1 + s.n.c.rng.Int64N(end-s.read))
		}
		s.follow()
	})
}

func (s *configStore) readTo(end int64) {
	if end <= s.read {
		return
	}
	var changes []store.ConfigChange
	for _, r := range s.n.c.configTopic.read(s.read, end) {
		if change, err := s.reducer.Apply(r); err != nil {
			s.n.c.fault("config record: %v", err)
		} else if change != nil {
			changes = append(changes, change)
		}
	}
	s.read = end
	s.configs = s.reducer.Configs()
	if len(changes) > 0 && s.tell {
		s.n.post(s.n.steps.ConfigsChanged(changes))
	}
}

// Start implements distributed.ConfigStore.
func (s *configStore) Start(ctx context.Context) error {
	for s.ReadToEnd(ctx) != nil {
		continue
	}
	s.tell = true
	s.follow()
	return nil
}

// Configs implements distributed.ConfigStore.
func (s *configStore) Configs() *store.Configs { return s.configs }

// ReadToEnd implements distributed.ConfigStore.
func (s *configStore) ReadToEnd(context.Context) error {
	c := s.n.c
	end := c.configTopic.end
	c.pause(s.n, time.Millisecond, 40*time.Millisecond)
	if s.n.cut {
		c.pause(s.n, syncTimeout, syncTimeout)
		return errMadeUp
	}
	s.readTo(max(end, s.read))
	return nil
}

// how says how records are written.
type how struct {
	leads bool // only the leader may
	back  bool // and they are read back
	put   *put // the task configs that they are part of; nil: of none
}

// put is one write of all task configs of a connector.
type put struct{ connector string }

// write appends records, and reads them back. A write that fails may have been done all the same, and a crash can
// come before and after it. Where leaders write in transactions, what only they may write is of who claimed it last.
func (s *configStore) write(h how, records ...store.Record) error {
	c := s.n.c
	c.pause(s.n, time.Millisecond, 20*time.Millisecond)
	s.n.crashPoint()
	s.n.freezePoint()
	if s.n.cut {
		c.pause(s.n, writeTimeout, writeTimeout)
		return errMadeUp
	}
	if h.leads && c.once && s.claim != c.brokers.claims {
		return &store.PrivilegedWriteError{Err: errMadeUp}
	}
	for _, r := range records {
		c.logf("%s writes %s", s.n.name, r.Key)
	}
	if h.put != nil {
		c.puts = append(c.puts, h.put)
	}
	c.configTopic.write(records...)
	c.follow()
	s.n.crashPoint()
	if c.faulty && c.chance(30) {
		return errMadeUp // the answer was lost
	}
	if !h.back {
		return nil
	}
	return s.ReadToEnd(context.Background())
}

// PutConnector implements distributed.ConfigStore.
func (s *configStore) PutConnector(_ context.Context, name string, config map[string]string, target connectors.TargetState) error {
	var records []store.Record
	if target != "" {
		records = append(records, store.TargetRecord(name, target))
	}
	return s.write(how{leads: true, back: true}, append(records, store.ConnectorRecord(name, config))...)
}

// RemoveConnector implements distributed.ConfigStore.
func (s *configStore) RemoveConnector(_ context.Context, name string) error {
	return s.write(how{leads: true, back: true}, store.RemoveRecords(name)...)
}

// PutTaskConfigs implements distributed.ConfigStore. Others' records can come between any two of it.
func (s *configStore) PutTaskConfigs(ctx context.Context, connector string, configs []map[string]string) error {
	if err := s.ReadToEnd(ctx); err != nil {
		return err
	}
	if s.n.c.broken.Partial {
		return s.partial(connector, configs)
	}
	part := how{leads: true, put: &put{connector}}
	for n, c := range configs {
		if err := s.write(part, store.TaskRecord(connectors.TaskID{Connector: connector, Task: n}, c)); err != nil {
			return err
		}
	}
	if err := s.ReadToEnd(ctx); err != nil {
		return err
	}
	part.back = true
	return s.write(part, store.CommitRecord(connector, len(configs)))
}

// partial writes the commit in the middle.
func (s *configStore) partial(connector string, configs []map[string]string) error {
	half := len(configs) / 2
	for n, c := range configs {
		if n == half {
			if err := s.write(how{leads: true}, store.CommitRecord(connector, len(configs))); err != nil {
				return err
			}
		}
		if err := s.write(how{leads: true}, store.TaskRecord(connectors.TaskID{Connector: connector, Task: n}, c)); err != nil {
			return err
		}
	}
	return nil
}

// PutTarget implements distributed.ConfigStore.
func (s *configStore) PutTarget(_ context.Context, name string, target connectors.TargetState) error {
	return s.write(how{}, store.TargetRecord(name, target))
}

// PutSessionKey implements distributed.ConfigStore.
func (s *configStore) PutSessionKey(_ context.Context, key *group.SessionKey) error {
	return s.write(how{leads: true, back: true}, store.SessionKeyRecord(key))
}

// PutRestart implements distributed.ConfigStore.
func (s *configStore) PutRestart(_ context.Context, r coord.RestartRequest) error {
	return s.write(how{leads: true, back: true}, store.RestartRecord(r))
}

// PutLoggerLevel implements distributed.ConfigStore.
func (s *configStore) PutLoggerLevel(_ context.Context, logger, level string) error {
	return s.write(how{}, store.LoggerRecord(logger, level))
}

// PutTaskCount implements distributed.ConfigStore.
func (s *configStore) PutTaskCount(_ context.Context, connector string, n int) error {
	return s.write(how{leads: true, back: true}, store.TaskCountRecord(connector, n))
}

// Claim implements distributed.ConfigStore.
func (s *configStore) Claim(context.Context) error {
	c := s.n.c
	c.pause(s.n, time.Millisecond, 20*time.Millisecond)
	s.n.crashPoint()
	if s.n.cut {
		c.pause(s.n, writeTimeout, writeTimeout)
		return errMadeUp
	}
	c.brokers.claims++
	s.claim = c.brokers.claims
	c.logf("%s may write as the leader", s.n.name)
	s.n.crashPoint()
	return nil
}

// Close implements distributed.ConfigStore.
func (s *configStore) Close() {}

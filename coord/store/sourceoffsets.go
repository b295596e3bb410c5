package store

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
)

// ownIdleMax is how long a connector's own store stays open that nobody uses: longer than most tasks wait
// between two commits.
const ownIdleMax = 10 * time.Minute

// FindOwn says which offset topic a connector is configured for: one without a name is the worker's. known is
// false for a connector without a config, such as one that was deleted and whose tasks are about to end.
type FindOwn func(ctx context.Context, connector string) (own OwnTopic, known bool, err error)

// SourceOffsets are the offsets of all connectors: each one's in its own topic if it has one, else in the
// worker's. Topics of connectors are opened when they are first used, and closed when another one is
// configured or nobody has used them for a while. Safe for concurrent use.
type SourceOffsets struct {
	worker  *OffsetTopic
	options Options
	find    FindOwn
	logger  *slog.Logger
	running sync.WaitGroup

	mu     sync.Mutex
	open   map[string]*ownStore // by connector
	closed bool
}

// ownStore is a connector's own store.
type ownStore struct {
	topic  OwnTopic
	store  *ConnectorOffsets
	cancel context.CancelFunc // of Start
	ready  chan struct{}      // Start has returned
	err    error              // what it returned; read it once ready is closed

	// Guarded by SourceOffsets.mu.
	users   int
	used    time.Time
	retired bool // not in open any more: to be closed by its last user
}

// offsetReadWriter is what all stores of offsets do.
type offsetReadWriter interface {
	Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error)
	Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
	All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error)
	Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error)

	topic() string
	records(connector string, offsets []connectors.PartitionOffset) ([]Record, error)
	beforeCommit(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
	afterCommit(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
}

// NewSourceOffsets checks the properties. It closes the worker's topic with itself.
//
// Errors: *config.ConfigException.
func NewSourceOffsets(o Options, find FindOwn) (*SourceOffsets, error) {
	worker, err := NewOffsetTopic(o)
	if err != nil {
		return nil, err
	}
	return &SourceOffsets{worker: worker, options: o, find: find, logger: o.Logger, open: map[string]*ownStore{}}, nil
}

// Start creates or checks the worker's topic and reads it; see Log.Start.
func (s *SourceOffsets) Start(ctx context.Context) error { return s.worker.Start(ctx) }

// Close ends reading and writing of all topics. Close it when no task commits any more.
func (s *SourceOffsets) Close() error {
	s.mu.Lock()
	s.closed = true
	for name := range s.open {
		s.retireLocked(name)
	}
	s.mu.Unlock()
	s.running.Wait()
	return s.worker.Close()
}

// Get returns the offset for each partition of a connector, in order; null where there is none.
func (s *SourceOffsets) Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error) {
	return with(ctx, s, connector, func(o offsetReadWriter) ([]connectors.OffsetMap, error) { return o.Get(ctx, connector, partitions) })
}

// Set writes offsets and returns when they are durable. A null offset removes the partition.
func (s *SourceOffsets) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	_, err := with(ctx, s, connector, func(o offsetReadWriter) (struct{}, error) { return struct{}{}, o.Set(ctx, connector, offsets) })
	return err
}

// All returns every partition of a connector that has an offset.
func (s *SourceOffsets) All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error) {
	return with(ctx, s, connector, func(o offsetReadWriter) ([]connectors.PartitionOffset, error) { return o.All(ctx, connector) })
}

// Partitions returns what All does, without reading the offsets.
func (s *SourceOffsets) Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error) {
	return with(ctx, s, connector, func(o offsetReadWriter) ([]connectors.OffsetMap, error) { return o.Partitions(ctx, connector) })
}

// with calls f with the store of a connector.
func with[T any](ctx context.Context, s *SourceOffsets, connector string, f func(offsetReadWriter) (T, error)) (T, error) {
	own, known, err := s.find(ctx, connector)
	if err != nil {
		var none T
		return none, err
	}
	o, err := s.take(connector, own, known)
	if err != nil {
		var none T
		return none, err
	}
	if o == nil {
		return f(s.worker)
	}
	defer s.release(o)
	select {
	case <-o.ready:
	case <-ctx.Done():
		var none T
		return none, errorf(ctx.Err(), "offset topic %s of connector %s is still being read", o.topic.Name, connector)
	}
	if o.err != nil {
		s.drop(connector, o)
		var none T
		return none, o.err
	}
	return f(o.store)
}

// take returns the open store of a connector, nil for the worker's. Release it.
func (s *SourceOffsets) take(connector string, own OwnTopic, known bool) (*ownStore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	now := time.Now()
	for name, o := range s.open {
		if name != connector && o.users == 0 && now.Sub(o.used) > ownIdleMax {
			s.retireLocked(name)
		}
	}
	o := s.open[connector]
	if o != nil && known && !o.topic.equal(own) {
		s.retireLocked(connector)
		o = nil
	}
	if o == nil {
		if !known || own.Name == "" {
			return nil, nil
		}
		var err error
		if o, err = s.startLocked(own); err != nil {
			return nil, err
		}
		s.open[connector] = o
	}
	o.users++
	return o, nil
}

func (t OwnTopic) equal(o OwnTopic) bool {
	return t.Name == o.Name && maps.Equal(t.Producer, o.Producer) && maps.Equal(t.Consumer, o.Consumer) && maps.Equal(t.Admin, o.Admin)
}

// startLocked opens a topic. Who needs it waits for ready, each as long as it can.
func (s *SourceOffsets) startLocked(own OwnTopic) (*ownStore, error) {
	store, err := s.worker.ForConnector(own, s.options)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	o := &ownStore{topic: own, store: store, cancel: cancel, ready: make(chan struct{})}
	s.running.Go(func() {
		defer close(o.ready)
		if o.err = store.Start(ctx); o.err != nil && !errors.Is(o.err, context.Canceled) {
			s.logger.Error("offset topic of a connector not opened, trying again when it is next used", "topic", own.Name, "err", o.err)
		}
	})
	return o, nil
}

func (s *SourceOffsets) release(o *ownStore) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.users--
	o.used = time.Now()
	if o.retired && o.users == 0 {
		s.closeLocked(o)
	}
}

// drop retires a store that did not start.
func (s *SourceOffsets) drop(connector string, o *ownStore) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[connector] == o {
		s.retireLocked(connector)
	}
}

// retireLocked closes a store once nobody uses it.
func (s *SourceOffsets) retireLocked(connector string) {
	o := s.open[connector]
	delete(s.open, connector)
	o.retired = true
	if o.users == 0 {
		s.closeLocked(o)
	}
}

func (s *SourceOffsets) closeLocked(o *ownStore) {
	s.running.Go(func() {
		o.cancel()
		<-o.ready
		_ = o.store.Close()
	})
}

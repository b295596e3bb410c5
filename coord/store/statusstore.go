package store

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
)

// statusTryMax bounds one attempt to write statuses. What is overtaken by then is not tried again.
const statusTryMax = 10 * time.Second

// StatusStore keeps statuses and used topics in the status topic. What is put shows once it was read back.
//
// All methods are safe for concurrent use; those without a context do not wait. What is put is written in
// order by a goroutine, and tried again for as long as nothing newer was put for the same connector, task
// or topic and no later generation has begun. Source: KafkaStatusBackingStore.
type StatusStore struct {
	log     *Log
	logger  *slog.Logger
	asked   chan struct{} // there is something to write
	stop    chan struct{}
	running sync.WaitGroup

	mu         sync.RWMutex
	statuses   *Statuses
	generation int // of the last status that was put
	queue      []*statusWrite
	latest     map[string]*statusWrite // by key, of what is not written
	sequence   uint64
	flushes    []flush
	closed     bool
}

// statusWrite is a record that waits to be written.
type statusWrite struct {
	record   Record
	key      string
	status   *Status // nil for topics
	safe     bool
	tried    bool // and failed
	deleted  bool // it was tried, then its connector or task was deleted
	sequence uint64
}

// flush waits for what was put up to a sequence.
type flush struct {
	sequence uint64
	done     chan struct{}
}

// NewStatusStore checks the properties.
//
// Errors: *config.ConfigException.
func NewStatusStore(o Options) (*StatusStore, error) {
	s := &StatusStore{
		logger: o.Logger, asked: make(chan struct{}, 1), stop: make(chan struct{}),
		statuses: NewStatuses(), latest: map[string]*statusWrite{},
	}
	var err error
	s.log, err = statusTopic.open(o, s.apply, kgo.RecordRetries(0))
	return s, err
}

// Start creates or checks the topic and reads it; see Log.Start.
func (s *StatusStore) Start(ctx context.Context) error {
	if err := s.log.Start(ctx); err != nil {
		return err
	}
	s.running.Go(s.write)
	return nil
}

// Close ends reading and writing. What is not written is lost: Flush first.
func (s *StatusStore) Close() {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if !again {
		close(s.stop)
	}
	s.running.Wait()
	s.log.Close()
}

// ReadToEnd returns when everything shows that was in the topic when it was called.
func (s *StatusStore) ReadToEnd(ctx context.Context) error { return s.log.ReadToEnd(ctx) }

// apply takes what was read. A herder's loop asks for statuses: it must not wait for records to be read, nor for a log.
func (s *StatusStore) apply(records []Record) {
	changes := make([]statusChange, 0, len(records))
	for _, r := range records {
		if c, err := statusChangeOf(&r); err != nil {
			s.logger.Warn("record of the status topic passed over", "err", err)
		} else {
			changes = append(changes, c)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		s.statuses.take(c)
	}
	for _, r := range records {
		if r.Value == nil {
			s.deletedLocked(string(r.Key))
		}
	}
}

// deletedLocked gives up what was not written before a deletion.
func (s *StatusStore) deletedLocked(key string) {
	for k, w := range s.latest {
		if w.tried && (k == key || w.status != nil && key == statusConnectorPrefix+w.status.ID.Connector) {
			w.deleted = true
		}
	}
}

// Put writes a status; DESTROYED removes it.
func (s *StatusStore) Put(st Status) { s.put(st, false) }

// PutSafe writes a status unless Statuses.Safe speaks against it: for what a worker says that has lost, or
// is about to lose, what it speaks of.
func (s *StatusStore) PutSafe(st Status) { s.put(st, true) }

func (s *StatusStore) put(st Status, safe bool) {
	w := &statusWrite{record: StatusRecord(st), status: &st, safe: safe}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation = st.Generation
	if !safe || s.statuses.Safe(st) {
		s.enqueueLocked(w)
	}
}

// PutTopic writes that a task used a topic.
func (s *StatusStore) PutTopic(use TopicUse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enqueueLocked(&statusWrite{record: TopicRecord(use)})
}

// ForgetTopic removes what is known of a connector's use of a topic.
func (s *StatusStore) ForgetTopic(connector, topic string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enqueueLocked(&statusWrite{record: ForgetTopicRecord(connector, topic)})
}

func (s *StatusStore) enqueueLocked(w *statusWrite) {
	if s.closed {
		return
	}
	s.sequence++
	w.key, w.sequence = string(w.record.Key), s.sequence
	s.latest[w.key] = w
	s.queue = append(s.queue, w)
	signal(s.asked)
}

// Flush returns when everything that was put before is written, or was given up.
func (s *StatusStore) Flush(ctx context.Context) error {
	f := flush{done: make(chan struct{})}
	s.mu.Lock()
	f.sequence = s.sequence
	s.flushes = append(s.flushes, f)
	s.mu.Unlock()
	signal(s.asked)
	select {
	case <-f.done:
		return nil
	case <-s.stop:
		return errClosed
	case <-ctx.Done():
		s.mu.Lock()
		s.flushes = slices.DeleteFunc(s.flushes, func(o flush) bool { return o.done == f.done })
		s.mu.Unlock()
		return errorf(ctx.Err(), "statuses are not written yet")
	}
}

// write writes what is put until the store is closed.
func (s *StatusStore) write() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.running.Go(func() {
		<-s.stop
		cancel()
	})
	wait := retryFirst
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.asked:
		}
		if s.writeQueue(ctx) {
			wait = retryFirst
			continue
		}
		connectors.Wait(ctx, wait)
		wait = min(2*wait, retryMost)
		signal(s.asked)
	}
}

// writeQueue writes what waits; false when something has to be tried again.
func (s *StatusStore) writeQueue(ctx context.Context) bool {
	try, cancel := context.WithTimeout(ctx, statusTryMax)
	defer cancel()
	last, safe := s.waits()
	if safe {
		// A worker that was cut off or frozen has not read what its successor says since. Java writes over it, and for a
		// connector that stays. An error leaves it at what was read: writing meets the same broker.
		_ = s.log.ReadToEnd(try)
	}
	batch, records := s.takeQueue(last)
	var errs []error
	if len(records) > 0 {
		crash.At(crash.StatusWrite)
		errs = s.log.writeEach(try, records)
		crash.At(crash.StatusWritten)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var again []*statusWrite
	for i, w := range batch {
		switch err := errs[i]; {
		case err != nil && passing(err):
			w.tried = true
			again = append(again, w)
			continue
		case err != nil && ctx.Err() == nil:
			s.logger.Error("status not written", "key", w.key, "err", err)
		}
		if s.latest[w.key] == w {
			delete(s.latest, w.key)
		}
	}
	if len(again) > 0 {
		s.logger.Warn("statuses not written, retrying", "count", len(again), "err", errs[slices.IndexFunc(errs, func(err error) bool { return err != nil })])
		s.queue = append(again, s.queue...)
	}
	s.flushes = slices.DeleteFunc(s.flushes, func(f flush) bool {
		done := len(s.queue) == 0 || s.queue[0].sequence > f.sequence
		if done {
			close(f.done)
		}
		return done
	})
	if len(s.queue) > len(again) {
		signal(s.asked) // put meanwhile
	}
	return len(again) == 0
}

// waits returns the sequence of the last that waits, and whether a successor may speak against some of it.
func (s *StatusStore) waits() (last uint64, safe bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sequence, slices.ContainsFunc(s.queue, func(w *statusWrite) bool { return w.safe })
}

// takeQueue takes what waits up to a sequence, without what is not to be tried again and what a successor
// speaks against. What was put later stays: the topic was not read since.
func (s *StatusStore) takeQueue(last uint64) (batch []*statusWrite, records []Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for ; n < len(s.queue) && s.queue[n].sequence <= last; n++ {
		w := s.queue[n]
		if w.tried && s.overtakenLocked(w) || w.safe && !s.statuses.Safe(*w.status) {
			if s.latest[w.key] == w {
				delete(s.latest, w.key)
			}
			continue
		}
		batch, records = append(batch, w), append(records, w.record)
	}
	s.queue = slices.Delete(s.queue, 0, n)
	return batch, records
}

func (s *StatusStore) overtakenLocked(w *statusWrite) bool {
	if w.deleted || s.latest[w.key] != w {
		return true
	}
	return w.status != nil && (w.status.Generation != s.generation || w.safe && !s.statuses.Safe(*w.status))
}

// Connector returns a connector's status, nil where there is none. It is not to be changed.
func (s *StatusStore) Connector(name string) *Status {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.Connector(name)
}

// Task returns a task's status, nil where there is none. It is not to be changed.
func (s *StatusStore) Task(id connectors.TaskID) *Status {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.Task(id)
}

// PassedOver is Statuses.PassedOver.
func (s *StatusStore) PassedOver(id connectors.TaskID) *Status {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.PassedOver(id)
}

// Strays is Statuses.Strays; tasks must not call s.
func (s *StatusStore) Strays(tasks func(connector string) int) []connectors.TaskID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.Strays(tasks)
}

// Tasks returns the statuses of a connector's tasks, by number. They are not to be changed.
func (s *StatusStore) Tasks(connector string) []*Status {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.Tasks(connector)
}

// Topics returns the topics that a connector used, sorted.
func (s *StatusStore) Topics(connector string) []TopicUse {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.Topics(connector)
}

// HasTopic reports whether a connector is known to use a topic.
func (s *StatusStore) HasTopic(connector, topic string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.statuses.HasTopic(connector, topic)
}

package coordtest

import (
	"context"
	"slices"
	"time"

	"github.com/millrace/millrace/coord/distributed"
	"github.com/millrace/millrace/coord/store"
)

// statusStore is a worker's view of the status topic.
type statusStore struct {
	*store.Statuses
	n       *Node
	read    int64
	pending []store.Record

	started, following bool
}

var _ distributed.StatusStore = (*statusStore)(nil)

// follow reads and writes in a while, if there is something to do and nobody is about to.
func (s *statusStore) follow() {
	if s.following || !s.started || s.n.cut || s.read >= s.n.c.statusTopic.end && len(s.pending) == 0 {
		return
	}
	s.following = true
	s.n.after(s.n.c.between(0, 100*time.Millisecond), func() {
		s.following = false
		if s.n.cut {
			return
		}
		if end := s.n.c.statusTopic.end; s.read < end {
			s.readTo(s.read + 1 + s.n.c.rng.Int64N(end-s.read))
		}
		if len(s.pending) > 0 {
			s.write(1 + s.n.c.rng.IntN(len(s.pending)))
		}
		s.follow()
	})
}

func (s *statusStore) readTo(end int64) {
	for _, r := range s.n.c.statusTopic.read(s.read, end) {
		if err := s.Apply(r); err != nil {
			s.n.c.fault("status record: %v", err)
		}
	}
	s.read = max(s.read, end)
}

func (s *statusStore) write(n int) {
	if n > 0 {
		s.n.c.statusTopic.write(s.pending[:n]...)
		s.pending = slices.Delete(s.pending, 0, n)
		s.n.c.follow()
	}
}

func (s *statusStore) put(r store.Record) {
	if !s.n.c.broken.Mute {
		s.pending = append(s.pending, r)
	}
	s.follow()
}

// Start implements distributed.StatusStore.
func (s *statusStore) Start(context.Context) error {
	s.readTo(s.n.c.statusTopic.end)
	s.started = true
	s.follow()
	return nil
}

// Put implements distributed.StatusStore.
func (s *statusStore) Put(st store.Status) {
	s.put(store.StatusRecord(st))
}

// PutSafe implements distributed.StatusStore.
func (s *statusStore) PutSafe(st store.Status) {
	if s.Safe(st) {
		s.Put(st)
	}
}

// Flush implements distributed.StatusStore.
func (s *statusStore) Flush(context.Context) error {
	s.n.c.pause(s.n, 0, 30*time.Millisecond)
	if s.n.cut {
		s.n.c.pause(s.n, flushTimeout, flushTimeout)
		return errMadeUp
	}
	s.write(len(s.pending))
	return nil
}

// PutTopic implements distributed.StatusStore.
func (s *statusStore) PutTopic(u store.TopicUse) { s.put(store.TopicRecord(u)) }

// ForgetTopic implements distributed.StatusStore.
func (s *statusStore) ForgetTopic(connector, topic string) {
	s.put(store.ForgetTopicRecord(connector, topic))
}

// Close implements distributed.StatusStore.
func (s *statusStore) Close() {}

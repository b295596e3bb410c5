package engine

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/produce"
)

// awaitRoom waits while what was polled and is not acknowledged takes all the memory of the task. It
// reports false when something else is to be looked at first: the task stops, a row failed.
func (s *sourceTask) awaitRoom() bool {
	for logged := false; ; {
		most := s.parts.memory()
		s.mu.Lock()
		full := s.held >= most
		s.mu.Unlock()
		if !full {
			return true
		}
		if !logged {
			logged = true
			s.log.Debug("memory of the task is full, polling goes on when Kafka has taken some", "bytes_max", most)
		}
		select {
		case <-s.room:
		case <-s.polling.Done():
			return false
		}
	}
}

// hold counts bytes that wait for Kafka; negative ones went.
func (s *sourceTask) hold(n int64) {
	s.mu.Lock()
	s.held += n
	s.mu.Unlock()
	if n < 0 {
		signal(s.room)
	}
}

// slabBytes is the memory under a polled batch and the rows made of it.
func slabBytes(b *batch.Batch, parts []produce.Rows) int64 {
	n := int64(b.Arena.SlabBytes())
	for i := range parts {
		n += int64(parts[i].B.Arena.SlabBytes())
	}
	return n
}

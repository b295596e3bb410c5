package engine

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/produce"
)

// sourceShare is the part of a task's memory that may wait for acknowledgements: a quarter. Kafka takes no more at a
// time on its usual five requests, and what is polled beyond that leaves the processor's caches before it is sent.
const sourceShare = 4

// awaitRoom waits while what was polled and is not acknowledged takes the part of the task's memory that it may. It
// reports false when something else is to be looked at first: the task stops, a row failed.
func (s *sourceTask) awaitRoom() bool {
	for logged := false; ; {
		most := s.parts.memory.Most() / sourceShare
		none := s.parts.memory.Room() <= 0
		s.mu.Lock()
		full := s.held >= most || none && s.held > 0
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

// fits refuses a record that is larger than all that the task may hold. Java has no such limit but that of
// the heap, beyond which it ends the process and with it all other tasks.
func (s *sourceTask) fits(parts []produce.Rows) error {
	most := s.parts.tuning.memory
	for i := range parts {
		p := &parts[i]
		if bufferBytes(&p.Key)+bufferBytes(&p.Value) <= most {
			continue // nor can one row be larger
		}
		for row := range p.B.Len() {
			if !selected(p.B, int32(row)) {
				continue
			}
			key, _ := p.Key.Get(row)
			value, _ := p.Value.Get(row)
			if n := int64(len(key) + len(value)); n > most {
				return connectException(fmt.Sprintf("record for topic %q from %s has %d bytes, more than the task may hold: raise %s, which is %d",
					p.B.Topics.At(row), position(p.B, row), n, taskMemory, most))
			}
		}
	}
	return nil
}

// bufferBytes is at least the bytes of any row.
func bufferBytes(b *batch.Bytes) int64 { return int64(len(b.Bufs[0]) + len(b.Bufs[1])) }

// position is where a row comes from, for people.
func position(b *batch.Batch, row int) string {
	if b.Source == nil {
		return "no source position"
	}
	partition, errP := connectors.AppendOffsetMap(nil, b.Source.Partitions()[b.Source.Partition(row)])
	offset, errO := connectors.AppendOffsetMap(nil, b.Source.Offset(row))
	if err := errors.Join(errP, errO); err != nil {
		return "a source position that cannot be stored: " + err.Error()
	}
	return fmt.Sprintf("source partition %s, offset %s,", partition, offset)
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

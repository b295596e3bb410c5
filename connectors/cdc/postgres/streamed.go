package postgres

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc/postgres/spill"
	"github.com/millrace/millrace/connectors/cdc/postgres/wire"
)

// Keys of ours for transactions that the server sends before they end.
const (
	streamingKey = "millrace.cdc.transaction.streaming"
	spillKey     = "millrace.cdc.transaction.memory.bytes"
	spillDefault = "4194304"
)

// Releases of PostgreSQL: the first that sends them, and the first that leaves out whole ones without changes.
const (
	streamingSince = 14
	changesSince   = 15
)

const (
	replayBytes = 512 << 10 // of a buffer
	replayRoom  = 32 << 10  // behind a frame that is larger
	frameHead   = 5         // kind and size
)

// streamedSettings are those of transactions that are sent before they end.
type streamedSettings struct {
	on     bool
	memory int // bytes
}

func parseStreamed(or func(key, otherwise string) string) (s streamedSettings, err error) {
	s.on = or(streamingKey, "false") == "true"
	text := or(spillKey, spillDefault)
	v, err := config.ParseText(spillKey, text, config.Int)
	if err != nil {
		return s, err
	}
	n, _ := v.(int32)
	if s.memory = int(n); s.memory < 0 {
		return s, config.InvalidValue(spillKey, text, "Value must be at least 0")
	}
	return s, nil
}

// large takes transactions out of the stream that come before they end, and puts them back whole at their commit.
type large struct {
	store   *spill.Store
	ended   *spill.Transaction // that is being decoded; nil: none
	segment wire.Segment       // of it
	rest    []byte             // the beginning of its next frame
}

// take looks at a frame of the stream. stop: a transaction has ended with it, which is decoded next.
func (l *large) take(frame []byte) (taken, stop bool, err error) {
	taken, ended, err := l.store.Take(frame)
	if ended != nil {
		l.ended = ended
	}
	return taken, ended != nil, err
}

// next returns the next frames of the transaction that has ended, nil where there are none.
func (l *large) next(pool *batch.Pool) (*wire.Segment, error) {
	for need := 0; l.ended != nil; {
		if l.segment.From < l.segment.To {
			return &l.segment, nil
		}
		hold := pool.New(0)
		buf := hold.Arena.Bytes(max(replayBytes, need+replayRoom))
		n := copy(buf, l.rest)
		more, err := io.ReadFull(l.ended, buf[n:])
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil
			if n+more == 0 {
				hold.Release()
				ended := l.ended
				l.ended = nil
				return nil, ended.Close()
			}
		}
		if err != nil {
			hold.Release()
			return nil, err
		}
		n += more
		end := 0
		for need = 0; n-end >= frameHead; end += need {
			if need = 1 + int(binary.BigEndian.Uint32(buf[end+1:])); need > n-end {
				break
			}
		}
		l.rest = append(l.rest[:0], buf[end:n]...)
		if end == 0 { // a frame larger than the buffer
			hold.Release()
			continue
		}
		l.segment = wire.Segment{Hold: hold, Buf: buf, From: 0, To: end}
	}
	return nil, nil
}

// release gives back the segment once all of it was decoded.
func (l *large) release() {
	l.segment.Hold.Release()
	l.segment = wire.Segment{}
}

func (l *large) close() error {
	if l.segment.Hold != nil {
		l.release()
	}
	err := l.store.Close()
	if l.ended != nil {
		err = errors.Join(err, l.ended.Close())
		l.ended = nil
	}
	return err
}

// keepLarge makes the stream one that takes transactions before they end.
func (s *stream) keepLarge(server int) error {
	if !s.t.set.streamed.on {
		return nil
	}
	if server < streamingSince {
		return connectors.Errorf("postgres: %s needs PostgreSQL %d, this is %d", streamingKey, streamingSince, server)
	}
	s.large = &large{store: spill.New("", s.t.set.streamed.memory, server < changesSince)}
	return nil
}

// protocol is what is asked of the server.
func (s *stream) protocol() string {
	if s.large != nil {
		return "proto_version '2', streaming 'on'"
	}
	return "proto_version '1'"
}

// next returns the segment to decode: of a transaction that has ended, or what has come; nil where there is nothing.
func (s *stream) next() (*wire.Segment, error) {
	if s.large != nil {
		if segment, err := s.large.next(s.t.tc.Pool()); segment != nil || err != nil {
			return segment, err
		}
	}
	if len(s.segments) == 0 {
		var err error
		if s.segments, err = s.reader.Take(s.segments); err != nil {
			return nil, s.broken(err)
		}
	}
	if len(s.segments) == 0 {
		return nil, nil
	}
	return &s.segments[0], nil
}

// done gives back a segment of which all was decoded.
func (s *stream) done(segment *wire.Segment) {
	if s.large != nil && segment == &s.large.segment {
		s.large.release()
		return
	}
	segment.Hold.Release()
	s.segments = slices.Delete(s.segments, 0, 1)
}

// aside puts the first frame of a segment, which ends at to, aside where it is of a transaction that has not ended. stop:
// one has ended with it, which is decoded before what follows.
func (s *stream) aside(segment *wire.Segment, to int) (taken, stop bool, err error) {
	if s.large == nil || segment == &s.large.segment {
		return false, false, nil
	}
	if taken, stop, err = s.large.take(segment.Buf[segment.From:to]); err != nil {
		return taken, stop, connectors.Errorf("postgres: slot %q: %w", s.t.set.slot, err)
	}
	if taken {
		segment.From = to
	}
	return taken, stop, nil
}

package postgres

import (
	"encoding/binary"
	"net"
	"sync"
	"time"
)

// status sends the server what was received and confirmed: at an interval, when it asks, and when it changes. A server
// that keeps silent is asked for an answer, and given up when there is none: a connection may be gone without a word.
type status struct {
	conn net.Conn
	wake chan struct{}
	done chan struct{}

	mu       sync.Mutex
	received uint64
	flushed  uint64
	asked    bool      // a reply is wanted
	news     bool      // something came since the last look at the clock
	heard    time.Time // when that was, or before
}

// silenceMax is how long a server may be silent, PostgreSQL's default of wal_sender_timeout and wal_receiver_timeout.
const silenceMax = time.Minute

func newStatus(conn net.Conn, start uint64) *status {
	return &status{conn: conn, flushed: start, received: start, heard: time.Now(), wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// seen looks at every frame as it arrives.
func (s *status) seen(kind byte, body []byte) {
	if kind != 'd' || len(body) < 17 {
		return
	}
	end := binary.BigEndian.Uint64(body[1:])
	if body[0] == 'w' {
		end = max(end, binary.BigEndian.Uint64(body[9:]))
	}
	s.mu.Lock()
	s.received, s.news = max(s.received, end), true
	s.mu.Unlock()
	if body[0] == 'k' && len(body) >= 18 && body[17] == 1 {
		s.nudge()
	}
}

func (s *status) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *status) confirm(lsn uint64) {
	s.mu.Lock()
	more := lsn > s.flushed
	s.flushed = max(s.flushed, lsn)
	s.mu.Unlock()
	if more {
		s.nudge()
	}
}

// ask makes the server tell where it is.
func (s *status) ask() {
	s.mu.Lock()
	s.asked = true
	s.mu.Unlock()
	s.nudge()
}

// run sends until the stream is closed. paused reports that reading waits for us: then silence means nothing. A failed
// write needs no word: reading fails too.
func (s *status) run(every time.Duration, paused func() bool) {
	ticker := time.NewTicker(max(every, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-s.wake:
		case <-ticker.C:
		case <-s.done:
			return
		}
		message, gone := s.message(time.Now(), max(every, time.Millisecond), paused())
		if gone {
			_ = s.conn.Close() // so reading fails
			return
		}
		if _, err := s.conn.Write(message); err != nil {
			return
		}
	}
}

// message is what to send now. gone: the server has been silent for too long, also when asked.
func (s *status) message(now time.Time, every time.Duration, paused bool) (m []byte, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.news || paused {
		s.news, s.heard = false, now
	}
	silent, asked := now.Sub(s.heard), s.asked
	s.asked = false
	return standbyStatus(s.received, s.flushed, now, asked || silent >= every), silent >= max(silenceMax, 3*every)
}

// standbyStatus is CopyData with r, written, flushed, applied, time, and whether a reply is wanted.
func standbyStatus(received, flushed uint64, now time.Time, reply bool) []byte {
	m := append(make([]byte, 0, 39), 'd', 0, 0, 0, 38, 'r')
	m = binary.BigEndian.AppendUint64(m, received)
	m = binary.BigEndian.AppendUint64(m, flushed)
	m = binary.BigEndian.AppendUint64(m, flushed)
	m = binary.BigEndian.AppendUint64(m, uint64(now.UnixMicro()-946_684_800_000_000))
	if reply {
		return append(m, 1)
	}
	return append(m, 0)
}

package spill

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Store holds open transactions. Make one with New.
type Store struct {
	dir       string
	memoryMax int
	keepEmpty bool

	used    int // bytes in memory, of all
	open    map[uint32]*Transaction
	current *Transaction // of the segment that is being sent
}

// New returns a store that keeps at most memoryMax bytes in memory, and the rest in files in dir, "" for the system's
// folder of temporary files. keepEmpty: transactions without changes come, as those of version 1 do before PostgreSQL 15.
func New(dir string, memoryMax int, keepEmpty bool) *Store {
	return &Store{dir: dir, memoryMax: memoryMax, keepEmpty: keepEmpty, open: map[uint32]*Transaction{}}
}

// Frame, of CopyData: kind and size; of XLogData in it: kind, start, end, time.
const (
	frameHead = 5
	dataHead  = 25
	message   = frameHead + dataHead
)

// Take looks at a whole CopyData frame with XLogData. taken: it belongs to an open transaction, or says how one ends.
// ended is a transaction that has committed with it; the caller closes it.
//
// Ownership: frame is borrowed.
// Errors: what of the message is not as it should be, or what went wrong with a file; the stream is then of no use.
func (s *Store) Take(frame []byte) (taken bool, ended *Transaction, err error) {
	if len(frame) <= message {
		return false, nil, nil
	}
	body := frame[message:]
	if s.current != nil {
		return true, nil, s.inside(frame, body)
	}
	switch body[0] {
	case 'S':
		err = s.begin(frame, body)
	case 'c':
		ended, err = s.commit(frame, body)
	case 'A':
		err = s.abort(body)
	default:
		return false, nil, nil
	}
	return true, ended, err
}

func (s *Store) begin(frame, body []byte) error {
	if len(body) != 6 {
		return bad(body, "6 bytes were expected")
	}
	xid := binary.BigEndian.Uint32(body[1:])
	t := s.open[xid]
	if first := body[5] == 1; first != (t == nil) {
		return bad(body, fmt.Sprintf("transaction %d: first segment %v, and known %v", xid, first, t != nil))
	}
	if t == nil {
		t = &Transaction{store: s, xid: xid, lsn: binary.BigEndian.Uint64(frame[frameHead+1:])}
		s.open[xid] = t
	}
	s.current = t
	return nil
}

// inside takes a message of a segment.
func (s *Store) inside(frame, body []byte) error {
	t := s.current
	switch body[0] {
	case 'E':
		s.current = nil
		return nil
	case 'O': // the first of all
		t.origin = t.size() + int64(len(frame))
		return t.add(frame, nil)
	case 'R', 'Y', 'I', 'U', 'D', 'T', 'M':
		if len(body) < 5 {
			return bad(body, "no transaction id")
		}
		t.sub(binary.BigEndian.Uint32(body[1:]))
		return t.add(frame[:message+1], body[5:])
	}
	return bad(body, "not expected within a segment of a transaction")
}

func (s *Store) abort(body []byte) error {
	if len(body) < 9 {
		return bad(body, "9 bytes were expected")
	}
	xid, sub := binary.BigEndian.Uint32(body[1:]), binary.BigEndian.Uint32(body[5:])
	t := s.open[xid]
	if t == nil {
		return bad(body, fmt.Sprintf("transaction %d is not known", xid))
	}
	if sub == xid {
		delete(s.open, xid)
		return t.Close()
	}
	return t.drop(sub)
}

func (s *Store) commit(frame, body []byte) (*Transaction, error) {
	if len(body) != 30 {
		return nil, bad(body, "30 bytes were expected")
	}
	xid := binary.BigEndian.Uint32(body[1:])
	t := s.open[xid]
	if t == nil {
		return nil, bad(body, fmt.Sprintf("transaction %d is not known", xid))
	}
	delete(s.open, xid)
	if t.size() == t.origin && !s.keepEmpty {
		return nil, t.Close()
	}
	return t, t.end(frame, body)
}

// makeRoom writes the largest transactions to their files until the rest fits, or there is nothing to write: one that has
// ended counts until it is closed.
func (s *Store) makeRoom() error {
	for s.used > s.memoryMax {
		var largest *Transaction
		for _, t := range s.open {
			if largest == nil || len(t.memory) > len(largest.memory) || len(t.memory) == len(largest.memory) && t.xid < largest.xid {
				largest = t
			}
		}
		if largest == nil || len(largest.memory) == 0 {
			return nil
		}
		if err := largest.spill(); err != nil {
			return err
		}
	}
	return nil
}

// Close drops all open transactions. Those that have ended are their owner's.
func (s *Store) Close() error {
	var err error
	for _, t := range s.open {
		err = errors.Join(err, t.Close())
	}
	clear(s.open)
	s.current = nil
	return err
}

func bad(body []byte, why string) error {
	return fmt.Errorf("message %q of %d bytes of a streamed transaction: %s", body[0], len(body), why)
}

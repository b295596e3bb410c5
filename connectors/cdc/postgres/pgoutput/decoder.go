package pgoutput

import (
	"encoding/binary"
	"fmt"
)

// Decoder turns messages into rows and events. The zero value is ready for a new stream.
type Decoder struct {
	// Described is called when a relation is described for the first time or anew, before its next row. The rows
	// of the old description are no longer reachable, so whoever sets it takes them first. r.Skip may be set.
	Described func(r *Relation) error
	// Resume says what was done before the stream began.
	Resume Resume

	Events       []Event
	Transactions []Transaction
	Messages     []LogicalMessage
	Changed      []*Relation // relations with rows, in the order of their first
	Skipped      int64       // rows of relations with Skip; not reset

	relations map[uint32]*Relation
	last      *Relation
	open      bool // inside a transaction
	committed uint64
	previous  Event // the last one, also of before a Reset
	skipping  bool

	buf []byte
	pos int
	end int
}

// Reset drops rows and events. The open transaction and the relations stay.
func (d *Decoder) Reset() {
	d.Events = d.Events[:0]
	for _, r := range d.Changed {
		r.Rows.reset()
	}
	d.Changed = d.Changed[:0]
	d.Messages = d.Messages[:0]
	if d.open && len(d.Transactions) > 0 {
		d.Transactions[0] = d.Transactions[len(d.Transactions)-1]
		d.Transactions = d.Transactions[:1]
	} else {
		d.Transactions = d.Transactions[:0]
	}
}

// Relation returns what the stream said of a table, nil if it did not.
func (d *Decoder) Relation(id uint32) *Relation { return d.relations[id] }

// Open reports whether a transaction has begun and not ended.
func (d *Decoder) Open() bool { return d.open }

// Committed returns the end LSN of the last transaction.
func (d *Decoder) Committed() uint64 { return d.committed }

// SetCommitted says where the stream was before this Decoder.
func (d *Decoder) SetCommitted(lsn uint64) { d.committed = lsn }

// Decode takes the message buf[from:to], which was sent with lsn.
//
// Errors: what of the message is not as it should be, and at which byte; the stream is then of no use any more.
func (d *Decoder) Decode(buf []byte, from, to int, lsn uint64) error {
	d.buf, d.pos, d.end = buf, from, to
	err := d.message(lsn)
	if err == nil && d.pos != d.end {
		err = fmt.Errorf("%d bytes behind its end", d.end-d.pos)
	}
	if err == nil {
		return nil
	}
	kind := byte('?')
	if from < to {
		kind = buf[from]
	}
	return fmt.Errorf("pgoutput: message %q of %d bytes at LSN %X/%X: byte %d: %w", kind, to-from, lsn>>32, uint32(lsn), d.pos-from, err)
}

func (d *Decoder) message(lsn uint64) error {
	kind, err := d.byte()
	if err != nil {
		return err
	}
	switch kind {
	case 'I', 'U', 'D':
		return d.change(kind, lsn)
	case 'B':
		return d.begin(lsn)
	case 'C':
		return d.commit(lsn)
	case 'R':
		return d.relation()
	case 'T':
		return d.truncate(lsn)
	case 'M':
		return d.logical(lsn)
	case 'O':
		return d.origin()
	case 'Y':
		return d.typed()
	}
	return fmt.Errorf("this kind of message was not asked for: %q", kind)
}

// change takes an insert, update or delete.
func (d *Decoder) change(kind byte, lsn uint64) error {
	r, err := d.lookup()
	if err != nil {
		return err
	}
	event, ok := d.event(Kind(kind), lsn)
	if !ok || r.Skip {
		if ok {
			d.Skipped++
		}
		d.pos = d.end
		return nil
	}
	rows := &r.Rows
	if len(rows.Ops) == 0 {
		d.Changed = append(d.Changed, r)
	}
	old, new, full := None, None, false
	mark, err := d.byte()
	if err != nil {
		return err
	}
	if kind != 'I' && (mark == 'K' || mark == 'O') {
		full = mark == 'O'
		if old, err = d.tuple(rows); err != nil {
			return err
		}
		if kind == 'U' {
			if mark, err = d.byte(); err != nil {
				return err
			}
		}
	}
	if kind != 'D' {
		if mark != 'N' {
			return fmt.Errorf("tuple %q where a new one was expected", mark)
		}
		if new, err = d.tuple(rows); err != nil {
			return err
		}
		if old != None && full {
			rows.keep(old, new)
		}
	} else if old == None {
		return fmt.Errorf("tuple %q where an old one was expected", mark)
	}
	rows.add(kind, old, new, full, event)
	return nil
}

// tuple appends the cells of a tuple and returns its number.
func (d *Decoder) tuple(rows *Rows) (int32, error) {
	if d.end-d.pos < 2 {
		return 0, errShort
	}
	n := int(binary.BigEndian.Uint16(d.buf[d.pos:]))
	if n != rows.Width {
		return 0, fmt.Errorf("%d columns in a tuple of a relation with %d", n, rows.Width)
	}
	buf, pos, end := d.buf, d.pos+2, d.end
	cells := rows.Cells
	for range n {
		if pos >= end {
			return 0, errShort
		}
		kind := buf[pos]
		pos++
		switch kind {
		case 't', 'b':
			if end-pos < 4 {
				return 0, errShort
			}
			size := int(int32(binary.BigEndian.Uint32(buf[pos:])))
			pos += 4
			if size < 0 || size > end-pos {
				return 0, errShort
			}
			cells = append(cells, Cell{uint32(pos), int32(size)})
			pos += size
		case 'n':
			cells = append(cells, Cell{Len: Null})
		case 'u':
			cells = append(cells, Cell{Len: Unchanged})
		default:
			d.pos = pos - 1
			return 0, fmt.Errorf("column of kind %q", kind)
		}
	}
	rows.Cells, d.pos = cells, pos
	rows.tuples++
	return rows.tuples - 1, nil
}

// event appends an event unless it was done before the stream began.
func (d *Decoder) event(kind Kind, lsn uint64) (int32, bool) {
	tx := int32(len(d.Transactions)) - 1
	if !d.open {
		tx = NoTransaction
	}
	index := int32(0)
	if p := &d.previous; p.LSN == lsn && p.Kind != Begin && p.Kind != Commit && kind != Commit {
		index = p.Index + 1
	}
	d.previous = Event{LSN: lsn, Tx: tx, Index: index, Kind: kind}
	d.Events = append(d.Events, d.previous)
	if d.skipping && d.done(kind, lsn, index) {
		return 0, false
	}
	return int32(len(d.Events)) - 1, true
}

func (d *Decoder) lookup() (*Relation, error) {
	id, err := d.uint32()
	if err != nil {
		return nil, err
	}
	if d.last != nil && d.last.ID == id {
		return d.last, nil
	}
	r := d.relations[id]
	if r == nil {
		return nil, fmt.Errorf("relation %d was not described", id)
	}
	d.last = r
	return r, nil
}

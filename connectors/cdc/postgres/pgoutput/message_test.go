package pgoutput

import (
	"encoding/binary"
)

// message builds messages of the protocol.
type message []byte

func kind(k byte) message { return message{k} }

func (m message) u8(v byte) message    { return append(m, v) }
func (m message) u16(v uint16) message { return binary.BigEndian.AppendUint16(m, v) }
func (m message) u32(v uint32) message { return binary.BigEndian.AppendUint32(m, v) }
func (m message) u64(v uint64) message { return binary.BigEndian.AppendUint64(m, v) }
func (m message) str(s string) message { return append(append(m, s...), 0) }

// tuple appends a tuple: a nil cell is null, "\x00u" an unchanged one.
func (m message) tuple(mark byte, cells ...any) message {
	m = m.u8(mark).u16(uint16(len(cells)))
	for _, c := range cells {
		switch c := c.(type) {
		case nil:
			m = m.u8('n')
		case string:
			m = append(m.u8('t').u32(uint32(len(c))), c...)
		case unchanged:
			m = m.u8('u')
		}
	}
	return m
}

type unchanged struct{}

// relation describes relation 7: public.t with n text columns, the first of which is the key.
func relation(n int) message {
	m := kind('R').u32(7).str("public").str("t").u8('d').u16(uint16(n))
	for i := range n {
		flag := byte(0)
		if i == 0 {
			flag = 1
		}
		m = m.u8(flag).str(string(rune('a' + i))).u32(25).u32(0xffffffff)
	}
	return m
}

func begin(xid uint32) message  { return kind('B').u64(900).u64(1_000_000).u32(xid) }
func commit(end uint64) message { return kind('C').u8(0).u64(end - 8).u64(end).u64(1_000_000) }

// sent is a message and its LSN.
type sent struct {
	m   message
	lsn uint64
}

// stream feeds messages to d, each in a buffer that holds it alone, and returns the buffer of them all.
func (d *Decoder) feed(all []sent) ([]byte, error) {
	var buf []byte
	for _, s := range all {
		buf = append(buf, s.m...)
	}
	at := 0
	for _, s := range all {
		if err := d.Decode(buf, at, at+len(s.m), s.lsn); err != nil {
			return buf, err
		}
		at += len(s.m)
	}
	return buf, nil
}

package avro

import (
	"encoding/binary"
	"math/bits"
)

// wire reads Avro's binary form from the bytes of one row. at is -1 once the row is known to be wrong: what
// is read afterwards is nothing. Source: org.apache.avro.io.BinaryDecoder.
type wire struct {
	b  []byte
	at int
}

// fail marks the row as wrong.
func (w *wire) fail() { w.at = -1 }

// failed reports whether the row is wrong.
func (w *wire) failed() bool { return w.at < 0 }

// long reads a long.
func (w *wire) long() int64 {
	if w.at < 0 {
		return 0
	}
	v, at := varint(w.b, w.at)
	w.at = at
	return int64(v>>1) ^ -int64(v&1)
}

// int reads an int of five bytes at most; bits beyond 32 are dropped, as Java drops them.
func (w *wire) int() int32 {
	if w.at < 0 {
		return 0
	}
	v, at := varint(w.b, w.at)
	if at-w.at > intBytesMax {
		at = -1
	}
	w.at = at
	return int32(uint32(v)>>1) ^ -int32(v&1)
}

// take returns the next n bytes.
func (w *wire) take(n int64) []byte {
	if w.at < 0 || n < 0 || n > int64(len(w.b)-w.at) {
		w.fail()
		return nil
	}
	b := w.b[w.at : w.at+int(n)]
	w.at += int(n)
	return b
}

// block reads the head of a block of items: how many follow, 0 at the end.
func (w *wire) block() int64 {
	n := w.long()
	if n < 0 {
		w.long() // the block's size in bytes
		if n = -n; n < 0 {
			w.fail()
		}
	}
	if w.failed() {
		return 0
	}
	return n
}

// items is the wire of a row whose items of no bytes are counted: a few bytes may stand for any number of them.
type items struct {
	wire
	empty int64 // of them that may still come
}

func newItems(b []byte) items { return items{wire{b: b}, emptyItemsFree + int64(len(b))} }

// mayHold reports whether n items of at least that many bytes can follow.
func (w *items) mayHold(n, least int64) bool {
	if least > 0 {
		return n <= int64(len(w.b)-w.at)/least
	}
	w.empty -= n
	return w.empty >= 0
}

// How many bytes numbers take at most.
const (
	intBytesMax  = 5
	longBytesMax = 10
)

// varint reads a number of seven bits a byte at i and returns where it ends, -1 where it does not, or has more than ten bytes.
// i is not negative.
func varint(b []byte, i int) (v uint64, end int) {
	if i < len(b) && b[i] < 0x80 {
		return uint64(b[i]), i + 1
	}
	return longVarint(b, i)
}

// longVarint is varint for numbers of several bytes: eight are looked at at once.
func longVarint(b []byte, i int) (v uint64, end int) {
	if i+8 <= len(b) {
		if w := binary.LittleEndian.Uint64(b[i:]); w&highBits != highBits {
			v, n := gathered(w)
			return v, i + n
		}
	}
	return varintPlain(b, i)
}

// highBits are the bits that say that a byte of a number is not its last, or of a text that it is not ASCII.
const highBits = 0x8080808080808080

// gathered returns the number that starts the eight bytes of w and ends in them, and how many bytes it has.
func gathered(w uint64) (v uint64, n int) {
	n = bits.TrailingZeros64(^w&highBits) + 1
	w &= 0x7f7f7f7f7f7f7f7f & (^uint64(0) >> (64 - uint(n)))
	w = w&0x007f007f007f007f | w&0x7f007f007f007f00>>1
	w = w&0x00003fff00003fff | w&0x3fff00003fff0000>>2
	return w&0x0fffffff | w&0x0fffffff00000000>>4, n >> 3
}

// varintPlain is varint, a byte at a time.
func varintPlain(b []byte, i int) (v uint64, end int) {
	for n := range longBytesMax {
		if i+n >= len(b) {
			return 0, -1
		}
		c := b[i+n]
		v |= uint64(c&0x7f) << (7 * uint(n))
		if c < 0x80 {
			return v, i + n + 1
		}
	}
	return 0, -1
}

// leastBytes is how many bytes a value of s takes at least. Records around s count nothing: values of finite size have none in themselves.
func leastBytes(s *Schema, around map[*Schema]bool) int64 {
	switch s.Type {
	case Null:
		return 0
	case Fixed:
		return int64(s.Size)
	case Float:
		return 4
	case Double:
		return 8
	case Union:
		least := int64(-1)
		for _, t := range s.Types {
			if n := leastBytes(t, around); least < 0 || n < least {
				least = n
			}
		}
		return 1 + max(least, 0)
	case Record:
		if around[s] {
			return 0
		}
		around[s] = true
		defer delete(around, s)
		n := int64(0)
		for i := range s.Fields {
			n += leastBytes(s.Fields[i].Schema, around)
		}
		return n
	}
	return 1
}

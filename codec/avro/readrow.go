package avro

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/internal/java"
)

// rowReader runs a plan over one row after another.
type rowReader struct {
	source []byte // the buffer that columns point into
	other  bool   // it is the second of the input's
	base   uint32 // where the row starts in it
	end    int    // how many bytes the row has
	copy   bool   // the row lies elsewhere: what is kept of it is copied to text
	text   []byte // text that is not in the source: repaired, or copied
	empty  int64  // items of no bytes that may still come
	err    error  // what the original says of data that it could read: the first

	entries []entry // of the maps that are being read
}

func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// steps reads the values of steps at i in b into row r of the columns, and returns where they end, -1 where the bytes are wrong.
//
// Bytes of other rows may follow the row's in b, so that numbers are read eight bytes at once: who calls for a whole row looks
// whether its values end where it does. Text ends in the row, or is wrong.
func (x *rowReader) steps(steps []step, cols []*fill.Column, b []byte, i, r int) int {
	for k := range steps {
		st, t := &steps[k], cols[k]
		if st.nullable {
			if i >= len(b) || b[i] != 0 && b[i] != 2 {
				return x.longIndex(steps[k:], cols[k:], b, i, r)
			}
			i++
			if int32(b[i-1]>>1) == st.null {
				continue
			}
		}
		if t.Valid != nil {
			t.Valid.Set(r)
		}
		switch st.op {
		case readInt64:
			if i+8 <= len(b) {
				if w := le64(b[i:]); w&highBits != highBits {
					v, n := gathered(w)
					t.Words8[r] = v>>1 ^ -(v & 1)
					i += n
					continue
				}
			}
			var v uint64
			if v, i = varintPlain(b, i); i < 0 {
				return -1
			}
			t.Words8[r] = v>>1 ^ -(v & 1)
		case readText:
			var v uint64
			if i < len(b) && b[i] < 0x80 {
				v = uint64(b[i])
				i++
			} else if v, i = longVarint(b, i); i < 0 {
				return -1
			}
			n := int(v >> 1)
			if v&1 != 0 || n > x.end-i {
				return -1
			}
			if n <= shortText && i+shortText <= len(b) && !x.copy {
				low, high := le64(b[i:]), le64(b[i+8:])
				if (low&(1<<(8*uint(n))-1)|high&(^uint64(0)>>(8*shortText-8*uint(n))))&highBits == 0 {
					t.Views[r] = batch.View{Pos: x.base + uint32(i), Len: uint32(n)}
					i += n
					continue
				}
			}
			if x.copy || !validText(b, i, n) {
				if t.Views[r] = x.rewritten(b[i : i+n]); t.Views[r].Pos == 0 {
					return -1
				}
			} else {
				t.Views[r] = batch.View{Pos: x.base + uint32(i), Len: uint32(n)}
			}
			i += n
		case readInt32, readTime, readInt16, readInt8:
			v, size := uint64(0), 0
			if i+8 <= len(b) && le64(b[i:])&highBits != highBits {
				v, size = gathered(le64(b[i:]))
			} else {
				end := 0
				v, end = varintPlain(b, i)
				size = end - i // of a number without end: negative
			}
			if uint(size-1) >= intBytesMax {
				return -1
			}
			i += size
			n := uint32(v)>>1 ^ -uint32(v&1)
			switch st.op {
			case readInt8:
				t.Bytes[r] = byte(n)
			case readInt16:
				t.Words2[r] = uint16(n)
			case readTime:
				if n > millisPerDay && x.err == nil {
					x.err = codec.Data(timeRange)
				}
				t.Words4[r] = n
			default:
				t.Words4[r] = n
			}
		case readFloat64:
			if len(b)-i < 8 {
				return -1
			}
			t.Words8[r] = le64(b[i:])
			i += 8
		case readFloat32:
			if len(b)-i < 4 {
				return -1
			}
			t.Words4[r] = le32(b[i:])
			i += 4
		case readBoolean:
			if i >= len(b) {
				return -1
			}
			t.Bytes[r] = truth(b[i])
			i++
		case readEnum:
			v, end := varint(b, i)
			n := uint32(v)>>1 ^ -uint32(v&1)
			if end < 0 || end-i > intBytesMax || n >= uint32(len(st.symbols)) {
				return -1
			}
			i = end
			t.Views[r] = st.symbols[n]
		case readStruct:
			if i = x.steps(st.sub, t.Sub, b, i, r); i < 0 {
				return -1
			}
		default:
			if i = x.rare(st, t, b, i, r); i < 0 {
				return -1
			}
		}
	}
	return i
}

// truth is a boolean as columns hold it: what is not 1 is false. Source: BinaryDecoder.readBoolean.
func truth(b byte) byte {
	v := uint32(0)
	if b == 1 {
		v = 1
	}
	return byte(v)
}

// longIndex goes on where the index of a union with null takes more bytes than it needs, or is wrong.
func (x *rowReader) longIndex(steps []step, cols []*fill.Column, b []byte, i, r int) int {
	v, i := varint(b, i)
	if i < 0 || v != 0 && v != 2 {
		return -1
	}
	if int32(v>>1) != steps[0].null {
		there := steps[0]
		there.nullable = false
		if i = x.steps([]step{there}, cols[:1], b, i, r); i < 0 {
			return -1
		}
	}
	return x.steps(steps[1:], cols[1:], b, i, r)
}

// rare reads values of the kinds that steps has no case for.
func (x *rowReader) rare(st *step, t *fill.Column, b []byte, i, r int) int {
	b = b[:min(x.end, len(b))]
	switch st.op {
	case readBytes, readDecimal:
		v, i := varint(b, i)
		if i < 0 || v&1 != 0 || v>>1 > uint64(len(b)-i) {
			return -1
		}
		return x.bytes(st, t, b, i, int(v>>1), r)
	case readFixed, readDecimalFixed:
		if st.size > len(b)-i {
			return -1
		}
		return x.bytes(st, t, b, i, st.size, r)
	case readArray:
		t.Open(r)
		w := wire{b: b, at: i}
		for n := w.block(); n > 0; n = w.block() {
			at := x.reserve(&w, t, n, st.least)
			if at < 0 {
				return -1
			}
			for k := range int(n) {
				if w.at = x.steps(st.sub, t.Sub, b, w.at, at+k); w.at < 0 {
					return -1
				}
			}
		}
		return w.at
	case readMap:
		return x.textMap(st, t, b, i, r)
	case readUnion:
		return x.union(st, t, b, i, r)
	}
	return -1
}

// reserve makes room for n elements of at least that many bytes, and returns the row of the first, -1 where they cannot follow.
func (x *rowReader) reserve(w *wire, t *fill.Column, n, least int64) int {
	if least > 0 {
		if n > int64(len(w.b)-w.at)/least {
			return -1
		}
	} else if x.empty -= n; x.empty < 0 {
		return -1
	}
	return t.Elems.Reserve(int(n))
}

// bytes takes n bytes at i as row r.
func (x *rowReader) bytes(st *step, t *fill.Column, b []byte, i, n, r int) int {
	from, end := i, i+n
	if st.op == readDecimal || st.op == readDecimalFixed {
		if n == 0 && x.err == nil {
			x.err = emptyDecimal()
		}
		// No more bytes than BigInteger.toByteArray has.
		for end-from > 1 && (b[from] == 0 && b[from+1] < 0x80 || b[from] == 0xff && b[from+1] >= 0x80) {
			from++
		}
	}
	if x.copy {
		if t.Views[r] = x.written(append(x.text, b[from:end]...)); t.Views[r].Pos == 0 {
			return -1
		}
	} else {
		t.Views[r] = batch.View{Pos: x.base + uint32(from), Len: uint32(end - from)}
	}
	return end
}

// rewritten keeps text outside the source, what is no UTF-8 repaired as Java repairs it.
func (x *rowReader) rewritten(b []byte) batch.View {
	return x.written(java.AppendUTF8(x.text, b))
}

// written takes what was appended to text as a value; the zero view says that there is no room for it.
func (x *rowReader) written(text []byte) batch.View {
	if len(text) > batch.MaxBufferBytes {
		return batch.View{}
	}
	v := batch.View{Pos: uint32(len(x.text)) | batch.InArena, Len: uint32(len(text) - len(x.text))}
	x.text = text
	return v
}

func (x *rowReader) union(st *step, t *fill.Column, b []byte, i, r int) int {
	v, end := varint(b, i)
	n := v >> 1
	if end < 0 || end-i > intBytesMax || v&1 != 0 || n >= uint64(len(st.sub)) {
		return -1
	}
	if st.sub[n].op == readNothing {
		if t.Valid != nil {
			t.Valid.Clear(r)
		}
		return end
	}
	return x.steps(st.sub[n:n+1], t.Sub[n:n+1], b, end, r)
}

// validText reports whether the n bytes at i are UTF-8.
func validText(b []byte, i, n int) bool {
	if n <= 8 {
		if i+8 <= len(b) {
			if le64(b[i:])&(1<<(8*uint(n))-1)&highBits == 0 {
				return true
			}
			return java.ValidUTF8(b[i : i+n])
		}
		return java.ValidUTF8(b[i : i+n])
	}
	s := b[i : i+n]
	if n <= 16 {
		return (le64(s)|le64(s[n-8:]))&highBits == 0 || java.ValidUTF8(s)
	}
	for k := 0; k+8 <= n; k += 8 {
		if le64(s[k:])&highBits != 0 {
			return java.ValidUTF8(s)
		}
	}
	return le64(s[n-8:])&highBits == 0 || java.ValidUTF8(s)
}

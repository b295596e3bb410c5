package javaser

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Error says what is wrong with a stream and where.
type Error struct {
	Class    string // Java class that ObjectInputStream throws
	Position int    // byte in the stream
	Text     string
}

// Error is text and position.
func (e *Error) Error() string {
	return fmt.Sprintf("java serialization: byte %d: %s", e.Position, e.Text)
}

// JavaClass is the full name of the Java class.
func (e *Error) JavaClass() string { return e.Class }

const (
	corrupted    = "java.io.StreamCorruptedException"
	endOfFile    = "java.io.EOFException"
	invalidClass = "java.io.InvalidClassException"
	invalidData  = "java.io.InvalidObjectException"
)

// streamMagic is how every stream starts: magic and version.
const streamMagic = "\xac\xed\x00\x05"

// handle is what a stream may refer back to.
type handle struct {
	kind  byte // 'm' HashMap's class, 'b' byte[]'s class, 'o' the map itself, 'a' an array, 's' a string
	array []byte
}

// classDesc is a class descriptor read.
type classDesc struct {
	kind   byte
	fields []field
}

type field struct {
	kind byte
	name string
}

// reader stops at its first error.
type reader struct {
	data    []byte
	pos     int
	block   int // bytes of block data left before pos leaves it
	handles []handle
	classes map[int]classDesc
	err     *Error
}

// Read reads the map from the start of data; what follows the object is ignored, as in Java.
// Two entries under the same key object are one, the later value wins; equal keys of different
// objects stay apart.
func Read(data []byte) ([]Entry, error) {
	r := &reader{data: data, classes: map[int]classDesc{}}
	entries := r.stream()
	if r.err != nil {
		return nil, r.err
	}
	return entries, nil
}

func (r *reader) fail(class string, pos int, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Class: class, Position: pos, Text: fmt.Sprintf(format, args...)}
	}
}

// take gives the next n bytes, nil after an error.
func (r *reader) take(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.data)-r.pos {
		r.fail(endOfFile, len(r.data), "stream ends: %d bytes wanted from byte %d", n, r.pos)
		return nil
	}
	b := r.data[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16() int {
	if b := r.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *reader) int32() int32 {
	if b := r.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (r *reader) int64() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (r *reader) newHandle(h handle) int {
	r.handles = append(r.handles, h)
	return len(r.handles) - 1
}

// reference reads a handle.
func (r *reader) reference() int {
	at := r.pos
	n := int(r.int32()) - baseHandle
	if r.err == nil && (n < 0 || n >= len(r.handles)) {
		r.fail(corrupted, at, "reference to handle %#x, which the stream has not given", n+baseHandle)
	}
	return n
}

func (r *reader) stream() []Entry {
	if magic := r.take(4); r.err == nil && string(magic) != streamMagic {
		r.fail(corrupted, 0, "invalid stream header: %X", magic)
	}
	at := r.pos
	tag := r.tag()
	if r.err != nil {
		return nil
	}
	if tag != tagObject {
		r.fail(invalidData, at, "object of a HashMap (tag 73) expected, found tag %02x", tag)
		return nil
	}
	desc := r.classDesc('m')
	r.newHandle(handle{kind: 'o'})
	for _, f := range desc.fields {
		r.fieldValue(f)
	}
	at = r.pos
	r.blockInt() // the number of buckets: Java computes its own
	n := r.blockInt()
	if r.err == nil && n < 0 {
		r.fail(invalidData, at, "Illegal mappings count: %d", n)
	}
	if r.err == nil && r.block > 0 {
		r.fail(corrupted, r.pos, "block data goes on for %d bytes where an entry is expected", r.block)
	}
	var entries []Entry
	byKey := map[int]int{} // entry of a key object
	for i := int32(0); i < n && r.err == nil; i++ {
		key, keyHandle := r.array()
		value, _ := r.array()
		if r.err != nil {
			break
		}
		if seen, ok := byKey[keyHandle]; ok {
			entries[seen].Value = value
			continue
		}
		byKey[keyHandle] = len(entries)
		entries = append(entries, Entry{key, value})
	}
	r.endOfObject()
	return entries
}

// tag reads the next tag; a reset in between forgets all handles.
func (r *reader) tag() byte {
	for {
		t := r.byte()
		if t != tagReset || r.err != nil {
			return t
		}
		r.handles = r.handles[:0]
		clear(r.classes)
	}
}

// fieldValue reads and checks a primitive field of the map.
func (r *reader) fieldValue(f field) {
	at := r.pos
	size := map[byte]int{'B': 1, 'Z': 1, 'C': 2, 'S': 2, 'I': 4, 'F': 4, 'J': 8, 'D': 8}[f.kind]
	b := r.take(size)
	if r.err == nil && f.kind == 'F' && f.name == "loadFactor" {
		if v := math.Float32frombits(binary.BigEndian.Uint32(b)); !(v > 0) {
			r.fail(invalidData, at, "Illegal load factor: %v", v)
		}
	}
}

// blockInt reads an int from block data, whose pieces may be cut anywhere.
func (r *reader) blockInt() int32 {
	var v uint32
	for range 4 {
		for r.block == 0 && r.err == nil {
			at := r.pos
			switch tag := r.tag(); tag {
			case tagBlockData:
				r.block = int(r.byte())
			case tagBlockDataLong:
				n := r.int32()
				if n < 0 {
					r.fail(corrupted, at, "illegal block data header length: %d", n)
				}
				r.block = int(n)
			default:
				r.fail(corrupted, at, "block data (tag 77 or 7a) expected, found tag %02x", tag)
			}
		}
		if r.err != nil {
			return 0
		}
		v = v<<8 | uint32(r.byte())
		r.block--
	}
	return int32(v)
}

// endOfObject skips to the end of the object's data. What a later version may have added would
// be skipped by Java too; only block data and null can be, without their classes.
func (r *reader) endOfObject() {
	for r.err == nil {
		at := r.pos
		switch tag := r.tag(); tag {
		case tagEndBlockData:
			return
		case tagNull:
		case tagBlockData:
			r.take(int(r.byte()))
		case tagBlockDataLong:
			r.take(int(r.int32()))
		case tagReference:
			r.reference()
		default:
			r.fail(corrupted, at, "end of the object (tag 78) expected, found tag %02x", tag)
		}
	}
}

// array reads a byte[], null or a reference to one. It gives the number of the object, -1 for null.
func (r *reader) array() ([]byte, int) {
	at := r.pos
	switch tag := r.tag(); {
	case r.err != nil:
		return nil, -1
	case tag == tagNull:
		return nil, -1
	case tag == tagReference:
		n := r.reference()
		if r.err == nil && r.handles[n].kind != 'a' {
			r.fail("java.lang.ClassCastException", at, "reference to something that is not a byte[]")
		}
		if r.err != nil {
			return nil, -1
		}
		return r.handles[n].array, n
	case tag == tagArray:
		r.classDesc('b')
		n := r.newHandle(handle{kind: 'a'})
		at = r.pos
		length := r.int32()
		if r.err == nil && length < 0 {
			r.fail("java.lang.NegativeArraySizeException", at, "%d", length)
		}
		b := r.take(int(length))
		if r.err == nil {
			r.handles[n].array = b
		}
		return b, n
	default:
		r.fail("java.lang.ClassCastException", at, "byte[] (tag 75, 71 or 70) expected, found tag %02x", tag)
		return nil, -1
	}
}

// classDesc reads the descriptor of HashMap (kind 'm') or byte[] ('b'), new or by reference.
func (r *reader) classDesc(kind byte) classDesc {
	at := r.pos
	switch tag := r.tag(); {
	case r.err != nil:
		return classDesc{}
	case tag == tagReference:
		n := r.reference()
		if r.err == nil && r.handles[n].kind != kind {
			r.fail(corrupted, at, "reference to another class than %s", className(kind))
		}
		return r.classes[n]
	case tag != tagClassDesc:
		r.fail(corrupted, at, "class descriptor (tag 72 or 71) expected, found tag %02x", tag)
		return classDesc{}
	}
	at = r.pos
	name := string(r.take(r.uint16()))
	if r.err == nil && name != className(kind) {
		r.fail("java.lang.ClassCastException", at, "class %q where %s is expected", name, className(kind))
	}
	at = r.pos
	uid := r.int64()
	if r.err == nil && kind == 'm' && uid != hashMapUID {
		r.fail(invalidClass, at, "java.util.HashMap; local class incompatible: stream classdesc serialVersionUID = %d, local class serialVersionUID = %d", uid, int64(hashMapUID))
	}
	// Java gives the handle before it reads the flags.
	desc := classDesc{kind: kind}
	n := r.newHandle(handle{kind: kind})
	at = r.pos
	flags := r.byte()
	if want := map[byte]byte{'m': 3, 'b': 2}[kind]; r.err == nil && flags != want {
		r.fail(invalidClass, at, "%s: flags %02x, not %02x", name, flags, want)
	}
	for i := r.uint16(); i > 0 && r.err == nil; i-- {
		at = r.pos
		f := field{kind: r.byte()}
		f.name = string(r.take(r.uint16()))
		switch f.kind {
		case 'B', 'C', 'D', 'F', 'I', 'J', 'S', 'Z':
			desc.fields = append(desc.fields, f)
		default:
			r.fail(invalidClass, at, "%s: field %q of type %q", name, f.name, f.kind)
		}
	}
	at = r.pos
	if tag := r.tag(); r.err == nil && tag != tagEndBlockData {
		r.fail(corrupted, at, "end of the class annotation (tag 78) expected, found tag %02x", tag)
	}
	at = r.pos
	if tag := r.tag(); r.err == nil && tag != tagNull {
		r.fail(invalidClass, at, "%s: superclass where there is none (tag %02x)", name, tag)
	}
	r.classes[n] = desc
	return desc
}

func className(kind byte) string {
	if kind == 'm' {
		return "java.util.HashMap"
	}
	return "[B"
}

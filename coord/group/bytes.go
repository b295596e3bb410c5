package group

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/millrace/millrace/internal/java"
)

// writer appends big-endian fields; the first error stays.
type writer struct {
	b   []byte
	err error
}

func (w *writer) int16(v int16) { w.b = binary.BigEndian.AppendUint16(w.b, uint16(v)) }
func (w *writer) int32(v int32) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(v)) }
func (w *writer) int64(v int64) { w.b = binary.BigEndian.AppendUint64(w.b, uint64(v)) }

func (w *writer) text(field, s string) {
	if len(s) > math.MaxInt16 && w.err == nil {
		w.err = fmt.Errorf("field %q: a text of %d bytes is larger than the maximum of %d", field, len(s), math.MaxInt16)
		return
	}
	w.int16(int16(len(s)))
	w.b = append(w.b, s...)
}

// putLength sets the int32 at position at to the number of bytes after it.
func (w *writer) putLength(at int) {
	binary.BigEndian.PutUint32(w.b[at:], uint32(len(w.b)-at-4))
}

func (w *writer) wrap(what string) error {
	if w.err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, w.err)
}

// reader takes fields from b; after the first error it takes nothing more.
type reader struct {
	b   []byte
	err error
}

// more reports whether another field may follow.
func (r *reader) more() bool { return r.err == nil && len(r.b) > 0 }

func (r *reader) take(field string, n int) []byte {
	if r.err != nil {
		return nil
	}
	if n > len(r.b) {
		r.err = fmt.Errorf("field %q: needs %d bytes, %d are left", field, n, len(r.b))
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) int16(field string) int16 {
	if b := r.take(field, 2); b != nil {
		return int16(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *reader) int32(field string) int32 {
	if b := r.take(field, 4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (r *reader) int64(field string) int64 {
	if b := r.take(field, 8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (r *reader) version() Protocol {
	v := r.int16("version")
	if v < 0 && r.err == nil {
		r.err = fmt.Errorf("version %d is unsupported", v)
	}
	return Protocol(v)
}

func (r *reader) text(field string) string {
	n := r.int16(field)
	if n < 0 && r.err == nil {
		r.err = fmt.Errorf("field %q: a text of %d bytes", field, n)
	}
	return string(java.AppendUTF8(nil, r.take(field, int(n))))
}

// count reads the length of an array; a negative one stands for null. Every element has at least one
// byte, so that a count above the bytes left is refused before anything is allocated for it.
func (r *reader) count(field string, nullable bool) int {
	n := int(r.int32(field))
	switch {
	case r.err != nil:
		return 0
	case n < 0 && nullable:
		return 0
	case n < 0:
		r.err = fmt.Errorf("field %q: an array of %d", field, n)
		return 0
	case n > len(r.b):
		r.err = fmt.Errorf("field %q: an array of %d in %d bytes", field, n, len(r.b))
		return 0
	}
	return n
}

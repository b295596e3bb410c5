package mem

import "unsafe"

// Fixed is what may live in a slab: values without pointers.
type Fixed interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64 | ~bool | View
}

// View is where one variable-length value lies: position and length in bytes. The highest bit of Pos
// chooses one of two buffers (see batch.Bytes).
type View struct{ Pos, Len uint32 }

// Arena cuts memory from slabs, front to back, and frees all of it at once.
//
// Not safe for concurrent use. The zero value with a Pool is usable.
type Arena struct {
	Pool  *Pool
	slabs []*Slab
	cur   []byte // rest of the newest slab
}

// first slab size; later slabs double up to maxArenaSlab.
const (
	minArenaSlab = 16 << 10
	maxArenaSlab = 1 << 20
)

// Bytes returns n bytes with capacity n, 64-byte aligned, content undefined, followed by readable
// memory of at least Slack bytes.
func (a *Arena) Bytes(n int) []byte {
	need := (n + 63) &^ 63
	if need > len(a.cur) {
		a.grow(need)
	}
	b := a.cur[:n:n]
	a.cur = a.cur[need:]
	return b
}

func (a *Arena) grow(need int) {
	size := minArenaSlab
	if len(a.slabs) > 0 {
		size = min(2*len(a.slabs[len(a.slabs)-1].B), maxArenaSlab)
	}
	s := a.Pool.Get(max(size, need))
	a.slabs = append(a.slabs, s)
	a.cur = s.B
}

// Free returns all slabs to the pool and leaves the arena empty and usable.
func (a *Arena) Free() {
	for i, s := range a.slabs {
		a.Pool.Put(s)
		a.slabs[i] = nil
	}
	a.slabs = a.slabs[:0]
	a.cur = nil
}

// Adopt makes s one of the arena's slabs: it is returned to the pool by Free.
func (a *Arena) Adopt(s *Slab) {
	// The newest slab is the one that cur points into, so an adopted slab goes before it.
	a.slabs = append(a.slabs, s)
	if n := len(a.slabs); n > 1 {
		a.slabs[n-1], a.slabs[n-2] = a.slabs[n-2], a.slabs[n-1]
	}
}

// SlabBytes returns how many bytes the arena's slabs hold in all.
func (a *Arena) SlabBytes() int {
	n := 0
	for _, s := range a.slabs {
		n += len(s.B)
	}
	return n
}

// Alloc returns n values of T from a, content undefined.
func Alloc[T Fixed](a *Arena, n int) []T {
	if n == 0 {
		return nil
	}
	var zero T
	b := a.Bytes(n * int(unsafe.Sizeof(zero)))
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// Zeroed returns n zero values of T from a.
func Zeroed[T Fixed](a *Arena, n int) []T {
	v := Alloc[T](a, n)
	clear(v)
	return v
}

// Cast reinterprets b as values of T. b must start aligned for T, as everything from an arena does;
// what is left at the end is dropped.
func Cast[T Fixed](b []byte) []T {
	var zero T
	n := len(b) / int(unsafe.Sizeof(zero))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// AsBytes reinterprets v as its bytes.
func AsBytes[T Fixed](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(zero)))
}

// alignedBytes allocates n bytes that start 64-byte aligned and have Slack zeroed bytes behind them.
func alignedBytes(n int) []byte {
	b := make([]byte, n+Slack+63)
	off := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) & 63)
	return b[off : off+n : off+n+Slack]
}

package mem

import (
	"sync"
	"sync/atomic"
)

// Slab sizes are powers of two from minSlabBytes to maxSlabBytes; a larger slab is allocated for one
// use and dropped, so that a single huge record does not stay in memory.
const (
	minSlabBytes = 4 << 10
	maxSlabBytes = 8 << 20
	slabClasses  = 12 // 4 KiB << 0 … 4 KiB << 11
)

// Slack is how many zeroed, readable bytes follow the usable part of every slab, so that scanners may
// load whole words past the end of a value.
const Slack = 64

// Pool hands out slabs and counts them. It is safe for concurrent use. The zero value is usable and
// unlimited; share one per worker.
type Pool struct {
	classes [slabClasses]sync.Pool
	out     atomic.Int64 // bytes handed out and not yet returned
	slabs   atomic.Int64 // slabs handed out and not yet returned
	peak    atomic.Int64
	check   *checker // nil unless Checked made the pool
	whole   *Pool    // has the slabs; nil: this one
}

// NewPool returns an empty pool.
func NewPool() *Pool { return &Pool{} }

// Part returns a pool with slabs of p that counts what its user has out, as p does for all. What was taken from it is
// returned to it.
func (p *Pool) Part() *Pool { return &Pool{whole: p} }

// Slab is one pooled block. Its memory starts 64-byte aligned, and Slack zeroed bytes follow it.
// A slab belongs to whoever got it until Put.
type Slab struct {
	B     []byte // the usable bytes, len = size asked for or more
	class int8   // -1: not pooled
}

// Get returns a slab of at least n usable bytes, whose content is undefined.
func (p *Pool) Get(n int) *Slab {
	var s *Slab
	if p.whole != nil {
		s = p.whole.Get(n)
	} else {
		s = p.take(n)
	}
	p.slabs.Add(1)
	out := p.out.Add(int64(len(s.B)))
	for {
		peak := p.peak.Load()
		if out <= peak || p.peak.CompareAndSwap(peak, out) {
			break
		}
	}
	if p.check != nil {
		p.check.taken(s)
	}
	return s
}

func (p *Pool) take(n int) *Slab {
	c := classOf(n)
	if c < 0 {
		return &Slab{B: alignedBytes(n), class: -1}
	}
	if v := p.classes[c].Get(); v != nil {
		return v.(*Slab)
	}
	return &Slab{B: alignedBytes(minSlabBytes << c), class: int8(c)}
}

// Put returns s to the pool. The caller must hold no reference into it any more.
func (p *Pool) Put(s *Slab) {
	p.slabs.Add(-1)
	p.out.Add(-int64(len(s.B)))
	if p.whole != nil {
		p.whole.Put(s)
		return
	}
	if p.check != nil {
		p.check.returned(s)
	}
	poison(s.B)
	if s.class >= 0 {
		p.classes[s.class].Put(s)
	}
}

// OutBytes returns the bytes handed out and not yet returned.
func (p *Pool) OutBytes() int64 { return p.out.Load() }

// OutSlabs returns the slabs handed out and not yet returned.
func (p *Pool) OutSlabs() int64 { return p.slabs.Load() }

// PeakBytes returns the largest OutBytes so far.
func (p *Pool) PeakBytes() int64 { return p.peak.Load() }

func classOf(n int) int {
	size, c := minSlabBytes, 0
	for size < n {
		size <<= 1
		c++
	}
	if c >= slabClasses {
		return -1
	}
	return c
}

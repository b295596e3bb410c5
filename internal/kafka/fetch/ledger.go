package fetch

import (
	"sync"

	"github.com/millrace/millrace/batch/mem"
)

// ledger knows which stand-ins are out, and the slabs that they stand for.
//
// The client has one fetch out per broker, and asks a broker again when no record of its last response is left: all
// were polled or dropped. So when a request is written, the responses before it are superseded; once no poll goes on
// and what was polled has been redeemed, the rest of them was dropped, and sweep frees it.
type ledger struct {
	pool *mem.Pool

	mu     sync.Mutex
	last   uint64
	live   map[uint64]*response
	recent map[int32][]*response // by broker: not superseded
	old    []*response           // superseded, not swept
	bytes  int64                 // of the slabs of live
	closed bool
}

// response is what the stand-ins of one response stand for. Guarded by ledger.mu.
//
// Invariant: the slab is out exactly while left > 0.
type response struct {
	id   uint64
	node int32
	slab *mem.Slab
	runs []run
	most int // rows of the largest run
	left int // runs that are neither released nor dropped
}

// run is batches of one partition that one stand-in stands for.
type run struct {
	bytes     []byte // whole record batches, in the slab
	from      int64  // the offset that the client asked for, or that follows the run before
	last      int64
	rows      int
	partition int32
	taken     bool
	gone      bool
}

func newLedger(pool *mem.Pool) *ledger {
	return &ledger{pool: pool, live: map[uint64]*response{}, recent: map[int32][]*response{}}
}

// begin returns the number of the next response.
func (l *ledger) begin() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	return l.last
}

// add takes a response with its slab; false means that the ledger is closed, and the slab stays with the caller.
func (l *ledger) add(r *response) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	r.left = len(r.runs)
	for i := range r.runs {
		r.most = max(r.most, r.runs[i].rows)
	}
	l.live[r.id] = r
	l.recent[r.node] = append(l.recent[r.node], r)
	l.bytes += int64(len(r.slab.B))
	return true
}

// supersede notes that a broker is asked again.
func (l *ledger) supersede(node int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.recent[node] {
		if r.left > 0 {
			l.old = append(l.old, r)
		}
	}
	clear(l.recent[node])
	l.recent[node] = l.recent[node][:0]
}

// sweep frees what was superseded.
func (l *ledger) sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, r := range l.old {
		l.freeLocked(r)
		l.old[i] = nil
	}
	l.old = l.old[:0]
}

// free drops what is left of a response that the client never saw, or will not see.
func (l *ledger) free(r *response) {
	l.mu.Lock()
	l.freeLocked(r)
	l.mu.Unlock()
}

// freeLocked drops what nobody has taken; what is being read goes when it is released.
func (l *ledger) freeLocked(r *response) {
	for i := 0; i < len(r.runs); i++ { // none are left after the last drop
		if !r.runs[i].taken {
			l.dropLocked(r, i)
		}
	}
}

func (l *ledger) dropLocked(r *response, i int) {
	if r.runs[i].gone {
		return
	}
	r.runs[i].gone = true
	if r.left--; r.left > 0 {
		return
	}
	delete(l.live, r.id)
	l.bytes -= int64(len(r.slab.B))
	l.pool.Put(r.slab)
	r.slab, r.runs = nil, nil
}

// take finds the run of a handle and keeps it until release. ok is false where it is not out.
func (l *ledger) take(h handle) (r *response, ru *run, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r = l.live[h.response]
	if r == nil || int64(h.run) >= int64(len(r.runs)) {
		return nil, nil, false
	}
	ru = &r.runs[h.run]
	if ru.taken || ru.gone {
		return nil, nil, false
	}
	ru.taken = true
	return r, ru, true
}

// release ends a take.
func (l *ledger) release(r *response, i uint32) {
	l.mu.Lock()
	l.dropLocked(r, int(i))
	l.mu.Unlock()
}

// drop frees the run of a stand-in that the client dropped.
func (l *ledger) drop(h handle) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.live[h.response]; r != nil && int64(h.run) < int64(len(r.runs)) && !r.runs[h.run].taken {
		l.dropLocked(r, int(h.run))
	}
}

// close frees everything that nobody has taken; nothing is added afterwards.
func (l *ledger) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, r := range l.live {
		l.freeLocked(r)
	}
	clear(l.recent)
	l.old = nil
}

// largest is how many rows the largest run of a response has that is out.
func (l *ledger) largest() (rows int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.live {
		rows = max(rows, r.most)
	}
	return rows
}

// held is how many bytes of slabs are out.
func (l *ledger) held() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytes
}

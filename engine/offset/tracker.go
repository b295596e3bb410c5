package offset

import (
	"sync"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/connectors"
)

// Tracker knows the rows that were handed to Kafka and which of them were acknowledged.
//
// Invariants: a partition's queue holds, in submission order, every entry with rows of it that are not
// acknowledged or stand behind one that is not, and that Take did not pass; an offset leaves through Take only when all
// rows of its partition up to it are acknowledged. Rows never submitted (dropped ones) move nothing.
//
// Cost: per batch and source partition in it, not per row. Safe for concurrent use: the task submits,
// the producer's callbacks acknowledge, the flusher takes.
// Source: SubmittedRecords.
type Tracker struct {
	mu      sync.Mutex
	parts   map[string]*partition
	ready   []*partition // have an offset that Take did not return yet
	open    map[*Entry]struct{}
	pending int           // rows submitted and not acknowledged
	acked   int           // rows acknowledged since the last Take
	idle    chan struct{} // closed while pending is 0, replaced when it grows

	// The partitions of the last batch, so that sources that hand out one list again and again do not
	// pay for looking them up.
	lastList listID
	lastPart []*partition

	sweepAt int // len(parts) at which idle ones are dropped
	closed  bool
}

// sweepMin is how many source partitions are remembered before idle ones are looked for.
const sweepMin = 1024

// listID is which list of partitions it is; the pointer keeps the list from being another one later.
type listID struct {
	first *batch.Value
	n     int
}

// partition is one source partition.
type partition struct {
	value  batch.Value
	queue  []segment
	offset batch.Value
	ready  bool
}

// segment is the rows of one partition in one entry.
type segment struct {
	e     *Entry
	part  int32 // number of the partition in the entry's batch
	last  int32 // last submitted row
	taken int32 // last row whose offset was returned, -1: none
}

// Entry is the submitted rows of one batch. Made by Submit; used with its Tracker only.
type Entry struct {
	b        *batch.Batch // as polled; retained until all rows are acknowledged
	src      batch.SourcePosition
	rows     batch.Selection
	acked    bits.Bitmap // of all rows of the batch; nil while none is acknowledged
	open     int         // submitted rows not acknowledged
	segments []*partition
}

// NewTracker returns a tracker of nothing.
func NewTracker() *Tracker {
	t := &Tracker{parts: map[string]*partition{}, open: map[*Entry]struct{}{}, idle: make(chan struct{})}
	close(t.idle)
	return t
}

// Submit says that the given rows of b, ascending (nil: all), are about to be sent. b is the batch as
// polled: it is retained until they are acknowledged, rows is kept. It must be called before the first
// row can be acknowledged; a producer may answer at once.
func (t *Tracker) Submit(b *batch.Batch, rows batch.Selection) *Entry {
	e := &Entry{b: b, src: b.Source, rows: rows, open: rows.Count(b.Len())}
	if e.open == 0 {
		return e
	}
	b.Retain() // released by finishLocked or Close
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending == 0 {
		t.idle = make(chan struct{})
	}
	t.pending += e.open
	t.open[e] = struct{}{}
	if e.src != nil {
		t.enqueueLocked(e)
	}
	return e
}

// enqueueLocked appends e to the queues of the partitions that its rows belong to.
func (t *Tracker) enqueueLocked(e *Entry) {
	list := e.src.Partitions()
	parts := t.partitionsLocked(list)
	if len(list) == 1 {
		t.pushLocked(e, parts[0], 0, lastRow(e))
		return
	}
	// From the back: the first row met of each partition is its last.
	seen, missing := make([]bool, len(list)), len(list)
	n := e.rows.Count(e.b.Len())
	for k := n - 1; k >= 0 && missing > 0; k-- {
		row := int32(k)
		if e.rows != nil {
			row = e.rows[k]
		}
		if p := e.src.Partition(int(row)); !seen[p] {
			seen[p] = true
			missing--
			t.pushLocked(e, parts[p], p, row)
		}
	}
}

func (t *Tracker) pushLocked(e *Entry, p *partition, number, last int32) {
	p.queue = append(p.queue, segment{e: e, part: number, last: last, taken: -1})
	e.segments = append(e.segments, p)
}

func (t *Tracker) partitionsLocked(list []batch.Value) []*partition {
	var id listID
	if len(list) > 0 {
		id = listID{&list[0], len(list)}
	}
	if id == t.lastList {
		return t.lastPart
	}
	t.sweepLocked()
	out := make([]*partition, len(list))
	for i, v := range list {
		k := string(v.AppendKey(nil))
		p := t.parts[k]
		if p == nil {
			p = &partition{value: v}
			t.parts[k] = p
		}
		out[i] = p
	}
	t.lastList, t.lastPart = id, out
	return out
}

// sweepLocked forgets partitions with nothing on its way, so that a source that meets ever new ones
// does not grow the tracker. Only where lastPart is about to be replaced: it may hold any of them.
func (t *Tracker) sweepLocked() {
	if len(t.parts) < max(t.sweepAt, sweepMin) {
		return
	}
	for k, p := range t.parts {
		if len(p.queue) == 0 && !p.ready {
			delete(t.parts, k)
		}
	}
	t.sweepAt = 2 * len(t.parts)
}

// Ack says that Kafka has the given submitted rows of e, or that their failure is tolerated and was
// reported. A row is acknowledged once.
func (t *Tracker) Ack(e *Entry, rows []int32) {
	if len(rows) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.ackLocked(e, len(rows), rows)
}

// AckAll is Ack for all rows of e, of which none was acknowledged before.
func (t *Tracker) AckAll(e *Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || e.open == 0 {
		return
	}
	t.ackLocked(e, e.open, nil)
}

// ackLocked acknowledges n rows of e; which is looked at where others are left.
func (t *Tracker) ackLocked(e *Entry, n int, rows []int32) {
	e.open -= n
	t.pending -= n
	t.acked += n
	if e.open > 0 {
		if e.acked == nil {
			e.acked = bits.New(e.b.Len())
		}
		for _, r := range rows {
			e.acked.Set(int(r))
		}
	} else {
		t.finishLocked(e)
	}
	if t.pending == 0 {
		close(t.idle)
	}
}

// finishLocked lets the partitions of a wholly acknowledged entry advance.
func (t *Tracker) finishLocked(e *Entry) {
	delete(t.open, e)
	if e.segments == nil {
		e.b.Release()
		e.b = nil
		return
	}
	// From the back, as an advance takes the partition off the list.
	for i := len(e.segments) - 1; i >= 0; i-- {
		t.advanceLocked(e.segments[i])
	}
}

// advanceLocked pops the wholly acknowledged segments at the head of p.
func (t *Tracker) advanceLocked(p *partition) {
	n := 0
	for n < len(p.queue) && p.queue[n].e.open == 0 {
		n++
	}
	if n == 0 {
		return
	}
	s := &p.queue[n-1]
	t.setLocked(p, s.e.src.Offset(int(s.last)))
	p.popLocked(n)
}

// popLocked takes the first n segments off p.
func (p *partition) popLocked(n int) {
	for i := range p.queue[:n] {
		p.queue[i].e.dequeue(p)
	}
	rest := copy(p.queue, p.queue[n:])
	clear(p.queue[rest:])
	p.queue = p.queue[:rest]
}

func (t *Tracker) setLocked(p *partition, offset batch.Value) {
	p.offset = offset
	if !p.ready {
		p.ready = true
		t.ready = append(t.ready, p)
	}
}

// dequeue takes p off the entry's list; with the last one the batch is let go.
func (e *Entry) dequeue(p *partition) {
	for i := range e.segments {
		if e.segments[i] == p {
			e.segments[i] = e.segments[len(e.segments)-1]
			e.segments = e.segments[:len(e.segments)-1]
			break
		}
	}
	e.releaseIfUnqueued()
}

func (e *Entry) releaseIfUnqueued() {
	if e.open == 0 && len(e.segments) == 0 && e.b != nil {
		e.b.Release()
		e.b, e.src = nil, nil
	}
}

// Committable is what Take returns.
type Committable struct {
	Offsets []connectors.PartitionOffset // changed since the last Take
	Acked   int                          // rows acknowledged since the last Take
	Pending int                          // rows still waiting
}

// Take returns the offsets that may be committed and were not returned before.
func (t *Tracker) Take() Committable {
	t.mu.Lock()
	defer t.mu.Unlock()
	for e := range t.open {
		if e.acked != nil {
			// From the back, as partitions that are done leave the list.
			for i := len(e.segments) - 1; i >= 0; i-- {
				t.prefixLocked(e.segments[i])
			}
		}
	}
	c := Committable{Acked: t.acked, Pending: t.pending}
	t.acked = 0
	for i, p := range t.ready {
		c.Offsets = append(c.Offsets, connectors.PartitionOffset{Partition: p.value, Offset: p.offset})
		p.ready, p.offset = false, batch.Value{}
		t.ready[i] = nil
	}
	t.ready = t.ready[:0]
	return c
}

// prefixLocked takes p as far as rows are acknowledged, also inside entries that are partly: the rest of
// such an entry may be of partitions that Kafka does not take now.
func (t *Tracker) prefixLocked(p *partition) {
	for len(p.queue) > 0 {
		s := &p.queue[0]
		if s.e.open > 0 {
			if last := s.ackedTo(); last > s.taken {
				s.taken = last
				t.setLocked(p, s.e.src.Offset(int(last)))
			}
			if s.taken < s.last {
				return
			}
		} else {
			t.setLocked(p, s.e.src.Offset(int(s.last)))
		}
		p.popLocked(1)
	}
}

// ackedTo returns the last row of the segment that is acknowledged with all rows before it; -1: none.
func (s *segment) ackedTo() int32 {
	e, last := s.e, s.taken
	if e.acked == nil {
		return last
	}
	for k := range e.rows.Count(e.b.Len()) {
		row := int32(k)
		if e.rows != nil {
			row = e.rows[k]
		}
		if row <= s.taken || e.src.Partition(int(row)) != s.part {
			continue
		}
		if !e.acked.Get(int(row)) {
			break
		}
		last = row
	}
	return last
}

// Pending returns the number of rows submitted and not acknowledged.
func (t *Tracker) Pending() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pending
}

// Idle returns a channel that is closed once no row waits for its acknowledgement.
func (t *Tracker) Idle() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.idle
}

// Close lets go of all batches; later acknowledgements are ignored.
func (t *Tracker) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	release := map[*Entry]struct{}{}
	for e := range t.open {
		release[e] = struct{}{}
	}
	for _, p := range t.parts {
		for i := range p.queue {
			release[p.queue[i].e] = struct{}{}
		}
		p.queue = nil
	}
	for e := range release {
		if e.b != nil {
			e.b.Release()
			e.b, e.src, e.segments = nil, nil, nil
		}
	}
	clear(t.open)
	t.ready, t.closed = nil, true
	if t.pending > 0 {
		t.pending = 0
		close(t.idle)
	}
}

func lastRow(e *Entry) int32 {
	if e.rows == nil {
		return int32(e.b.Len() - 1)
	}
	return e.rows[len(e.rows)-1]
}

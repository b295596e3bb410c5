package produce

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/kafka"
)

// send is the rows of one Send until the last is acknowledged. Sends and their records are used again:
// the client holds none of them any more once the last promise was called.
//
// Records.Send fills it, then the client's promises, which it calls one after the other, own it.
type send struct {
	p       *Records
	sink    AckSink
	parts   []Rows
	recs    []record
	order   []rowOf
	headers []kgo.RecordHeader // of all records
	shared  []kgo.RecordHeader // those that every row of sharedOf has
	// sharedOf are the headers of the last part whose rows all have the same.
	sharedOf *batch.Headers

	late    *patience // when rows may be given up; nil is never
	n       int       // records filled
	left    int       // records without a result
	bytes   int64     // of keys and values acknowledged
	results []Result
}

// record is one row on its way.
type record struct {
	rec kgo.Record
	at  place
}

// place is the record's context: how its acknowledgement finds back, and when it may be given up. The client may
// ask for its end after the last acknowledgement, and from another goroutine: late is written once, and where it is nil never.
type place struct {
	s    *send
	late *patience // nil: never
	row  int32
}

var _ context.Context = (*place)(nil)

func (*place) Deadline() (time.Time, bool) { return time.Time{}, false }
func (p *place) Done() <-chan struct{}     { return ended(p.over()) }
func (p *place) Err() error                { return timedOut(p.over()) }
func (*place) Value(any) any               { return nil }

func (p *place) over() bool { return p.late != nil && p.late.over() }

// take returns a send for n rows.
func (p *Records) take(n int) *send {
	s, _ := p.free.Get().(*send)
	if s == nil {
		s = &send{p: p}
	}
	if cap(s.recs) < n {
		s.recs = make([]record, n)
	}
	s.recs = s.recs[:n]
	s.n, s.left, s.bytes = 0, n, 0
	if p.within > 0 {
		s.late = newPatience(p.within)
	}
	return s
}

// recycle lets go of everything and keeps the memory for another Send, but not where rows may be given up: the client may
// still ask whether they may.
func (s *send) recycle() {
	if s.late != nil {
		return
	}
	for i := range s.recs {
		s.recs[i].rec = kgo.Record{}
	}
	clear(s.headers)
	clear(s.results[:cap(s.results)])
	s.sink, s.parts, s.headers, s.results = nil, nil, s.headers[:0], s.results[:0]
	s.shared, s.sharedOf = nil, nil
	s.p.free.Put(s)
}

// sendAll hands over the selected rows of all parts.
func (s *send) sendAll(ctx context.Context, parts []Rows) {
	now := time.Now()
	s.order = appendOrder(s.order[:0], parts)
	for _, r := range s.order {
		s.send(ctx, &parts[r.part], r.row, now)
	}
}

// reserve makes room for the headers of all records, which then have slices of it.
func (s *send) reserve(parts []Rows) {
	n := 0
	for i := range parts {
		h := &parts[i].B.Headers
		if len(parts) == 1 && alike(h) {
			n = len(h.Entries)
			continue
		}
		n += h.Bound(parts[i].B.Live())
	}
	if n > cap(s.headers) {
		s.headers = make([]kgo.RecordHeader, 0, n)
	}
}

// send hands over one row. Its promise may be called before this returns: nothing of s, of p or of the
// batch may be looked at after the last row.
func (s *send) send(ctx context.Context, p *Rows, row int32, now time.Time) {
	r := &s.recs[s.n]
	s.n++
	b, i := p.B, int(row)
	r.rec.Topic, r.rec.Partition, r.rec.Timestamp = b.Topics.At(i), partitionOf(b, i), time.UnixMilli(timestamp(b, i, now))
	if k, ok := p.Key.Get(i); ok {
		r.rec.Key = k
	}
	if v, ok := p.Value.Get(i); ok {
		r.rec.Value = v
	}
	if !b.Headers.Empty() {
		r.rec.Headers = s.headersOf(&b.Headers, i)
	}
	if r.at.s, r.at.row = s, row; s.late != nil {
		r.at.late = s.late
	}
	r.rec.Context = &r.at
	s.p.cl.Produce(ctx, &r.rec, acked)
}

// alike reports whether all rows have the same headers.
func alike(h *batch.Headers) bool { return h.Offsets == nil && len(h.Columns) == 0 }

// headersOf returns the headers of row i; they lie in s. Rows that have the same share them: the client only reads.
func (s *send) headersOf(h *batch.Headers, i int) []kgo.RecordHeader {
	switch {
	case !alike(h):
		return s.appendHeaders(h, i)
	case s.sharedOf != h:
		s.sharedOf, s.shared = h, s.appendHeaders(h, i)
	}
	return s.shared
}

func (s *send) appendHeaders(h *batch.Headers, i int) []kgo.RecordHeader {
	at := len(s.headers)
	list := h.List(i)
	for k := range list {
		s.headers = append(s.headers, kgo.RecordHeader{Key: list[k].Key, Value: list[k].Raw})
	}
	for k := range h.Columns {
		if c := &h.Columns[k]; c.Rows.Has(i) {
			s.headers = append(s.headers, kgo.RecordHeader{Key: c.Key, Value: c.RawAt(i)})
		}
	}
	if len(s.headers) == at {
		return nil
	}
	return s.headers[at:len(s.headers):len(s.headers)]
}

// acked is the promise of every record. The client answers the records of a wire batch one after the
// other, so results are handed on when the partition changes and at the end.
func acked(r *kgo.Record, err error) {
	at := r.Context.(*place)
	s := at.s
	if n := len(s.results); n > 0 && (s.results[n-1].Partition != r.Partition || s.results[n-1].Topic != r.Topic) {
		s.flush()
	}
	if s.results == nil {
		s.results = make([]Result, 0, len(s.recs))
	}
	if err != nil {
		err = kafka.Denied(s.p.cl, err, "Write", r.Topic)
	}
	s.results = append(s.results, Result{Row: at.row, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli(), Err: err})
	if err == nil {
		s.bytes += int64(len(r.Key) + len(r.Value))
	}
	s.left--
	if s.left > 0 {
		return
	}
	s.flush()
	s.p.bytes.Add(s.bytes)
	for i := range s.parts {
		s.parts[i].B.Release()
	}
	p := s.p
	s.recycle()
	p.ended()
}

func (s *send) flush() {
	s.sink.Acked(s.results)
	s.results = s.results[:0]
}

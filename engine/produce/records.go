package produce

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
)

// Records is a Producer on the record API of franz-go.
type Records struct {
	cl *kgo.Client
}

var _ Producer = (*Records)(nil)

// New makes a producer whose client newClient makes with the given options on top of the connector's.
func New(newClient func(opts ...kgo.Opt) (*kgo.Client, error)) (*Records, error) {
	cl, err := newClient(kgo.RecordPartitioner(Partitioner()), kgo.UnknownTopicRetries(-1), kgo.AllowAutoTopicCreation())
	if err != nil {
		return nil, err
	}
	return &Records{cl: cl}, nil
}

// Client returns the client, for requests beside producing.
func (p *Records) Client() *kgo.Client { return p.cl }

// Send implements Producer.
func (p *Records) Send(ctx context.Context, parts []Rows, sink AckSink) {
	n := 0
	for i := range parts {
		n += parts[i].B.Live()
	}
	if n == 0 {
		for i := range parts {
			parts[i].B.Release()
		}
		return
	}
	s := &send{sink: sink, left: n, recs: make([]record, n), parts: parts}
	k := 0
	eachRow(parts, func(part int, row int32) {
		r := &s.recs[k]
		k++
		r.fill(&parts[part], row)
		r.at.Context, r.at.s = ctx, s
		r.rec.Context = &r.at
		p.cl.Produce(ctx, &r.rec, acked)
	})
}

// Flush implements Producer.
func (p *Records) Flush(ctx context.Context) error { return p.cl.Flush(ctx) }

// Close implements Producer.
func (p *Records) Close() { p.cl.Close() }

// record is one row on its way.
type record struct {
	rec kgo.Record
	at  place
}

// place is the record's context: how its acknowledgement finds back.
type place struct {
	context.Context
	s   *send
	row int32
}

// fill makes the record of a row.
func (r *record) fill(p *Rows, row int32) {
	b, i := p.B, int(row)
	r.at.row = row
	r.rec.Topic = b.Topics.At(i)
	r.rec.Partition = b.Partition
	if b.Partitions != nil {
		r.rec.Partition = b.Partitions[i]
	}
	if b.Timestamps != nil && b.Timestamps[i] != batch.NoTimestamp {
		r.rec.Timestamp = time.UnixMilli(b.Timestamps[i])
	}
	if k, ok := p.Key.Get(i); ok {
		r.rec.Key = present(k)
	}
	if v, ok := p.Value.Get(i); ok {
		r.rec.Value = present(v)
	}
	if h := b.Headers.Of(i); len(h) > 0 {
		r.rec.Headers = make([]kgo.RecordHeader, len(h))
		for k := range h {
			r.rec.Headers[k] = kgo.RecordHeader{Key: h[k].Key, Value: h[k].Raw}
		}
	}
}

// present keeps empty bytes apart from null, which the client writes for nil.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// send is the rows of one Send until the last is acknowledged.
type send struct {
	sink  AckSink
	parts []Rows
	recs  []record

	mu      sync.Mutex
	left    int
	results []Result
}

// acked is the promise of every record. The client answers the records of a wire batch one after the
// other, so results are handed on when the partition changes and at the end.
func acked(r *kgo.Record, err error) {
	at := r.Context.(*place)
	s := at.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.results); n > 0 && (s.results[n-1].Partition != r.Partition || s.results[n-1].Topic != r.Topic) {
		s.flushLocked()
	}
	res := Result{Row: at.row, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Err: err}
	if !r.Timestamp.IsZero() {
		res.Timestamp = r.Timestamp.UnixMilli()
	} else {
		res.Timestamp = batch.NoTimestamp
	}
	s.results = append(s.results, res)
	s.left--
	if s.left > 0 {
		return
	}
	s.flushLocked()
	for i := range s.parts {
		s.parts[i].B.Release()
	}
	s.parts, s.recs, s.results = nil, nil, nil
}

func (s *send) flushLocked() {
	s.sink.Acked(s.results)
	s.results = s.results[:0]
}

// eachRow calls f for the selected rows of all parts in row order.
func eachRow(parts []Rows, f func(part int, row int32)) {
	if len(parts) == 1 {
		b := parts[0].B
		if b.Sel == nil {
			for i := range int32(b.Len()) {
				f(0, i)
			}
			return
		}
		for _, i := range b.Sel {
			f(0, i)
		}
		return
	}
	next := make([]int, len(parts))
	for {
		best := -1
		var row int32
		for p := range parts {
			if sel := parts[p].B.Sel; next[p] < len(sel) && (best < 0 || sel[next[p]] < row) {
				best, row = p, sel[next[p]]
			}
		}
		if best < 0 {
			return
		}
		next[best]++
		f(best, row)
	}
}

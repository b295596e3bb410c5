package fetch

import (
	"encoding/binary"
	"math"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// A stand-in stands for at most this much, unless one batch has more: the consumer takes whole stand-ins.
const (
	RunRowsMax  = 4096
	runBytesMax = 1 << 20
)

// rewriter makes what the client sees of a response. Its memory is used again.
type rewriter struct {
	ip   *Interposer
	resp kmsg.FetchResponse

	runs    []run
	records []byte // stand-ins and what passes through, one partition after the other
	out     []byte
	id      uint64 // of the response
}

// rewrite returns the response with stand-ins in it, and what they stand for, which has taken the slab. b is the
// whole response in the slab, from its size on. With nothing to replace it returns nil, and the client gets b.
func (w *rewriter) rewrite(slab *mem.Slab, b []byte, node int32, version int16, at positions) ([]byte, *response) {
	r := kbin.Reader{Src: b[8:]} // size and correlation id
	if version >= flexibleFetch {
		kmsg.SkipTags(&r)
	}
	if !r.Ok() {
		return nil, nil
	}
	head := len(b) - len(r.Src)
	// What a response leaves out stays as it was in the one before, so only the memory of topics is kept.
	w.resp = kmsg.FetchResponse{Version: version, Topics: w.resp.Topics}
	// Strings point into the slab; they are not used after this call.
	if err := w.resp.UnsafeReadFrom(r.Src); err != nil {
		w.resp = kmsg.FetchResponse{}
		return nil, nil
	}
	defer w.letGo()
	if w.resp.ErrorCode != 0 {
		return nil, nil
	}
	w.records = w.records[:0]
	w.id = w.ip.ledger.begin()
	for i := range w.resp.Topics {
		t := &w.resp.Topics[i]
		for k := range t.Partitions {
			p := &t.Partitions[k]
			if p.ErrorCode != 0 || len(p.RecordBatches) == 0 || version >= 11 && p.PreferredReadReplica >= 0 {
				continue
			}
			if from, ok := at[partition{t.TopicID, t.Topic, p.Partition}]; ok {
				w.convert(p, from)
			}
		}
	}
	if len(w.runs) == 0 {
		return nil, nil
	}
	w.out = append(w.out[:0], b[:head]...)
	w.out = w.resp.AppendTo(w.out)
	binary.BigEndian.PutUint32(w.out, uint32(len(w.out)-4))
	held := &response{id: w.id, node: node, slab: slab, runs: append([]run(nil), w.runs...)}
	if !w.ip.ledger.add(held) {
		return nil, nil
	}
	return w.out, held
}

// letGo forgets what points into the slab. The next response with records may be long in coming: until then the
// collector would keep a slab that nobody has.
func (w *rewriter) letGo() {
	clear(w.runs)
	w.runs = w.runs[:0]
	for i := range w.resp.Topics {
		t := &w.resp.Topics[i]
		t.Topic = ""
		for k := range t.Partitions {
			t.Partitions[k].RecordBatches = nil
		}
	}
}

// shrink lets go of memory that only a response with much that passes through needed.
func (w *rewriter) shrink() {
	if cap(w.out)+cap(w.records) > runBytesMax {
		w.out, w.records = nil, nil
	}
}

// convert replaces the record batches of one partition. It stops at what the client will stop at.
func (w *rewriter) convert(p *kmsg.FetchResponseTopicPartition, from int64) {
	in := p.RecordBatches
	start := len(w.records)
	trust := w.ip.trustCRC.Load()
	var o open
	for len(in) > 0 {
		n, magic, ok := next(in)
		old := ok && magic < 2
		if !ok || magic > 2 || magic == 2 && (n < wirebatch.HeadEnd || !trust && !sound(in[:n])) {
			break // the rest, as it is: cut off, unknown, or damaged
		}
		b := in[:n]
		in = in[n:]
		if old {
			w.flush(&o, p.Partition, &from)
			w.records = append(w.records, b...)
			continue
		}
		h := readHead(b)
		if !h.plain() || h.last < from {
			w.flush(&o, p.Partition, &from)
			w.records = append(w.records, b...)
			if h.last >= from && h.last < math.MaxInt64 && h.rows >= 0 {
				from = h.last + 1
			}
			continue
		}
		if !o.takes(&h, n) {
			w.flush(&o, p.Partition, &from)
		}
		o.add(b, &h)
	}
	w.flush(&o, p.Partition, &from)
	w.records = append(w.records, in...)
	p.RecordBatches = w.records[start:len(w.records):len(w.records)]
}

// flush ends a run: from moves behind it.
func (w *rewriter) flush(o *open, partition int32, from *int64) {
	if o.rows == 0 {
		return
	}
	h := handle{w.id, uint32(len(w.runs))}
	w.runs = append(w.runs, run{bytes: o.bytes, from: *from, last: o.last, rows: o.rows, partition: partition})
	w.records = appendStandIn(w.records, o.bytes, o.last, o.maxTime, h, &w.ip.nonce)
	*from = o.last + 1
	*o = open{}
}

// open is a run that may grow.
//
// A batch inside a transaction is a run of its own: the client decides by the first offset of each whether it was
// aborted. Producer ids and epochs of others tell the client nothing.
type open struct {
	bytes       []byte // adjoining batches
	first, last int64
	leaderEpoch int32
	maxTime     int64
	rows        int
	single      bool
}

// takes reports whether a batch of n bytes goes into the run.
func (o *open) takes(h *head, n int) bool {
	return o.rows > 0 && !o.single && h.attrs&wirebatch.TransactionBit == 0 && h.leaderEpoch == o.leaderEpoch && h.first > o.last &&
		h.last-o.first <= math.MaxInt32 && o.rows+h.rows <= RunRowsMax && len(o.bytes)+n <= runBytesMax
}

func (o *open) add(b []byte, h *head) {
	if o.rows == 0 {
		*o = open{bytes: b, first: h.first, leaderEpoch: h.leaderEpoch, maxTime: h.max, single: h.attrs&wirebatch.TransactionBit != 0}
	} else {
		o.bytes = o.bytes[:len(o.bytes)+len(b)] // it follows in the slab
		o.maxTime = max(o.maxTime, h.max)
	}
	o.last = h.last
	o.rows += h.rows
}

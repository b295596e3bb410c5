package fetch

import (
	"context"
	"fmt"
	"math"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// Receiver takes what a Reader reads, in the order of offsets, while Read runs. Batches are its own.
type Receiver interface {
	// TakesWire reports whether the receiver wants a wire batch as it is: so many rows, whose records have so many bytes,
	// compressed with codec.
	TakesWire(codec int8, rows, bytes int) bool
	// Wire takes rows that were not unpacked: the batch has Wire, topic, partition and nothing else. first is the offset
	// of the first row; those of the others follow without a gap.
	Wire(b *batch.Batch, first int64)
	// Rows takes a raw batch.
	Rows(b *batch.Batch)
	// Records takes records that only the client library can read.
	Records(list []*kgo.Record)
}

// Reader reads the partitions of one client that has no group. It belongs to one goroutine. Make it with NewReader:
// the client gets Options; Start comes after it, before the first Poll.
type Reader struct {
	ip      *Interposer
	opt     BuilderOptions
	builder *Builder
	cl      *kgo.Client
	runs    []Run // whose rows the builder may still hold
}

// NewReader returns a reader for the client whose connections ip opens. ExpandedMax comes from the client.
func NewReader(ip *Interposer, opt BuilderOptions) *Reader { return &Reader{ip: ip, opt: opt} }

// Start begins to take bytes, as the client's options bound them.
func (r *Reader) Start(cl *kgo.Client) {
	r.cl = cl
	r.opt.ExpandedMax = r.ip.StartFor(cl)
	r.builder = NewBuilder(r.opt)
}

// Poll polls the client for records that are or stand for about so many rows. Read follows for each of its partitions.
func (r *Reader) Poll(ctx context.Context, rows int) kgo.Fetches {
	r.ip.Sweep()
	n := rows / RunRowsMax
	if most := r.ip.LargestRun(); most > 0 {
		n = rows / most
	}
	if !r.ip.Active() {
		n = rows
	}
	return r.cl.PollRecords(ctx, max(n, 1))
}

// Read gives the receiver what records of one partition are or stand for. names is the list of their topic alone, which
// batches share.
//
// Errors: records that the client library cannot read either, or that are not there: the task is to begin again where
// it was. What came before them was received.
func (r *Reader) Read(names []string, partition int32, recs []*kgo.Record, to Receiver) error {
	r.builder.Begin(names, partition)
	defer r.release()
	for len(recs) > 0 {
		run, standIn, err := r.ip.Take(recs[0])
		if err != nil {
			r.flush(to)
			r.ip.Distrust(err.Error())
			return err
		}
		if !standIn {
			n := 1
			for n < len(recs) && !r.ip.StandIn(recs[n]) {
				n++
			}
			r.flush(to)
			to.Records(recs[:n])
			recs = recs[n:]
			continue
		}
		recs = recs[1:]
		r.runs = append(r.runs, run)
		if err := r.run(&run, to); err != nil {
			return err
		}
	}
	r.flush(to)
	return nil
}

// run gives the receiver a run, one wire batch after the other.
func (r *Reader) run(run *Run, to Receiver) error {
	from := run.From
	for rest := run.Bytes; len(rest) > 0; {
		n, magic, ok := nextBatch(rest)
		if !ok {
			return fmt.Errorf("record batch at offset %d is magic %d of %d bytes", from, magic, len(rest))
		}
		one := rest[:n]
		rest = rest[n:]
		h := readHead(one)
		if h.whole(from) && to.TakesWire(int8(h.attrs&wirebatch.CodecBits), h.rows, n-wirebatch.HeadEnd) {
			r.flush(to)
			to.Wire(r.wire(one, &h), h.first)
			from = h.last + 1
			continue
		}
		more, _, next, err := r.builder.Add(one, from)
		from = next
		if more != nil || err != nil {
			r.flush(to)
			if len(more) > 0 {
				to.Records(more)
			}
		}
		if err != nil {
			return err
		}
		r.built(to)
	}
	return nil
}

// wire copies a wire batch: a response is shared by many partitions, and one that is slow would hold them all.
func (r *Reader) wire(one []byte, h *head) *batch.Batch {
	b := r.opt.Pool.New(h.rows)
	b.Topics = batch.Topics{Names: r.builder.names}
	b.Partition = r.builder.partition
	records := b.Arena.Bytes(len(one) - wirebatch.HeadEnd)
	copy(records, one[wirebatch.HeadEnd:])
	b.Wire = batch.Wire{Records: records, Codec: int8(h.attrs & wirebatch.CodecBits), Base: h.base, Max: h.max}
	return b
}

// whole reports whether a plain wire batch, read from an offset on, has all the rows that it was written with, so that
// another topic may have it as it is. Timestamps are to be those of the rows: no time of appending, none that stands
// for when tombstones may go, and none that stands for no time.
func (h *head) whole(from int64) bool {
	return h.first >= from && int64(h.rows) == h.last-h.first+1 && h.rows <= math.MaxInt32 &&
		h.attrs&(wirebatch.LogAppendBit|wirebatch.DeleteHorizonBit) == 0 && h.base >= 0 && h.max >= h.base
}

// flush gives the receiver all rows so far.
func (r *Reader) flush(to Receiver) {
	r.builder.Flush()
	r.built(to)
}

func (r *Reader) built(to Receiver) {
	for _, x := range r.builder.Batches() {
		to.Rows(x.Batch)
	}
}

// release lets go of runs; the builder holds rows of none.
func (r *Reader) release() {
	r.builder.Flush()
	for _, x := range r.builder.Batches() { // after an error
		x.Batch.Release()
	}
	for i := range r.runs {
		r.runs[i].Release()
	}
	clear(r.runs)
	r.runs = r.runs[:0]
}

// Close follows the client's close.
func (r *Reader) Close() {
	if r.builder != nil {
		r.builder.Close()
	}
	r.ip.Close()
}

package fetch

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// BuilderOptions configure a Builder.
type BuilderOptions struct {
	Pool        *batch.Pool
	RowsMax     int // rows of one batch
	BytesMax    int // bytes of keys and values of one batch, with RowBytes for each row; one row always fits
	RowBytes    int
	ExpandedMax int // bytes that the records of one wire batch may have, decompressed
}

// Builder makes raw batches of runs. It belongs to one goroutine.
//
// For one partition after the other: Begin, then Add for each run in order, then Flush; Batches may be taken at any
// time. Rows of several runs go into one batch.
type Builder struct {
	opt    BuilderOptions
	codecs codecs

	names     []string // the topic
	partition int32

	rows    []row
	sources []source
	pinned  int // bytes of sources
	kind    int16
	sums    sums

	headerKeys []string // of the row before: most rows have the same
	out        []Built
}

// Built is a batch, which the caller owns.
type Built struct {
	Batch   *batch.Batch
	Payload int // bytes of keys and values
}

// source is the records of one wire batch, some of whose rows are not yet built.
type source struct {
	b    []byte
	slab *mem.Slab // nil: borrowed
	end  int       // rows up to this one are in b
}

// sums is what rows need.
type sums struct {
	key, value           int // bytes
	nullKeys, nullValues int
	headers              int
}

// NewBuilder returns an empty builder. Close it.
func NewBuilder(opt BuilderOptions) *Builder {
	return &Builder{opt: opt, codecs: codecs{pool: opt.Pool.Mem, max: opt.ExpandedMax}}
}

// Begin starts with a partition. names is the list of its topic alone, which batches share.
func (b *Builder) Begin(names []string, partition int32) { b.names, b.partition = names, partition }

// Add reads the rows of record batches, which adjoin, from an offset on. run is borrowed until Flush.
//
// Records that are not as every known producer writes them are left to the client library. more is what it makes of
// them; they come after all rows so far, which were built, and before all later ones, which are not read yet: rest is
// to be added after them.
// Errors: what the client library says of records that it cannot read.
func (b *Builder) Add(run []byte, from int64) (more []*kgo.Record, rest []byte, next int64, err error) {
	for len(run) > 0 {
		n, magic, ok := nextBatch(run)
		if !ok {
			return nil, nil, from, fmt.Errorf("record batch at offset %d is magic %d of %d bytes", from, magic, len(run))
		}
		one := run[:n]
		run = run[n:]
		h := readHead(one)
		if from, ok = b.batch(one, &h, from); !ok {
			b.Flush()
			more, next, err = b.records(one, from)
			if err == nil && next <= h.last {
				err = fmt.Errorf("record batch of offsets %d to %d: it says that it has %d records, and the one at offset %d or behind it cannot be read",
					h.first, h.last, h.rows, next)
			}
			return more, run, next, err
		}
	}
	return nil, nil, from, nil
}

func nextBatch(run []byte) (n int, magic byte, ok bool) {
	n, magic, ok = next(run)
	return n, magic, ok && magic == 2 && n >= wirebatch.HeadEnd
}

// batch reads the rows of one record batch. ok is false where the client library is to read on, from the offset that
// is returned.
func (b *Builder) batch(one []byte, h *head, from int64) (next int64, ok bool) {
	slab, recs, err := b.codecs.expand(kgo.CompressionCodecType(h.attrs&wirebatch.CodecBits), one[wirebatch.HeadEnd:])
	if err != nil {
		return from, false
	}
	if len(b.rows) == 0 || b.kind != h.attrs&wirebatch.LogAppendBit || b.pinned+len(recs) > b.opt.BytesMax {
		b.Flush() // a batch has one type of timestamps, and few rows do not hold on to much
	}
	b.kind = h.attrs & wirebatch.LogAppendBit
	b.sources = append(b.sources, source{b: recs, slab: slab, end: len(b.rows)})
	b.pinned += len(recs)
	i := 0
	var r row
	for range h.rows {
		if i, ok = scan(recs, i, h.first, h.base, &r); !ok {
			return from, false
		}
		if r.offset < from {
			continue
		}
		if b.kind != 0 {
			r.time = h.max
		}
		from = r.offset + 1
		b.add(&r)
	}
	return max(from, h.last+1), i == len(recs)
}

// add appends a row, after it has built those that it does not go with.
func (b *Builder) add(r *row) {
	size := int(max(r.key.n, 0)) + int(max(r.value.n, 0))
	if n := len(b.rows); n > 0 && (n >= b.opt.RowsMax || b.sums.key+b.sums.value+size+(n+1)*b.opt.RowBytes > b.opt.BytesMax) {
		b.build()
	}
	s := &b.sums
	if r.key.n < 0 {
		s.nullKeys++
	} else {
		s.key += int(r.key.n)
	}
	if r.value.n < 0 {
		s.nullValues++
	} else {
		s.value += int(r.value.n)
	}
	s.headers += int(r.headers.n)
	b.rows = append(b.rows, *r)
	b.sources[len(b.sources)-1].end = len(b.rows)
}

// Flush builds what is left and lets go of all runs.
func (b *Builder) Flush() {
	b.build()
	b.letGo(len(b.sources))
}

// letGo returns the memory of the first n sources.
func (b *Builder) letGo(n int) {
	for i := range n {
		s := &b.sources[i]
		b.pinned -= len(s.b)
		if s.slab != nil {
			b.codecs.pool.Put(s.slab)
		}
	}
	k := copy(b.sources, b.sources[n:])
	clear(b.sources[k:])
	b.sources = b.sources[:k]
}

// Batches returns what was built, in order. The list is good until the next call.
func (b *Builder) Batches() []Built {
	out := b.out
	b.out = b.out[:0]
	return out
}

// Close lets go of all memory. Batches that were not taken are released.
func (b *Builder) Close() {
	b.rows, b.sums = b.rows[:0], sums{}
	b.letGo(len(b.sources))
	for _, x := range b.out {
		x.Batch.Release()
	}
	b.out = nil
	b.codecs.close()
}

// records is the twin of batch on the client library's record API.
func (b *Builder) records(one []byte, from int64) (recs []*kgo.Record, next int64, err error) {
	p, next := kgo.ProcessFetchPartition(
		kgo.ProcessFetchPartitionOpts{DisableCRCValidation: true, Offset: from, Topic: b.names[0], Partition: b.partition},
		&kmsg.FetchResponseTopicPartition{Partition: b.partition, RecordBatches: one}, &b.codecs, nil)
	return p.Records, next, p.Err
}

package connectors

import (
	"slices"

	"github.com/millrace/millrace/batch"
)

// Record is one record of a source that works on records. Source: SourceRecord.
type Record struct {
	Topic     string
	Partition *int32 // nil: the partitioner chooses
	Timestamp *int64 // epoch milliseconds; nil: none

	KeySchema   *batch.Schema // nil: schemaless
	Key         batch.Value
	ValueSchema *batch.Schema
	Value       batch.Value
	Headers     []batch.Header // decoded; kept, not copied

	SourcePartition, SourceOffset batch.Value // maps of primitives, or null
}

// Bounds of the batches that a RecordBuilder makes.
const (
	recordRowsMax  = 1024
	recordBytesMax = 4 << 20 // of text and byte values
)

// RecordBuilder makes batches of records, in their order. A batch ends where a schema changes or when
// it is full; a record without schema and value (a tombstone) ends none.
//
// Not safe for concurrent use. Make one with NewRecordBuilder and reuse it: it keeps its memory.
type RecordBuilder struct {
	pool *batch.Pool
	done []*batch.Batch

	// The batch that is being filled.
	n          int
	bytes      int
	key, value recordSide
	topics     []string
	topic      []int32
	partitions []int32
	timestamps []int64
	headers    batch.Headers
	source     *recordPositions

	topicAt     map[string]int32
	partitionAt map[string]int32
	scratch     []byte
}

// NewRecordBuilder returns a builder of batches from pool.
func NewRecordBuilder(pool *batch.Pool) *RecordBuilder {
	rb := &RecordBuilder{pool: pool}
	rb.start()
	return rb
}

// Records returns the records as batches. Errors: as RecordBuilder.Append; there are then no batches.
func Records(pool *batch.Pool, records []Record) ([]*batch.Batch, error) {
	rb := NewRecordBuilder(pool)
	for i := range records {
		if err := rb.Append(&records[i]); err != nil {
			rb.Discard()
			return nil, err
		}
	}
	return rb.Finish(), nil
}

// Append adds a record. r is borrowed, what its Values share is kept.
//
// Errors: key or value does not fit its schema, with the text of ConnectSchema.validateValue; the record
// is then not added. Null passes for required schemas, as in Java's records.
func (rb *RecordBuilder) Append(r *Record) error {
	size := r.Key.TextBytes() + r.Value.TextBytes()
	if !rb.key.fits(r.KeySchema, r.Key) || !rb.value.fits(r.ValueSchema, r.Value) ||
		rb.n == recordRowsMax || rb.n > 0 && rb.bytes+size > recordBytesMax {
		rb.cut()
	}
	if err := rb.key.check(rb.n, r.KeySchema, r.Key); err != nil {
		return err
	}
	if err := rb.value.check(rb.n, r.ValueSchema, r.Value); err != nil {
		return err
	}
	rb.key.append(r.KeySchema, r.Key)
	rb.value.append(r.ValueSchema, r.Value)
	rb.n++
	rb.bytes += size
	rb.envelope(r)
	return nil
}

func (rb *RecordBuilder) envelope(r *Record) {
	at, ok := rb.topicAt[r.Topic]
	if !ok {
		at = int32(len(rb.topics))
		rb.topicAt[r.Topic] = at
		rb.topics = append(rb.topics, r.Topic)
	}
	rb.topic = append(rb.topic, at)
	partition, timestamp := batch.NoPartition, batch.NoTimestamp
	if r.Partition != nil {
		partition = *r.Partition
	}
	if r.Timestamp != nil {
		timestamp = *r.Timestamp
	}
	rb.partitions = append(rb.partitions, partition)
	rb.timestamps = append(rb.timestamps, timestamp)
	rb.headers.Entries = append(rb.headers.Entries, r.Headers...)
	rb.headers.Offsets = append(rb.headers.Offsets, int32(len(rb.headers.Entries)))

	rb.scratch = r.SourcePartition.AppendKey(rb.scratch[:0])
	p, ok := rb.partitionAt[string(rb.scratch)]
	if !ok {
		p = int32(len(rb.source.all))
		rb.partitionAt[string(rb.scratch)] = p
		rb.source.all = append(rb.source.all, r.SourcePartition)
	}
	rb.source.partition = append(rb.source.partition, p)
	rb.source.offset = append(rb.source.offset, r.SourceOffset)
}

// Len returns the number of records since the last Finish.
func (rb *RecordBuilder) Len() int {
	n := rb.n
	for _, b := range rb.done {
		n += b.Len()
	}
	return n
}

// Finish returns the records as batches, which the caller owns, and starts anew.
func (rb *RecordBuilder) Finish() []*batch.Batch {
	rb.cut()
	out := rb.done
	rb.done = nil
	return out
}

// Discard drops all records.
func (rb *RecordBuilder) Discard() {
	for _, b := range rb.Finish() {
		b.Release()
	}
}

// start prepares an empty batch. Topics, headers and positions go to the batch, so they are made anew.
func (rb *RecordBuilder) start() {
	rb.n, rb.bytes = 0, 0
	rb.topics, rb.topic = nil, nil
	rb.partitions, rb.timestamps = nil, nil
	rb.headers = batch.Headers{Offsets: []int32{0}}
	rb.source = &recordPositions{}
	rb.topicAt, rb.partitionAt = map[string]int32{}, map[string]int32{}
}

// cut ends the batch.
func (rb *RecordBuilder) cut() {
	if rb.n == 0 {
		rb.key.forget()
		rb.value.forget()
		return
	}
	b := rb.pool.New(rb.n)
	b.Topics.Names = rb.topics
	if len(rb.topics) > 1 {
		b.Topics.Index = rb.topic
	}
	if allSame(rb.partitions) {
		b.Partition = rb.partitions[0]
	} else {
		b.Partitions = rb.partitions
	}
	if !allSame(rb.timestamps) || rb.timestamps[0] != batch.NoTimestamp {
		b.Timestamps = rb.timestamps
	}
	if len(rb.headers.Entries) > 0 {
		b.Headers = rb.headers
	}
	b.Source = rb.source
	b.Key, b.Value = rb.key.finish(b), rb.value.finish(b)
	rb.done = append(rb.done, b)
	rb.start()
}

func allSame[T comparable](v []T) bool {
	return !slices.ContainsFunc(v, func(x T) bool { return x != v[0] })
}

// recordSide collects the keys or the values of a batch.
type recordSide struct {
	known   bool // the schema is known: a record came that is no tombstone
	builder *batch.ColumnBuilder
}

func tombstone(schema *batch.Schema, v batch.Value) bool { return schema == nil && v.IsNull() }

// fits reports whether a record can join the batch.
func (s *recordSide) fits(schema *batch.Schema, v batch.Value) bool {
	return !s.known || tombstone(schema, v) || schema.Equal(s.builder.Schema())
}

// check learns the schema of a batch of n rows, all tombstones so far, and returns whether v fits it.
func (s *recordSide) check(n int, schema *batch.Schema, v batch.Value) error {
	if tombstone(schema, v) {
		return nil
	}
	if !s.known {
		if s.builder == nil || !s.builder.Schema().Equal(schema) {
			s.builder = batch.NewColumnBuilder(schema, false)
		}
		for range n {
			s.builder.AppendNoSchema()
		}
		s.known = true
	}
	return s.builder.Check(v)
}

// append adds a row that was checked.
func (s *recordSide) append(schema *batch.Schema, v batch.Value) {
	switch {
	case tombstone(schema, v):
		if s.known {
			s.builder.AppendNoSchema()
		}
	default:
		if err := s.builder.Append(v); err != nil {
			panic("connectors: checked value refused: " + err.Error())
		}
	}
}

// forget drops the schema of a batch without rows, which a refused record left.
func (s *recordSide) forget() {
	if s.known {
		s.known = false
		s.builder.Reset()
	}
}

func (s *recordSide) finish(b *batch.Batch) *batch.Column {
	if !s.known {
		return b.NullColumn(b.Len())
	}
	s.known = false
	return s.builder.Finish(b)
}

// recordPositions are the source positions of a batch of records.
type recordPositions struct {
	all       []batch.Value
	partition []int32
	offset    []batch.Value
}

// Partition returns the number of row i's source partition.
func (p *recordPositions) Partition(i int) int32 { return p.partition[i] }

// Partitions returns the source partitions of the batch.
func (p *recordPositions) Partitions() []batch.Value { return p.all }

// Offset returns the source offset of row i.
func (p *recordPositions) Offset(i int) batch.Value { return p.offset[i] }

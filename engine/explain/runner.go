package explain

import (
	"context"
	"errors"
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

// Runner takes records through the converters and transforms of a config, each as a batch of its own, with
// the code that tasks run. Nothing is produced or committed.
//
// Not safe for concurrent use.
type Runner struct {
	pipe     *engine.Pipeline
	pool     *batch.Pool
	operator *errant.Operator
	in       *stage.Sink   // of sinks
	out      *stage.Source // of sources
}

// NewRunner makes the pipeline of a config. The caller closes it; pool outlives it.
//
// Errors: those with which a task would fail to start.
func NewRunner(ctx context.Context, w *engine.Worker, pool *batch.Pool, props map[string]string) (*Runner, error) {
	p, err := w.NewPipeline(ctx, props)
	if err != nil {
		return nil, err
	}
	r := &Runner{pipe: p, pool: pool, operator: errant.NewOperator(errant.Options{TolerateAll: true})}
	if p.Class.Kind() == connectors.KindSink {
		r.in = stage.NewSink(stage.SinkOptions{Key: p.Key, Value: p.Value, Header: p.Header, HeaderClass: p.HeaderClass,
			Transforms: &stage.Chain{}, Identity: true, Operator: r.operator})
	} else {
		r.out = stage.NewSource(stage.SourceOptions{Key: p.Key, Value: p.Value, Header: p.Header, HeaderClass: p.HeaderClass,
			Transforms: &stage.Chain{}, Operator: r.operator})
	}
	return r, nil
}

// Sink reports whether records are those of a topic, rather than what a source made.
func (r *Runner) Sink() bool { return r.in != nil }

// Close closes converters and transforms.
func (r *Runner) Close() error {
	if r.out != nil {
		r.out.Close()
	}
	return errors.Join(r.operator.Close(), r.pipe.Close())
}

// Run takes one record through. What goes wrong with it is in the Trace.
//
// Errors: the record has no bytes under the connector's converters; ctx ended.
func (r *Runner) Run(ctx context.Context, rec *Record) (*Trace, error) {
	t := &Trace{Record: rec}
	b, err := r.start(ctx, rec, t)
	if err != nil || b == nil {
		return t, err
	}
	t.Start = stateOf(b)
	for i := range r.pipe.Chain.Steps {
		if b = r.step(&r.pipe.Chain.Steps[i], b, t); b == nil {
			return t, ctx.Err()
		}
	}
	if r.out != nil {
		r.encode(ctx, b, t)
	}
	b.Release()
	return t, ctx.Err()
}

// start makes the batch that the first transform gets, nil where converters refused the record.
func (r *Runner) start(ctx context.Context, rec *Record, t *Trace) (*batch.Batch, error) {
	if r.out != nil {
		return r.polled(rec)
	}
	raw, err := r.consumed(rec)
	if err != nil {
		return nil, err
	}
	defer raw.Release()
	list, failed, err := r.in.Run(ctx, raw)
	if err != nil {
		return nil, err
	}
	if len(failed) > 0 {
		t.fail(failed[0])
	}
	if len(list) == 0 {
		return nil, nil
	}
	b := list[0]
	if err = errors.Join(replace(b, &b.Key, rec.Key), replace(b, &b.Value, rec.Value)); err != nil {
		b.Release()
		return nil, err
	}
	return b, nil
}

// replace puts a value that came with its schema in place of a column.
func replace(b *batch.Batch, c **batch.Column, d Datum) error {
	if d.Form != DatumTyped {
		return nil
	}
	cb := batch.NewColumnBuilder(d.Schema, true)
	if err := cb.Append(d.Value); err != nil {
		return err
	}
	*c = cb.Finish(b)
	return nil
}

// consumed is a record as a fetch brings it.
func (r *Runner) consumed(rec *Record) (b *batch.Batch, err error) {
	b = r.pool.New(1)
	defer func() {
		if err != nil {
			b.Release()
			b = nil
		}
	}()
	b.Topics, b.Partition = batch.OneTopic(rec.Topic), max(rec.Partition, 0)
	b.Origin = batch.Origin{Topic: rec.Topic, Partition: b.Partition}
	b.Offsets = mem.Alloc[int64](&b.Arena, 1)
	b.Offsets[0] = rec.Offset
	b.Timestamps, b.TimestampType = mem.Alloc[int64](&b.Arena, 1), batch.CreateTime
	b.Timestamps[0] = rec.Timestamp
	if rec.Timestamp == batch.NoTimestamp {
		b.TimestampType = batch.NoTimestampType
	}
	if b.RawKey, err = r.raw(b, r.pipe.Key.Class, rec.Key); err != nil {
		return b, fmt.Errorf("key: %w", err)
	}
	if b.RawValue, err = r.raw(b, r.pipe.Value.Class, rec.Value); err != nil {
		return b, fmt.Errorf("value: %w", err)
	}
	for _, h := range rec.Headers {
		d := batch.Header{Key: h.Name}
		switch h.Form {
		case DatumTyped:
			d.Decoded, d.Schema, d.Value = true, h.Schema, h.Value
			if d.Raw, _, err = r.pipe.Header.FromConnect([]byte{}, rec.Topic, h.Name, h.Schema, h.Value); err != nil {
				return b, fmt.Errorf("header %s: %w", h.Name, err)
			}
			d = batch.Header{Key: h.Name, Raw: d.Raw}
		default:
			if d.Raw, err = bytesOf(r.pipe.HeaderClass, h.Datum); err != nil {
				return b, fmt.Errorf("header %s: %w", h.Name, err)
			}
		}
		b.Headers.Entries = append(b.Headers.Entries, d)
	}
	b.Headers.Offsets = []int32{0, int32(len(rec.Headers))}
	return b, nil
}

// bytesOf are the bytes of a datum in a topic.
func bytesOf(class string, d Datum) ([]byte, error) {
	if d.Form == DatumPlain {
		return plainBytes(class, d.Plain)
	}
	return d.Bytes, nil
}

func (r *Runner) raw(b *batch.Batch, class string, d Datum) (batch.Bytes, error) {
	out := batch.Bytes{Views: mem.Zeroed[batch.View](&b.Arena, 1), Valid: bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(1)))}
	data, err := bytesOf(class, d)
	if err != nil || data == nil || d.Form == DatumTyped {
		return out, err
	}
	out.Bufs[0] = append(b.Arena.Bytes(len(data))[:0], data...)
	out.Views[0] = batch.View{Len: uint32(len(data))}
	out.Valid.Set(0)
	return out, nil
}

// polled is a record as a source makes it.
func (r *Runner) polled(rec *Record) (*batch.Batch, error) {
	c := connectors.Record{Topic: rec.Topic}
	if rec.Partition != batch.NoPartition {
		c.Partition = &rec.Partition
	}
	if rec.Timestamp != batch.NoTimestamp {
		c.Timestamp = &rec.Timestamp
	}
	var err error
	if c.KeySchema, c.Key, err = rec.Key.data(); err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if c.ValueSchema, c.Value, err = rec.Value.data(); err != nil {
		return nil, fmt.Errorf("value: %w", err)
	}
	for _, h := range rec.Headers {
		s, v, err := h.data()
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", h.Name, err)
		}
		c.Headers = append(c.Headers, batch.Header{Key: h.Name, Decoded: true, Schema: s, Value: v})
	}
	list, err := connectors.Records(r.pool, []connectors.Record{c})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// data is a datum as Connect data; bytes are schemaless BYTES.
func (d *Datum) data() (*batch.Schema, batch.Value, error) {
	switch d.Form {
	case DatumPlain:
		v, err := plainValue(d.Plain)
		return nil, v, err
	case DatumTyped:
		return d.Schema, d.Value, nil
	}
	if d.Bytes == nil {
		return nil, batch.Null(), nil
	}
	return nil, batch.BytesValue(d.Bytes), nil
}

// step takes a record through one transform; nil: it is no more, and t says why.
func (r *Runner) step(s *stage.Step, b *batch.Batch, t *Trace) *batch.Batch {
	st := StepTrace{Alias: s.Alias, Class: s.Class, Outcome: Unchanged}
	before := columnsOf(b)
	was := stateOf(b)
	if s.Predicate != nil {
		if yes, _, err := s.Predicate.Test(b, batch.Selection{}, batch.Selection{}); err == nil && !b.Status.Any() {
			if (len(yes) == 1) == s.Negate {
				st.Outcome = Skipped
			}
		}
		b.Status.Reset()
	}
	c := stage.Chain{Steps: []stage.Step{*s}}
	out, failed, err := c.Run(b, nil)
	switch {
	case err != nil:
		failed = []errant.RowError{{Stage: errant.Transformation, Class: s.Class, Err: err}}
		fallthrough
	case len(failed) > 0:
		st.Outcome = Failed
		t.fail(failed[0])
	case len(out) == 0:
		st.Outcome = Dropped
	}
	if len(out) == 0 {
		t.Steps = append(t.Steps, st)
		return nil
	}
	st.After = stateOf(out[0])
	st.Writes = before.newIn(out[0])
	if st.Outcome == Unchanged && !was.equal(st.After) {
		st.Outcome = Changed
	}
	t.Steps = append(t.Steps, st)
	return out[0]
}

// encode keeps the bytes that a source's record would be produced with.
func (r *Runner) encode(ctx context.Context, b *batch.Batch, t *Trace) {
	out, failed, err := r.out.Run(ctx, b)
	if err != nil {
		failed = []errant.RowError{{Stage: errant.ValueConverter, Class: r.pipe.Value.Class, Err: err}}
	}
	if len(failed) > 0 {
		t.fail(failed[0])
	}
	for _, e := range out {
		for row := range e.B.Rows() {
			t.Encoded = &Encoded{Key: owned(&e.Key, int(row.Index())), Value: owned(&e.Value, int(row.Index()))}
		}
		e.B.Release()
	}
}

// owned is a copy of row i, nil for null.
func owned(b *batch.Bytes, i int) []byte {
	v, ok := b.Get(i)
	if !ok {
		return nil
	}
	return append([]byte{}, v...)
}

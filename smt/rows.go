package smt

import (
	"slices"

	"github.com/millrace/millrace/batch"
)

// Record is one record as a transform that works on records sees and returns it.
// Source: ConnectRecord.
type Record struct {
	Topic     string
	Partition int32 // batch.NoPartition: none
	Timestamp int64 // batch.NoTimestamp: none

	KeySchema   *batch.Schema // nil: schemaless
	Key         batch.Value
	ValueSchema *batch.Schema
	Value       batch.Value
	Headers     []batch.Header // borrowed: return another slice instead of writing it

	// Of consumed records; changes have no effect. Consumed tells a sink's records from a source's.
	Consumed      bool
	Offset        int64
	TimestampType batch.TimestampType
	Row           batch.Row // where the record came from, as it is before this transform
}

// Rows makes a Transform of a function over single records. keep false drops the record; an error fails
// its row. The records that result are grouped by their schemas: the first group stays in the batch,
// the others become forks over the same rows; a record without schema and value joins any group.
//
// A column that apply changes in no row keeps its form and its memory. close may be nil.
func Rows(apply func(Record) (out Record, keep bool, err error), close func() error) Transform {
	return &rowTransform{apply: apply, close: close}
}

type rowTransform struct {
	apply func(Record) (Record, bool, error)
	close func() error

	// Of the batch in work.
	kept   []keptRow
	groups []rowGroup
}

// keptRow is a record that apply returned.
type keptRow struct {
	row   int32
	group int
	Record
}

// rowGroup is records that share their schemas.
type rowGroup struct {
	key, value groupSide
	sel        batch.Selection
}

// groupSide is what the keys or the values of a group have in common.
type groupSide struct {
	known   bool // some record is no tombstone
	schema  *batch.Schema
	changed bool // some record differs from what came in
}

func tombstone(s *batch.Schema, v batch.Value) bool { return s == nil && v.IsNull() }

func (g *groupSide) fits(s *batch.Schema, v batch.Value) bool {
	return !g.known || tombstone(s, v) || s.Equal(g.schema)
}

func (g *groupSide) join(s *batch.Schema, v batch.Value, changed bool) {
	if !g.known && !tombstone(s, v) {
		g.known, g.schema = true, s
	}
	g.changed = g.changed || changed
}

// Apply transforms the live rows of b.
func (t *rowTransform) Apply(b *batch.Batch) (more []*batch.Batch, err error) {
	t.kept, t.groups = t.kept[:0], t.groups[:0]
	moved := envelope{b: b}
	for r := range b.Rows() {
		in := recordOf(r)
		out, keep, err := t.apply(in)
		if err != nil {
			b.Status.Fail(r.Index(), b.Len(), err)
			continue
		}
		if keep {
			t.assign(r.Index(), &in, &out)
			moved.note(&in, &out)
		}
	}
	moved.write(t.kept)
	rest := t.groups
	if len(rest) == 0 {
		b.Sel = batch.Selection{}
		return nil, nil
	}
	// Forks see b's columns as they came in, so b's own group is written last.
	for g := range rest[1:] {
		f := b.Fork(rest[g+1].sel)
		t.write(f, g+1, &b.Status)
		f.Sel = withoutFailed(f.Sel, &b.Status)
		more = append(more, f)
	}
	t.write(b, 0, &b.Status)
	b.Sel = withoutFailed(rest[0].sel, &b.Status)
	if len(b.Sel) == b.Len() {
		b.Sel = nil
	}
	clear(t.kept)
	clear(t.groups)
	return more, nil
}

// Close releases what the function holds.
func (t *rowTransform) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close()
}

// withoutFailed takes the failed rows out of sel, in place.
func withoutFailed(sel batch.Selection, s *batch.Status) batch.Selection {
	return slices.DeleteFunc(sel, s.Failed)
}

func recordOf(r batch.Row) Record {
	offset, consumed := r.Offset()
	return Record{
		Topic: r.Topic(), Partition: r.Partition(), Timestamp: r.Timestamp(),
		KeySchema: r.KeySchema(), Key: r.Key(), ValueSchema: r.ValueSchema(), Value: r.Value(),
		Headers: r.Headers(), Consumed: consumed, Offset: offset, TimestampType: r.TimestampType(), Row: r,
	}
}

// assign puts a record into a group: the one before it if it fits, so that runs stay together.
func (t *rowTransform) assign(row int32, in, out *Record) {
	fits := func(g int) bool {
		return t.groups[g].key.fits(out.KeySchema, out.Key) && t.groups[g].value.fits(out.ValueSchema, out.Value)
	}
	g := -1
	if n := len(t.kept); n > 0 && fits(t.kept[n-1].group) {
		g = t.kept[n-1].group
	}
	for i := 0; g < 0 && i < len(t.groups); i++ {
		if fits(i) {
			g = i
		}
	}
	if g < 0 {
		g = len(t.groups)
		t.groups = append(t.groups, rowGroup{})
	}
	group := &t.groups[g]
	group.key.join(out.KeySchema, out.Key, !out.KeySchema.Equal(in.KeySchema) || !out.Key.Equal(in.Key))
	group.value.join(out.ValueSchema, out.Value, !out.ValueSchema.Equal(in.ValueSchema) || !out.Value.Equal(in.Value))
	group.sel = append(group.sel, row)
	t.kept = append(t.kept, keptRow{row, g, *out})
}

// write makes the columns of group g in dst where they changed.
func (t *rowTransform) write(dst *batch.Batch, g int, status *batch.Status) {
	group := &t.groups[g]
	if group.key.changed {
		dst.Key = t.column(dst, g, &group.key, status, func(r *Record) (*batch.Schema, batch.Value) { return r.KeySchema, r.Key })
	}
	if group.value.changed {
		dst.Value = t.column(dst, g, &group.value, status, func(r *Record) (*batch.Schema, batch.Value) { return r.ValueSchema, r.Value })
	}
}

func (t *rowTransform) column(dst *batch.Batch, g int, side *groupSide, status *batch.Status, of func(*Record) (*batch.Schema, batch.Value)) *batch.Column {
	if !side.known {
		return dst.NullColumn(dst.Len())
	}
	cb := batch.NewColumnBuilder(side.schema, false)
	for i := range t.kept {
		k := &t.kept[i]
		if k.group != g {
			continue
		}
		cb.AppendNulls(int(k.row) - cb.Len())
		s, v := of(&k.Record)
		if tombstone(s, v) {
			cb.AppendNoSchema()
		} else if err := cb.Append(v); err != nil {
			status.Fail(k.row, dst.Len(), err)
			cb.AppendNulls(1)
		}
	}
	cb.AppendNulls(dst.Len() - cb.Len())
	return cb.Finish(dst)
}

// envelope writes topics, partitions, timestamps and headers where records changed them.
type envelope struct {
	b                                     *batch.Batch
	topics, partitions, timestamp, header bool
}

func (e *envelope) note(in, out *Record) {
	e.topics = e.topics || in.Topic != out.Topic
	e.partitions = e.partitions || in.Partition != out.Partition
	e.timestamp = e.timestamp || in.Timestamp != out.Timestamp
	e.header = e.header || !sameHeaders(in.Headers, out.Headers)
}

func sameHeaders(a, b []batch.Header) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// write makes the arrays anew; rows that were not kept hold anything.
func (e *envelope) write(kept []keptRow) {
	n := e.b.Len()
	if e.topics && len(kept) > 0 {
		t := batch.Topics{Index: make([]int32, n)}
		index := map[string]int32{}
		for i := range kept {
			at, ok := index[kept[i].Topic]
			if !ok {
				at = int32(len(t.Names))
				index[kept[i].Topic] = at
				t.Names = append(t.Names, kept[i].Topic)
			}
			t.Index[kept[i].row] = at
		}
		if len(t.Names) == 1 {
			t.Index = nil
		}
		e.b.Topics = t
	}
	if e.partitions {
		e.b.Partitions = make([]int32, n)
		for i := range kept {
			e.b.Partitions[kept[i].row] = kept[i].Partition
		}
	}
	if e.timestamp {
		e.b.Timestamps = make([]int64, n)
		for i := range kept {
			e.b.Timestamps[kept[i].row] = kept[i].Timestamp
		}
	}
	if e.header {
		h := batch.Headers{Offsets: make([]int32, n+1)}
		row := 0
		for i := range kept {
			for ; row < int(kept[i].row); row++ {
				h.Offsets[row+1] = int32(len(h.Entries))
			}
			h.Entries = append(h.Entries, kept[i].Headers...)
			row++
			h.Offsets[row] = int32(len(h.Entries))
		}
		for ; row < n; row++ {
			h.Offsets[row+1] = int32(len(h.Entries))
		}
		e.b.Headers = h
	}
}

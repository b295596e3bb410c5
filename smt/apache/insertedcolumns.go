package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// lacks reports whether no row has what is to be inserted.
func lacks(b *batch.Batch, what insertion) bool {
	switch what {
	case insertPartition:
		return b.Partitions == nil && b.Partition == batch.NoPartition
	case insertTimestamp:
		return b.Timestamps == nil
	}
	return false
}

// someLack reports whether a row lacks what others may have.
func someLack(b *batch.Batch, what insertion) bool {
	switch what {
	case insertPartition:
		return slices.Contains(b.Partitions, batch.NoPartition)
	case insertTimestamp:
		return slices.Contains(b.Timestamps, batch.NoTimestamp)
	}
	return false
}

// typedColumn returns the column of an inserted field.
func (t *insertField) typedColumn(b *batch.Batch, f *inserted) *batch.Column {
	n := b.Len()
	switch {
	case lacks(b, f.what):
		return b.NewConstant(f.schema, n, batch.Null())
	case f.what == insertTopic:
		return topicColumn(b, f.schema)
	case f.what == insertStatic:
		return b.NewConstant(f.schema, n, batch.StringValue(t.static))
	case f.what == insertPartition && b.Partitions == nil:
		return b.NewConstant(f.schema, n, batch.Int32Value(b.Partition))
	}
	c := b.NewFixed(f.schema, n)
	switch f.what {
	case insertPartition:
		copy(c.Int32s(), b.Partitions)
		c.Valid = without(b, b.Partitions, batch.NoPartition)
	case insertOffset:
		copy(c.Int64s(), b.Offsets)
	case insertTimestamp:
		copy(c.Int64s(), b.Timestamps)
		c.Valid = without(b, b.Timestamps, batch.NoTimestamp)
	}
	return c
}

// topicColumn returns the topics of all rows.
func topicColumn(b *batch.Batch, s *batch.Schema) *batch.Column {
	if b.Topics.Index == nil {
		return b.NewConstant(s, b.Len(), batch.StringValue(b.Row(0).Topic()))
	}
	cb := batch.NewColumnBuilder(s, false)
	for _, name := range b.Topics.Names {
		if cb.Append(batch.StringValue(name)) != nil {
			cb.AppendNulls(1)
		}
	}
	return b.NewDictionary(s, b.Topics.Index, cb.Finish(b))
}

// without returns the rows that do not have v, nil if all are so.
func without[T int32 | int64](b *batch.Batch, values []T, v T) bits.Bitmap {
	if !slices.Contains(values, v) {
		return nil
	}
	out := bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(len(values))))
	for i := range values {
		if values[i] != v {
			out.Set(i)
		}
	}
	return out
}

// untypedColumn is typedColumn without a schema, where every row has what is to be inserted.
func (t *insertField) untypedColumn(b *batch.Batch, f *inserted) *batch.Column {
	n := b.Len()
	switch {
	case f.what == insertTopic:
		return untypedTopics(b)
	case f.what == insertStatic:
		return b.NewConstant(nil, n, batch.StringValue(t.static))
	case f.what == insertPartition && b.Partitions == nil:
		return b.NewConstant(nil, n, batch.Int32Value(b.Partition))
	}
	c := b.NewDynamic(n)
	d := c.Dyn
	d.Tags, d.Uniform = nil, batch.TagInt64
	switch f.what {
	case insertPartition:
		d.Uniform = batch.TagInt32
		for i, p := range b.Partitions {
			d.Slots[i] = uint64(int64(p))
		}
	case insertOffset:
		copy(d.Int64s(), b.Offsets)
	case insertTimestamp:
		copy(d.Int64s(), b.Timestamps)
	}
	return c
}

func untypedTopics(b *batch.Batch) *batch.Column {
	if b.Topics.Index == nil {
		return b.NewConstant(nil, b.Len(), batch.StringValue(b.Row(0).Topic()))
	}
	c := b.NewDynamic(b.Len())
	c.Dyn.Tags, c.Dyn.Uniform = nil, batch.TagString
	views := make([]batch.View, len(b.Topics.Names))
	size := 0
	for i, name := range b.Topics.Names {
		views[i] = batch.View{Pos: uint32(size) | batch.InArena, Len: uint32(len(name))}
		size += len(name)
	}
	text := b.Arena.Bytes(size)[:0]
	for _, name := range b.Topics.Names {
		text = append(text, name...)
	}
	c.Bufs[1] = text
	slots := c.Dyn.Views()
	for i, at := range b.Topics.Index {
		slots[i] = views[at]
	}
	return c
}

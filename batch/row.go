package batch

import "iter"

// Row is one row of a batch: a view for code that works on records. It is valid as long as its batch;
// the values it returns own their memory.
type Row struct {
	b *Batch
	i int32
}

// Row returns row i.
func (b *Batch) Row(i int32) Row { return Row{b, i} }

// Rows iterates over the live rows, ascending: those selected that have not failed.
func (b *Batch) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		if b.Sel == nil {
			for i := range int32(b.n) {
				if !b.Status.Failed(i) && !yield(Row{b, i}) {
					return
				}
			}
			return
		}
		for _, i := range b.Sel {
			if !b.Status.Failed(i) && !yield(Row{b, i}) {
				return
			}
		}
	}
}

// Batch returns the batch that r is a row of.
func (r Row) Batch() *Batch { return r.b }

// Index returns r's position in its batch.
func (r Row) Index() int32 { return r.i }

// Topic returns the topic, "" when the batch has none.
func (r Row) Topic() string {
	if len(r.b.Topics.Names) == 0 {
		return ""
	}
	return r.b.Topics.At(int(r.i))
}

// Partition returns the partition, or NoPartition.
func (r Row) Partition() int32 {
	if r.b.Partitions != nil {
		return r.b.Partitions[r.i]
	}
	return r.b.Partition
}

// Timestamp returns epoch milliseconds, or NoTimestamp.
func (r Row) Timestamp() int64 {
	if r.b.Timestamps != nil {
		return r.b.Timestamps[r.i]
	}
	return NoTimestamp
}

// TimestampType returns what a consumed row's timestamp means.
func (r Row) TimestampType() TimestampType { return r.b.TimestampType }

// Offset returns the record offset; ok is false for rows that were not consumed.
func (r Row) Offset() (offset int64, ok bool) {
	if r.b.Offsets == nil {
		return 0, false
	}
	return r.b.Offsets[r.i], true
}

// Origin returns where a consumed row came from, untouched by transforms.
func (r Row) Origin() Origin { return r.b.Origin }

// Key returns the key; null when the batch has no key column.
func (r Row) Key() Value { return cell(r.b.Key, r.i) }

// KeySchema returns the key's schema, nil when schemaless.
func (r Row) KeySchema() *Schema { return cellSchema(r.b.Key, r.i) }

// Value returns the value; null when the batch has no value column.
func (r Row) Value() Value { return cell(r.b.Value, r.i) }

// ValueSchema returns the value's schema, nil when schemaless.
func (r Row) ValueSchema() *Schema { return cellSchema(r.b.Value, r.i) }

// Headers returns the headers, borrowed from the batch.
func (r Row) Headers() []Header { return r.b.Headers.Of(int(r.i)) }

// SourcePartition returns the source partition of a row that came from a source, otherwise null.
func (r Row) SourcePartition() Value {
	if r.b.Source == nil {
		return Value{}
	}
	return r.b.Source.Partitions()[r.b.Source.Partition(int(r.i))]
}

// SourceOffset returns the source offset of a row that came from a source, otherwise null.
func (r Row) SourceOffset() Value {
	if r.b.Source == nil {
		return Value{}
	}
	return r.b.Source.Offset(int(r.i))
}

func cell(c *Column, i int32) Value {
	if c == nil {
		return Value{}
	}
	return c.Value(int(i))
}

func cellSchema(c *Column, i int32) *Schema {
	if c == nil {
		return nil
	}
	return c.SchemaOf(int(i))
}

package cdc

import (
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// Operations, as op says them. Tombstone is none: a row without a value.
const (
	OpCreate   = 'c'
	OpUpdate   = 'u'
	OpDelete   = 'd'
	OpRead     = 'r'
	OpTruncate = 't'
	Tombstone  = 0
)

// operations is the dictionary of op.
const operations = "cudrt"

// TransactionBlock is the schema of the envelope's transaction. Source: SchemaFactory.transactionBlockSchema.
func TransactionBlock() *batch.Schema {
	return batch.NewSchema(batch.KindStruct).Name("event.block").Version(1).Optional(true).
		Field("id", batch.Of(batch.KindString, false)).
		Field("total_order", batch.Of(batch.KindInt64, false)).
		Field("data_collection_order", batch.Of(batch.KindInt64, false)).Build()
}

// EnvelopeSchema returns the schema of a table's values. row is optional. Source: Envelope.defineSchema.
func EnvelopeSchema(name string, row, source, transaction *batch.Schema) *batch.Schema {
	number := batch.Of(batch.KindInt64, true)
	return batch.NewSchema(batch.KindStruct).Name(name).Version(2).
		Field("before", row).Field("after", row).Field("source", source).Field("transaction", transaction).
		Field("op", batch.Of(batch.KindString, false)).
		Field("ts_ms", number).Field("ts_us", number).Field("ts_ns", number).Build()
}

// Parts are the columns of an envelope; Before, After and Transaction may be nil, for null in every row.
type Parts struct {
	Before, After, Source, Transaction *batch.Column
	Ops                                []byte // of each row: one of the operations, or Tombstone
	Now                                time.Time
}

// Envelope lays out the value column of b under an envelope schema. Rows that are tombstones have no value.
func Envelope(b *batch.Batch, schema *batch.Schema, p Parts) *batch.Column {
	n := len(p.Ops)
	fields := schema.Fields()
	null := func(c *batch.Column, field int) *batch.Column {
		if c == nil {
			return b.NewConstant(fields[field].Schema, n, batch.Null())
		}
		return c
	}
	number := func(field int, v int64) *batch.Column {
		return b.NewConstant(fields[field].Schema, n, batch.Int64Value(v))
	}
	index := mem.Alloc[int32](&b.Arena, n)
	gone := 0
	for i, op := range p.Ops {
		at := int32(0)
		switch op {
		case OpUpdate:
			at = 1
		case OpDelete:
			at = 2
		case OpRead:
			at = 3
		case OpTruncate:
			at = 4
		case Tombstone:
			gone++
		}
		index[i] = at
	}
	letters := b.NewViews(fields[4].Schema, len(operations), []byte(operations), nil)
	for i := range letters.Views {
		letters.Views[i] = batch.View{Pos: uint32(i), Len: 1}
	}
	c := b.NewStruct(schema, n, []*batch.Column{
		null(p.Before, 0), null(p.After, 1), p.Source, null(p.Transaction, 3),
		b.NewDictionary(fields[4].Schema, index, letters),
		number(5, p.Now.UnixMilli()), number(6, p.Now.UnixMicro()), number(7, p.Now.UnixNano()),
	})
	if gone == 0 {
		return c
	}
	valid := b.MakeValid(c)
	c.NoSchema = bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(n)))
	for i, op := range p.Ops {
		if op == Tombstone {
			valid.Clear(i)
			c.NoSchema.Set(i)
		}
	}
	return c
}

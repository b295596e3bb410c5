package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// side is the half of a record that a transform works on.
type side bool

const (
	keySide   side = true
	valueSide side = false
)

// String returns how texts name the side.
func (s side) String() string {
	if s == keySide {
		return "key"
	}
	return "value"
}

// column returns the side's column; a batch without one has null in every row.
func (s side) column(b *batch.Batch) *batch.Column {
	c := b.Value
	if s == keySide {
		c = b.Key
	}
	if c == nil {
		c = b.NullColumn(b.Len())
	}
	return c
}

func (s side) setColumn(b *batch.Batch, c *batch.Column) {
	if s == keySide {
		b.Key = c
	} else {
		b.Value = c
	}
}

// of returns the side of a record.
func (s side) of(r *smt.Record) (*batch.Schema, batch.Value) {
	if s == keySide {
		return r.KeySchema, r.Key
	}
	return r.ValueSchema, r.Value
}

// with returns r with another side.
func (s side) with(r smt.Record, schema *batch.Schema, v batch.Value) smt.Record {
	if s == keySide {
		r.KeySchema, r.Key = schema, v
	} else {
		r.ValueSchema, r.Value = schema, v
	}
	return r
}

package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// Side is the half of a record that a transform works on.
type Side bool

// The sides.
const (
	Key   Side = true
	Value Side = false
)

// String returns how texts name the side.
func (s Side) String() string {
	if s == Key {
		return "key"
	}
	return "value"
}

// Column returns the side's column; a batch without one has null in every row.
func (s Side) Column(b *batch.Batch) *batch.Column {
	c := b.Value
	if s == Key {
		c = b.Key
	}
	if c == nil {
		c = b.NullColumn(b.Len())
	}
	return c
}

// SetColumn gives the side another column.
func (s Side) SetColumn(b *batch.Batch, c *batch.Column) {
	if s == Key {
		b.Key = c
	} else {
		b.Value = c
	}
}

// Of returns the side of a record.
func (s Side) Of(r *smt.Record) (*batch.Schema, batch.Value) {
	if s == Key {
		return r.KeySchema, r.Key
	}
	return r.ValueSchema, r.Value
}

// With returns r with another side.
func (s Side) With(r smt.Record, schema *batch.Schema, v batch.Value) smt.Record {
	if s == Key {
		r.KeySchema, r.Key = schema, v
	} else {
		r.ValueSchema, r.Value = schema, v
	}
	return r
}

// On is the effect of what is done to the side alone.
func (s Side) On(a smt.Access) smt.Effect {
	if s == Key {
		return smt.Effect{Key: a}
	}
	return smt.Effect{Value: a}
}

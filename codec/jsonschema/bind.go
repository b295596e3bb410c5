package jsonschema

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// output is how the values of a column are written; chosen once per column and batch.
type output uint8

const (
	outPlain output = iota // by way of a value
	outText                // the same text for every row
	outInt8
	outInt16
	outInt32
	outInt64
	outTime
	outFloat32
	outFloat64
	outBoolean
	outString
	outBytes
	outDecimal // as configured
	outArray
	outObject // a map as object
	outPairs  // a map as array of entries
	outStruct
	outUnion
	outDictionary
)

// bound is a column as the encoder walks it: its arrays, and the texts around its values. It is made anew for each
// batch, in memory that is kept.
type bound struct {
	op     output
	col    *batch.Column
	schema *batch.Schema
	name   string // of the field that lead is for
	lead   []byte // what stands before a field's value: a comma, its name and a colon
	low    uint64 // the first eight bytes of lead, filled up with zeros
	high   uint64 // and the second eight
	scale  int32  // outDecimal

	valid    bool // some row may be null
	standard bool // a default is what stands for null
	null     text // what stands for null
	constant text // outText

	int64s []int64
	floats []float64
	views  []batch.View
	kids   []*bound // STRUCT: fields; ARRAY: elements; MAP: keys, values; dictionary: entries
}

// text is what is written for a value that is known beforehand.
type text struct {
	b      []byte
	absent bool // nothing is
	failed bool // it cannot be
}

// kid returns the k-th bound below b; they are asked for in order.
func (b *bound) kid(k int) *bound {
	switch {
	case k < len(b.kids):
	case k < cap(b.kids):
		b.kids = b.kids[:k+1]
	default:
		b.kids = append(b.kids, nil)
	}
	if b.kids[k] == nil {
		b.kids[k] = &bound{}
	}
	return b.kids[k]
}

// field sets the text before a field of that name.
func (b *bound) field(name string) {
	if len(b.lead) > 0 && b.name == name {
		return
	}
	b.name = name
	b.lead = append(jsonscan.AppendString(append(b.lead[:0], ','), name), ':')
	var w [16]byte
	copy(w[:], b.lead)
	b.low, b.high = binary.LittleEndian.Uint64(w[:]), binary.LittleEndian.Uint64(w[8:])
}

// bind prepares b for writing the rows of c.
func (e *encoder) bind(b *bound, c *batch.Column, depth int) {
	s := c.Schema()
	b.col, b.schema, b.valid = c, s, c.Valid != nil
	b.standard = s.HasDefault() && !e.ignoreDefaults
	if b.valid || s.Kind() == batch.KindStruct {
		e.known(&b.null, s, batch.Null())
	}
	switch {
	case c.Form() == batch.FormConstant:
		b.op = outText
		e.known(&b.constant, s, c.Const)
	case c.Form() == batch.FormDictionary:
		b.op = outDictionary
		e.bind(b.kid(0), c.Dict, depth)
	case depth > depthMax:
		b.op = outPlain
	default:
		e.bindPlain(b, c, depth)
	}
}

// known makes t the text of a value.
func (e *encoder) known(t *text, s *batch.Schema, v batch.Value) {
	w := plainWriter{data: &e.data}
	out, absent, err := w.value(t.b[:0], s, v, 0)
	*t = text{b: out, absent: absent, failed: err != nil || w.deepest > plainDepth}
}

// bindPlain binds a column of the plain form.
func (e *encoder) bindPlain(b *bound, c *batch.Column, depth int) {
	s := c.Schema()
	b.op = outputOf(s)
	switch b.op {
	case outInt64:
		b.int64s = c.Int64s()
	case outFloat64:
		b.floats = c.Float64s()
	case outString:
		b.views = c.Views
	case outDecimal:
		var known bool
		if b.scale, known = s.Scale(); !known && !e.numeric {
			b.op = outPlain
		}
	case outArray:
		e.bind(b.kid(0), c.Children[0], depth+1)
	case outObject, outPairs:
		e.bind(b.kid(0), c.Children[0], depth+2)
		e.bind(b.kid(1), c.Children[1], depth+2)
	case outStruct, outUnion:
		b.kids = b.kids[:0]
		for i := range s.Fields() {
			k := b.kid(i)
			k.field(s.Fields()[i].Name)
			e.bind(k, c.Children[i], depth+1)
		}
	}
}

// outputOf returns how values under s are written.
func outputOf(s *batch.Schema) output {
	switch s.Logical() {
	case batch.LogicalDecimal:
		return outDecimal
	case batch.LogicalTime:
		return outTime
	case batch.LogicalDate:
		return outInt32
	case batch.LogicalTimestamp:
		return outInt64
	}
	switch s.Name() {
	case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName, variantName:
		return outPlain
	}
	switch s.Kind() {
	case batch.KindInt8:
		return outInt8
	case batch.KindInt16:
		return outInt16
	case batch.KindInt32:
		return outInt32
	case batch.KindInt64:
		return outInt64
	case batch.KindFloat32:
		return outFloat32
	case batch.KindFloat64:
		return outFloat64
	case batch.KindBoolean:
		return outBoolean
	case batch.KindString:
		return outString
	case batch.KindBytes:
		return outBytes
	case batch.KindArray:
		return outArray
	case batch.KindMap:
		if stringKeyed(s) {
			return outObject
		}
		return outPairs
	}
	if isUnion(s) {
		return outUnion
	}
	return outStruct
}

// unbind drops what belongs to the batch.
func (b *bound) unbind() {
	b.col, b.schema, b.int64s, b.floats, b.views = nil, nil, nil, nil, nil
	for _, k := range b.kids {
		k.unbind()
	}
}

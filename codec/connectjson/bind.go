package connectjson

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
	outFloat32
	outFloat64
	outBoolean
	outString
	outBytes
	outDecimal // as configured
	outArray
	outPairs  // a map as array of pairs
	outObject // a map as object
	outStruct
	outDictionary
	outDynamic
)

// bound is a column as the encoder walks it: its arrays, and the texts around its values. It is made
// anew for each batch, in memory that is kept.
type bound struct {
	op    output
	col   *batch.Column
	depth int    // arrays and objects around its values
	name  string // of the member that lead is for
	lead  []byte // what stands before a member's value: a comma, its name and a colon
	low   uint64 // the first eight bytes of lead, filled up with zeros
	high  uint64 // and the second eight
	null  []byte // what stands for null; nil where null fails
	text  []byte // outText; nil fails

	valid  bool // some row may be null
	int64s []int64
	floats []float64
	views  []batch.View
	kids   []*bound // STRUCT: fields; ARRAY: elements; MAP: keys, values; dictionary: entries

	// Schemaless.
	tags   []batch.Tag
	slots  []uint64
	spots  []batch.View
	orders [][]int32 // members of each shape in the order of writing; nil where a row goes the plain way
	elems  *bound
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

// member sets the text before a member of that name.
func (b *bound) member(name string) {
	if len(b.lead) > 0 && b.name == name {
		return
	}
	b.name = name
	b.lead = append(jsonscan.AppendString(append(b.lead[:0], ','), name), ':')
	var w [16]byte
	copy(w[:], b.lead)
	b.low, b.high = binary.LittleEndian.Uint64(w[:]), binary.LittleEndian.Uint64(w[8:])
}

// bind prepares b for writing the rows of c. lead is the caller's to set.
func (e *encoder) bind(b *bound, c *batch.Column, depth int) {
	b.col, b.depth, b.text, b.valid = c, depth, nil, c.Valid != nil
	s := c.Schema()
	if b.valid {
		b.null = e.nullText(b.null, s)
	}
	switch c.Form() {
	case batch.FormConstant:
		e.bindConstant(b, c, depth)
	case batch.FormDictionary:
		b.op = outDictionary
		e.bind(b.kid(0), c.Dict, depth)
	case batch.FormDynamic:
		e.bindDynamic(b, c, depth)
	default:
		e.bindPlain(b, c, depth)
	}
}

// nullText returns what null under s is written as, nil where it fails.
func (e *encoder) nullText(dst []byte, s *batch.Schema) []byte {
	w := e.writer(true)
	out, err := w.value(dst[:0], s, batch.Null(), 0)
	if err != nil || w.deepest > plainDepth {
		return nil
	}
	return out
}

// bindConstant writes the value once.
func (e *encoder) bindConstant(b *bound, c *batch.Column, depth int) {
	b.op = outText
	w := e.writer(true)
	text, err := w.value(b.text[:0], c.Schema(), c.Const, depth)
	if err != nil || w.deepest > jsonscan.DepthMax {
		text = nil
	}
	b.text = text
}

// plainDepth is how deep columns nest at most that are written without counting. Schemaless columns end
// at batch.DynamicDepthMax, what is packed in them goes the plain way.
const plainDepth = 512

func (e *encoder) bindPlain(b *bound, c *batch.Column, depth int) {
	s := c.Schema()
	b.op = outPlain
	if depth > plainDepth {
		return
	}
	switch s.Logical() {
	case batch.LogicalDecimal:
		b.op = outDecimal
		b.views = c.Views
		if scale, ok := s.Scale(); !e.numeric && (!ok || c.Scales != nil && scaled(c, scale)) {
			b.op = outPlain
		}
		return
	case batch.LogicalTime:
		return // its range is checked
	case batch.LogicalNone:
		switch s.Name() {
		case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName:
			return
		}
	}
	switch s.Kind() {
	case batch.KindInt8:
		b.op = outInt8
	case batch.KindInt16:
		b.op = outInt16
	case batch.KindInt32:
		b.op = outInt32
	case batch.KindInt64:
		b.op, b.int64s = outInt64, c.Int64s()
	case batch.KindFloat32:
		b.op = outFloat32
	case batch.KindFloat64:
		b.op, b.floats = outFloat64, c.Float64s()
	case batch.KindBoolean:
		b.op = outBoolean
	case batch.KindString:
		b.op, b.views = outString, c.Views
	case batch.KindBytes:
		b.op, b.views = outBytes, c.Views
	case batch.KindArray:
		b.op = outArray
		e.bind(b.kid(0), c.Children[0], depth+1)
	case batch.KindMap:
		b.op = outPairs
		e.bind(b.kid(0), c.Children[0], depth+1)
		e.bind(b.kid(1), c.Children[1], depth+1)
		if s.Key().Kind() == batch.KindString {
			b.op = outObject
			if b.kids[0].op != outString || b.kids[0].valid {
				b.op = outPlain // null keys may stand for a text that is there already
			}
		}
	case batch.KindStruct:
		b.op = outStruct
		for i, f := range s.Fields() {
			k := b.kid(i)
			k.member(f.Name)
			e.bind(k, c.Children[i], depth+1)
		}
		b.kids = b.kids[:len(s.Fields())]
	}
}

// scaled reports whether some decimal has another scale than the schema's.
func scaled(c *batch.Column, scale int32) bool {
	for _, s := range c.Scales {
		if s != scale {
			return true
		}
	}
	return false
}

func (e *encoder) bindDynamic(b *bound, c *batch.Column, depth int) {
	d := c.Dyn
	b.op = outDynamic
	b.tags, b.slots, b.spots = d.Tags, d.Slots, d.Views()
	for i := range d.Fields {
		k := b.kid(i)
		k.member(d.Fields[i].Name)
		e.bind(k, d.Fields[i].Column, depth+1)
	}
	b.orders = b.orders[:0]
	for i := range d.Shapes {
		b.orders = append(b.orders, orderOf(d, &d.Shapes[i]))
	}
	if d.Elems != nil {
		if b.elems == nil {
			b.elems = &bound{}
		}
		e.bind(b.elems, d.Elems, depth+1)
	}
}

// orderOf returns the members of a shape in the order of writing, and keeps it with the shape; nil
// where rows have members outside of columns.
func orderOf(d *batch.Dynamic, s *batch.Shape) []int32 {
	switch {
	case s.Rest:
		return nil
	case d.Linked || len(s.Fields) < 2:
		if s.Fields == nil {
			return []int32{}
		}
		return s.Fields
	case s.HashOrder == nil:
		names := make([]string, len(s.Fields))
		for i, f := range s.Fields {
			names[i] = d.Fields[f].Name
		}
		s.HashOrder = hashOrderOfNames(s.Fields, names)
	}
	return s.HashOrder
}

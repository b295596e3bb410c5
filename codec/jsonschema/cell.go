package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/fill"
)

// operation is what is done with the values of a column; chosen once per column.
type operation uint8

const (
	opPlain operation = iota // a value at a time: a union, a map of other keys than text, a variant, a logical name on another type
	opInt8
	opInt16
	opInt32
	opInt64
	opFloat32
	opFloat64
	opBoolean
	opString
	opBytes
	opDecimal
	opDate
	opTime
	opTimestamp
	opArray
	opMap
	opStruct
	opSkip // a member that nobody keeps: checked only
)

// cell is a column that is being filled, and what is learned about its values. A decoder keeps a tree of them for each
// schema.
type cell struct {
	op       operation
	depth    int // arrays and objects above
	schema   *batch.Schema
	col      *fill.Column
	optional bool
	standard batch.Value          // what null becomes; null: nothing
	unfit    bool                 // standard does not fit where it would stand: the row is read plainly, and fails
	check    *batch.ColumnBuilder // opPlain: what values the column holds

	object *object // STRUCT
	key    *cell   // MAP
	elem   *cell   // elements of an ARRAY, values of a MAP
}

// newCell returns the cell of a schema, with a column in domain d. within says that it is in a struct.
func newCell(s *batch.Schema, d *fill.Domain, depth int, within bool) *cell {
	c := &cell{op: operationOf(s), depth: depth, schema: s, optional: s.Optional(), standard: s.Default()}
	c.col = d.Add(s, true)
	c.unfit = within && !c.standard.IsNull() && s.Validate(c.standard) != nil
	if c.op == opPlain {
		c.check = batch.NewColumnBuilder(s, true)
	}
	switch s.Kind() {
	case batch.KindArray:
		c.elem = newCell(s.Elem(), c.col.Elems, depth+1, within)
		c.col.Sub = []*fill.Column{c.elem.col}
	case batch.KindMap:
		c.key, c.elem = newCell(s.Key(), c.col.Elems, depth+1, within), newCell(s.Elem(), c.col.Elems, depth+1, within)
		c.col.Sub = []*fill.Column{c.key.col, c.elem.col}
	case batch.KindStruct:
		c.object = newMembers(s, d, depth+1, within)
		for _, m := range c.object.members {
			c.col.Sub = append(c.col.Sub, m.cell.col)
		}
	}
	return c
}

// operationOf returns what is done with values under s.
func operationOf(s *batch.Schema) operation {
	switch s.Logical() {
	case batch.LogicalDecimal:
		return opDecimal
	case batch.LogicalDate:
		return opDate
	case batch.LogicalTime:
		return opTime
	case batch.LogicalTimestamp:
		return opTimestamp
	}
	switch s.Name() {
	case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName, variantName:
		return opPlain
	}
	switch s.Kind() {
	case batch.KindInt8:
		return opInt8
	case batch.KindInt16:
		return opInt16
	case batch.KindInt32:
		return opInt32
	case batch.KindInt64:
		return opInt64
	case batch.KindFloat32:
		return opFloat32
	case batch.KindFloat64:
		return opFloat64
	case batch.KindBoolean:
		return opBoolean
	case batch.KindString:
		return opString
	case batch.KindBytes:
		return opBytes
	case batch.KindArray:
		return opArray
	case batch.KindMap:
		if stringKeyed(s) {
			return opMap
		}
		return opPlain
	}
	if isUnion(s) {
		return opPlain
	}
	return opStruct
}

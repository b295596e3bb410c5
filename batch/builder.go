package batch

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
)

// ColumnBuilder collects values under one schema, row by row, and lays them out as a column. It is how
// code that works on records writes; decoders fill columns directly.
//
// What it collects lives in its own growing slices, reused by the next column. Not safe for concurrent
// use. Make one with NewColumnBuilder.
type ColumnBuilder struct {
	schema *Schema
	n      int

	valid    bits.Bitmap
	nulls    int
	noSchema bits.Bitmap // as long as valid once a row is in it, before nil
	fixed    []byte
	text     []byte
	views    []View
	scales   []int32
	offsets  []int32
	children []*ColumnBuilder
	values   []Value // schemaless
	held     int     // bytes of text in values
	linked   bool
}

// NewColumnBuilder returns a builder of columns under s; nil s makes dynamic columns. linked says that
// schemaless maps iterate in member order, as a LinkedHashMap does.
func NewColumnBuilder(s *Schema, linked bool) *ColumnBuilder {
	cb := &ColumnBuilder{schema: s, linked: linked}
	if s == nil {
		return cb
	}
	child := func(s *Schema) {
		cb.children = append(cb.children, NewColumnBuilder(s, linked))
	}
	switch s.kind {
	case KindArray:
		child(s.elem)
	case KindMap:
		child(s.key)
		child(s.elem)
	case KindStruct:
		for i := range s.fields {
			child(s.fields[i].Schema)
		}
	}
	cb.Reset()
	return cb
}

// Schema returns the schema that the columns have.
func (cb *ColumnBuilder) Schema() *Schema { return cb.schema }

// Len returns the number of rows so far.
func (cb *ColumnBuilder) Len() int { return cb.n }

// Reset drops all rows and keeps the memory.
func (cb *ColumnBuilder) Reset() {
	cb.n, cb.nulls, cb.noSchema, cb.held = 0, 0, nil, 0
	cb.valid, cb.fixed, cb.text = cb.valid[:0], cb.fixed[:0], cb.text[:0]
	cb.views, cb.scales = cb.views[:0], cb.scales[:0]
	cb.offsets = append(cb.offsets[:0], 0)
	clear(cb.values)
	cb.values = cb.values[:0]
	for _, k := range cb.children {
		k.Reset()
	}
}

// Append adds a row. v is copied, except what Values share anyway: structs inside schemaless data.
//
// Null is taken for required schemas too, at any depth, as Java's records carry it: the converter
// decides. Schema.Validate is the strict check.
// Errors: *DataError when v does not fit the schema; the row is then not added.
// Source of the texts: ConnectSchema.validateValue.
func (cb *ColumnBuilder) Append(v Value) error {
	if err := cb.Check(v); err != nil {
		return err
	}
	cb.add(v)
	return nil
}

// Check returns the error that Append would return for v, and adds nothing.
func (cb *ColumnBuilder) Check(v Value) error {
	if cb.schema != nil {
		if err := cb.schema.fits(v); err != nil {
			return err
		}
	}
	if cb.textLen(v) > MaxBufferBytes {
		return dataErrorf("column of %d rows exceeds 2 GiB of text: end the batch earlier", cb.n)
	}
	return nil
}

// AppendNulls adds n null rows.
func (cb *ColumnBuilder) AppendNulls(n int) {
	for range n {
		cb.add(Value{})
	}
}

// AppendNoSchema adds a row without schema and value: a tombstone among rows with a schema.
func (cb *ColumnBuilder) AppendNoSchema() {
	cb.add(Value{})
	if cb.schema == nil {
		return
	}
	for len(cb.noSchema) < len(cb.valid) {
		cb.noSchema = append(cb.noSchema, 0)
	}
	cb.noSchema.Set(cb.n - 1)
}

// textLen bounds the bytes of text that a column of cb may have after v.
func (cb *ColumnBuilder) textLen(v Value) int {
	if cb.schema == nil {
		return 2 * (cb.held + v.TextBytes()) // packed members take lengths and tags beside their text
	}
	switch v.tag {
	case TagString:
		return len(cb.text) + len(v.str)
	case TagBytes:
		return len(cb.text) + len(v.Bytes())
	case TagDecimal:
		return len(cb.text) + v.Decimal().Unscaled.BitLen()/8 + 1
	case TagArray, TagMap, TagStruct:
		most := 0
		for _, k := range cb.children {
			most = max(most, k.textHeld())
		}
		return most + v.TextBytes()
	}
	return 0
}

// textHeld returns the most bytes of text in one column at or below cb.
func (cb *ColumnBuilder) textHeld() int {
	most := len(cb.text) + 2*cb.held
	for _, k := range cb.children {
		most = max(most, k.textHeld())
	}
	return most
}

// TextBytes returns the bytes of all text and byte sequences in v.
func (v Value) TextBytes() int {
	n := 0
	switch v.tag {
	case TagString:
		return len(v.str)
	case TagBytes:
		return len(v.Bytes())
	case TagDecimal:
		return v.Decimal().Unscaled.BitLen()/8 + 1
	case TagArray:
		for _, e := range v.Array() {
			n += e.TextBytes()
		}
	case TagMap:
		m := v.Map()
		for i := range m.Keys {
			n += m.Keys[i].TextBytes() + m.Values[i].TextBytes()
		}
	case TagStruct:
		for _, f := range v.Struct().Fields {
			n += f.TextBytes()
		}
	}
	return n
}

// add appends a value that fits.
func (cb *ColumnBuilder) add(v Value) {
	i := cb.n
	cb.n++
	if cb.schema == nil {
		cb.values = append(cb.values, v)
		cb.held += v.TextBytes()
		return
	}
	if i&63 == 0 {
		cb.valid = append(cb.valid, 0)
		if cb.noSchema != nil {
			cb.noSchema = append(cb.noSchema, 0)
		}
	}
	if v.tag == TagNull {
		cb.nulls++
	} else {
		cb.valid.Set(i)
	}
	switch cb.schema.kind {
	case KindInt8, KindBoolean:
		cb.fixed = append(cb.fixed, byte(v.num))
	case KindInt16:
		cb.fixed = binary.NativeEndian.AppendUint16(cb.fixed, uint16(v.num))
	case KindInt32:
		n := v.num
		if v.tag == TagDate && cb.schema.logical == LogicalDate {
			n = uint64(v.Int() / millisPerDay)
		}
		cb.fixed = binary.NativeEndian.AppendUint32(cb.fixed, uint32(n))
	case KindFloat32:
		cb.fixed = binary.NativeEndian.AppendUint32(cb.fixed, uint32(v.num))
	case KindInt64, KindFloat64:
		cb.fixed = binary.NativeEndian.AppendUint64(cb.fixed, v.num)
	case KindString, KindBytes:
		cb.addText(v)
	case KindArray:
		for _, e := range v.Array() {
			cb.children[0].add(e)
		}
		cb.offsets = append(cb.offsets, int32(cb.children[0].n))
	case KindMap:
		if m := v.Map(); m != nil {
			for k := range m.Keys {
				cb.children[0].add(m.Keys[k])
				cb.children[1].add(m.Values[k])
			}
		}
		cb.offsets = append(cb.offsets, int32(cb.children[0].n))
	case KindStruct:
		s := v.Struct()
		for k, ch := range cb.children {
			if s == nil {
				ch.add(Value{})
			} else {
				ch.add(s.Fields[k])
			}
		}
	}
}

func (cb *ColumnBuilder) addText(v Value) {
	start := len(cb.text)
	scale := cb.schema.scale
	switch v.tag {
	case TagString:
		cb.text = append(cb.text, v.str...)
	case TagBytes:
		cb.text = append(cb.text, v.Bytes()...)
	case TagDecimal:
		d := v.Decimal()
		cb.text = java.AppendBigBytes(cb.text, d.Unscaled)
		scale = d.Scale
	}
	cb.views = append(cb.views, View{Pos: uint32(start) | InArena, Len: uint32(len(cb.text) - start)})
	if cb.schema.logical == LogicalDecimal {
		cb.scales = append(cb.scales, scale)
	}
}

// Finish lays the rows out as a column of b, as long-lived as b, and resets cb.
func (cb *ColumnBuilder) Finish(b *Batch) *Column {
	c := cb.finish(b)
	cb.Reset()
	return c
}

func (cb *ColumnBuilder) finish(b *Batch) *Column {
	if cb.schema == nil {
		return b.DynamicColumn(cb.values, cb.linked)
	}
	c := b.NewColumn(cb.schema, cb.n)
	if cb.nulls > 0 {
		c.Valid = copyTo(b, cb.valid)
	}
	if cb.noSchema != nil {
		c.NoSchema = copyTo(b, cb.noSchema)
	}
	switch {
	case cb.schema.kind.FixedBytes() > 0:
		c.fixed = b.Arena.Bytes(len(cb.fixed))
		copy(c.fixed, cb.fixed)
	case cb.schema.kind.IsVarlen():
		c.Bufs[1] = b.Arena.Bytes(len(cb.text))
		copy(c.Bufs[1], cb.text)
		c.Views = copyTo(b, cb.views)
		for _, s := range cb.scales {
			if s != cb.schema.scale {
				c.Scales = copyTo(b, cb.scales)
				break
			}
		}
	default:
		if cb.schema.kind != KindStruct {
			c.Offsets = copyTo(b, cb.offsets)
		}
		for _, k := range cb.children {
			c.Children = append(c.Children, k.finish(b))
		}
	}
	return c
}

// copyTo copies v into b's arena.
func copyTo[S ~[]T, T mem.Fixed](b *Batch, v S) S {
	out := mem.Alloc[T](&b.Arena, len(v))
	copy(out, v)
	return out
}

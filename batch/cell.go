package batch

import (
	"math"

	"github.com/millrace/millrace/internal/java"
)

// millisPerDay is a day of Connect's Date type in milliseconds.
const millisPerDay = 24 * 60 * 60 * 1000

// Value returns row i as a value that owns its memory: logical types as TagDecimal and TagDate, structs
// with their schema, schemaless objects in insertion order; null also where the row has no schema or
// the member is absent. For cold paths and row-wise plugins.
func (c *Column) Value(i int) Value {
	switch c.form {
	case FormConstant:
		return c.Const
	case FormDictionary:
		if !c.Valid.Has(i) {
			return Value{}
		}
		return c.Dict.Value(int(c.Index[i]))
	case FormDynamic:
		return c.dynamicValue(i)
	}
	if !c.Valid.Has(i) {
		return Value{}
	}
	return c.plainValue(i)
}

// SchemaOf returns the schema of row i: nil when the column is schemaless or the row is in NoSchema.
func (c *Column) SchemaOf(i int) *Schema {
	if c.HasSchema(i) {
		return c.schema
	}
	return nil
}

// plainValue returns a present row of a plain column.
func (c *Column) plainValue(i int) Value {
	switch c.schema.kind {
	case KindInt8:
		return Int8Value(c.Int8s()[i])
	case KindInt16:
		return Int16Value(c.Int16s()[i])
	case KindInt32:
		v := c.Int32s()[i]
		switch c.schema.logical {
		case LogicalDate:
			return DateValue(int64(v) * millisPerDay)
		case LogicalTime:
			return DateValue(int64(v))
		}
		return Int32Value(v)
	case KindInt64:
		if c.schema.logical == LogicalTimestamp {
			return DateValue(c.Int64s()[i])
		}
		return Int64Value(c.Int64s()[i])
	case KindFloat32:
		return Float32Value(c.Float32s()[i])
	case KindFloat64:
		return Float64Value(c.Float64s()[i])
	case KindBoolean:
		return BooleanValue(c.Booleans()[i])
	case KindString:
		return StringValue(string(c.At(i)))
	case KindBytes:
		if c.schema.logical == LogicalDecimal {
			return DecimalValueOf(&DecimalValue{Unscaled: java.BigFromBytes(c.At(i)), Scale: c.Scale(i)})
		}
		return BytesValue(clone(c.At(i)))
	case KindArray:
		lo, hi := int(c.Offsets[i]), int(c.Offsets[i+1])
		return ArrayValue(c.Children[0].values(lo, hi))
	case KindMap:
		lo, hi := int(c.Offsets[i]), int(c.Offsets[i+1])
		return MapValueOf(&MapValue{Keys: c.Children[0].values(lo, hi), Values: c.Children[1].values(lo, hi)})
	}
	f := make([]Value, len(c.Children))
	for k, ch := range c.Children {
		f[k] = ch.Value(i)
	}
	return StructValueOf(&StructValue{Schema: c.schema, Fields: f})
}

// values returns rows lo … hi-1.
func (c *Column) values(lo, hi int) []Value {
	out := make([]Value, hi-lo)
	for i := range out {
		out[i] = c.Value(lo + i)
	}
	return out
}

// dynamicValue returns row i of a dynamic column.
func (c *Column) dynamicValue(i int) Value {
	d := c.Dyn
	tag := d.Tag(i)
	switch tag {
	case TagNull, TagAbsent:
		return Value{}
	case TagString:
		return StringValue(string(c.ViewBytes(d.Views()[i])))
	case TagBytes:
		return BytesValue(clone(c.ViewBytes(d.Views()[i])))
	case TagDecimal:
		return decimalOf(c.ViewBytes(d.Views()[i]))
	case TagArray:
		v := d.Views()[i]
		return ArrayValue(d.Elems.values(int(v.Pos), int(v.Pos+v.Len)))
	case TagEntries:
		v := d.Views()[i]
		lo, hi := int(v.Pos), int(v.Pos+v.Len)
		return MapValueOf(&MapValue{Keys: d.Keys.values(lo, hi), Values: d.Values.values(lo, hi)})
	case TagMap:
		return MapValueOf(c.object(i))
	case TagStruct:
		return d.Boxed[d.Slots[i]]
	case TagPacked:
		v, _ := d.Unpack(c.ViewBytes(d.Views()[i]))
		return v
	}
	return scalarOf(tag, d.Slots[i])
}

// object returns the members of row i, which has tag Map, in insertion order.
func (c *Column) object(i int) *MapValue {
	d := c.Dyn
	sh := &d.Shapes[d.Slots[i]]
	m := &MapValue{Keys: make([]Value, 0, len(sh.Fields)), Values: make([]Value, 0, len(sh.Fields))}
	add := func(name string, v Value) {
		m.Keys = append(m.Keys, StringValue(name))
		m.Values = append(m.Values, v)
	}
	if !sh.Rest {
		for _, f := range sh.Fields {
			add(d.Fields[f].Name, d.Fields[f].Column.Value(i))
		}
		return m
	}
	rest := c.RestOf(i)
	place, name, v, more := rest.Next()
	for _, f := range sh.Fields {
		for more && place == len(m.Keys) {
			add(name, v)
			place, name, v, more = rest.Next()
		}
		add(d.Fields[f].Name, d.Fields[f].Column.Value(i))
	}
	for more {
		add(name, v)
		_, name, v, more = rest.Next()
	}
	return m
}

// ViewBytes returns the bytes that v points at. Borrowed; not to be written.
func (b *Bytes) ViewBytes(v View) []byte {
	p := v.Pos &^ InArena
	return b.Bufs[v.Pos>>31][p : p+v.Len : p+v.Len]
}

// slotOf returns the slot of a number, Boolean or date in a dynamic column.
func slotOf(v Value) uint64 {
	if v.tag == TagFloat32 {
		return math.Float64bits(widen(uint32(v.num)))
	}
	return v.num
}

// scalarOf is the inverse of slotOf.
func scalarOf(tag Tag, slot uint64) Value {
	if tag == TagFloat32 {
		return Value{tag: tag, num: uint64(narrow(math.Float64frombits(slot)))}
	}
	return Value{tag: tag, num: slot}
}

// widen returns the float64 of a float32's bits, a NaN with its payload.
func widen(bits uint32) float64 { return float64(math.Float32frombits(bits)) }

// narrow returns the bits of the float32 that widen made f of.
func narrow(f float64) uint32 { return math.Float32bits(float32(f)) }

package batch

import (
	"bytes"
	"math"
	"math/big"
)

// Tag is the class of one Value: Java's class of an object in Connect's data model. It is also the
// per-row kind tag of a dynamic column.
type Tag uint8

// The value tags. The first twelve after TagNull stand at 1 + Kind.
const (
	TagNull    Tag = iota
	TagInt8        // java.lang.Byte
	TagInt16       // Short
	TagInt32       // Integer
	TagInt64       // Long
	TagFloat32     // Float
	TagFloat64     // Double
	TagBoolean     // Boolean
	TagString      // String
	TagBytes       // byte[] or ByteBuffer
	TagArray       // List
	TagMap         // Map
	TagStruct      // Struct, with its own schema
	TagDecimal     // BigDecimal
	TagDate        // java.util.Date: Date, Time and Timestamp logical values, in epoch milliseconds
	TagAbsent      // dynamic columns only: the row has no such member
	TagPacked      // dynamic columns only: an overflow value, see Dynamic
)

// TagOf returns the tag of plain values of kind k.
func TagOf(k Kind) Tag { return Tag(k) + 1 }

// Value is one value of Connect's data model, outside a column: a default, a header, one cell that a
// plugin looks at. Values own their memory (or share immutable memory); they never point into a batch
// unless the method that made them says so. The zero Value is null.
//
// Not for hot paths: columns carry data there.
type Value struct {
	tag Tag
	num uint64 // integers, bits of floats, 0/1, epoch milliseconds
	str string // STRING
	ref any    // []byte, []Value, *MapValue, *StructValue, *DecimalValue
}

// MapValue is an ordered map with keys of any type. Keys are distinct; they may be appended, not replaced.
type MapValue struct {
	Keys, Values []Value

	at map[string]int32 // where texts are among the first n keys, of maps that Put has made large
	n  int
}

// indexedKeys is the size from which on Put looks texts up in an index.
const indexedKeys = 32

// StructValue is a record with a schema: one value per field, null where unset.
type StructValue struct {
	Schema *Schema
	Fields []Value
}

// DecimalValue is a BigDecimal: Unscaled · 10^-Scale.
type DecimalValue struct {
	Unscaled *big.Int
	Scale    int32
}

// Constructors.

// Null returns the null value.
func Null() Value { return Value{} }

// Int8Value returns an INT8.
func Int8Value(v int8) Value { return Value{tag: TagInt8, num: uint64(int64(v))} }

// Int16Value returns an INT16.
func Int16Value(v int16) Value { return Value{tag: TagInt16, num: uint64(int64(v))} }

// Int32Value returns an INT32.
func Int32Value(v int32) Value { return Value{tag: TagInt32, num: uint64(int64(v))} }

// Int64Value returns an INT64.
func Int64Value(v int64) Value { return Value{tag: TagInt64, num: uint64(v)} }

// IntValue returns an integer of kind k (INT8 … INT64), truncated to it.
func IntValue(k Kind, v int64) Value {
	switch k {
	case KindInt8:
		return Int8Value(int8(v))
	case KindInt16:
		return Int16Value(int16(v))
	case KindInt32:
		return Int32Value(int32(v))
	}
	return Int64Value(v)
}

// Float32Value returns a FLOAT32.
func Float32Value(v float32) Value { return Value{tag: TagFloat32, num: uint64(math.Float32bits(v))} }

// Float64Value returns a FLOAT64.
func Float64Value(v float64) Value { return Value{tag: TagFloat64, num: math.Float64bits(v)} }

// BooleanValue returns a BOOLEAN.
func BooleanValue(v bool) Value {
	if v {
		return Value{tag: TagBoolean, num: 1}
	}
	return Value{tag: TagBoolean}
}

// StringValue returns a STRING.
func StringValue(v string) Value { return Value{tag: TagString, str: v} }

// BytesValue returns BYTES; b is kept, not copied.
func BytesValue(b []byte) Value { return Value{tag: TagBytes, ref: b} }

// ArrayValue returns a list; v is kept.
func ArrayValue(v []Value) Value { return Value{tag: TagArray, ref: v} }

// MapValueOf returns a map; m is kept.
func MapValueOf(m *MapValue) Value { return Value{tag: TagMap, ref: m} }

// StructValueOf returns a struct; s is kept.
func StructValueOf(s *StructValue) Value { return Value{tag: TagStruct, ref: s} }

// DecimalValueOf returns a decimal; d is kept.
func DecimalValueOf(d *DecimalValue) Value { return Value{tag: TagDecimal, ref: d} }

// DateValue returns a date, time or timestamp in epoch milliseconds.
func DateValue(millis int64) Value { return Value{tag: TagDate, num: uint64(millis)} }

// Tag returns the class of v.
func (v Value) Tag() Tag { return v.tag }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.tag == TagNull }

// Int returns an integer of any width, a Boolean as 0 or 1, or a date's milliseconds.
func (v Value) Int() int64 { return int64(v.num) }

// Float returns FLOAT32 or FLOAT64.
func (v Value) Float() float64 {
	if v.tag == TagFloat32 {
		return float64(math.Float32frombits(uint32(v.num)))
	}
	return math.Float64frombits(v.num)
}

// Bool returns a BOOLEAN.
func (v Value) Bool() bool { return v.num != 0 }

// Str returns a STRING's text, "" for other tags.
func (v Value) Str() string { return v.str }

// Bytes returns BYTES, nil for other tags. Not to be written.
func (v Value) Bytes() []byte { b, _ := v.ref.([]byte); return b }

// Array returns a list's elements, nil for other tags.
func (v Value) Array() []Value { a, _ := v.ref.([]Value); return a }

// Map returns a map, nil for other tags.
func (v Value) Map() *MapValue { m, _ := v.ref.(*MapValue); return m }

// Struct returns a struct, nil for other tags.
func (v Value) Struct() *StructValue { s, _ := v.ref.(*StructValue); return s }

// Decimal returns a decimal, nil for other tags.
func (v Value) Decimal() *DecimalValue { d, _ := v.ref.(*DecimalValue); return d }

// Equal reports whether both have the same class and content: maps as sets of entries, floats by bits
// as Double.equals, decimals by unscaled value and scale.
func (v Value) Equal(o Value) bool {
	if v.tag != o.tag {
		return false
	}
	switch v.tag {
	case TagString:
		return v.str == o.str
	case TagBytes:
		return bytes.Equal(v.Bytes(), o.Bytes())
	case TagArray:
		return equalValues(v.Array(), o.Array())
	case TagMap:
		return v.Map().equal(o.Map())
	case TagStruct:
		a, b := v.Struct(), o.Struct()
		return a.Schema.Equal(b.Schema) && equalValues(a.Fields, b.Fields)
	case TagDecimal:
		a, b := v.Decimal(), o.Decimal()
		return a.Scale == b.Scale && a.Unscaled.Cmp(b.Unscaled) == 0
	}
	return v.num == o.num
}

func equalValues(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

func (m *MapValue) equal(o *MapValue) bool {
	if len(m.Keys) != len(o.Keys) {
		return false
	}
	for i := range m.Keys {
		v, ok := o.Values[i], o.Keys[i].Equal(m.Keys[i]) // most maps have one order
		if !ok {
			v, ok = o.Get(m.Keys[i])
		}
		if !ok || !v.Equal(m.Values[i]) {
			return false
		}
	}
	return true
}

// Get returns the value under key k.
func (m *MapValue) Get(k Value) (Value, bool) {
	if i := m.find(k); i >= 0 {
		return m.Values[i], true
	}
	return Value{}, false
}

// find returns the place of a key, -1 where there is none. It changes nothing: maps are read by many.
func (m *MapValue) find(k Value) int {
	from := 0
	if k.tag == TagString && m.at != nil {
		if i, ok := m.at[k.str]; ok {
			return int(i)
		}
		from = m.n
	}
	for i := from; i < len(m.Keys); i++ {
		if m.Keys[i].Equal(k) {
			return i
		}
	}
	return -1
}

// Put sets key k to v: an existing key keeps its place.
func (m *MapValue) Put(k, v Value) {
	if len(m.Keys) >= indexedKeys && k.tag == TagString {
		m.index()
	}
	if i := m.find(k); i >= 0 {
		m.Values[i] = v
		return
	}
	m.Keys = append(m.Keys, k)
	m.Values = append(m.Values, v)
}

// index takes the keys that are new into the index.
func (m *MapValue) index() {
	if m.at == nil {
		m.at = make(map[string]int32, 2*len(m.Keys))
	}
	for ; m.n < len(m.Keys); m.n++ {
		if k := &m.Keys[m.n]; k.tag == TagString {
			m.at[k.str] = int32(m.n)
		}
	}
}

// Field returns the value of the named field; ok is false when the schema has no such field.
// A null field stays null even when its schema has a default.
func (s *StructValue) Field(name string) (v Value, ok bool) {
	f := s.Schema.Field(name)
	if f == nil {
		return Value{}, false
	}
	return s.Fields[f.Index], true
}

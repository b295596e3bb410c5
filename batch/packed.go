package batch

import (
	"encoding/binary"
	"math/big"

	"github.com/millrace/millrace/internal/java"
)

// Packed form: a value of any shape in one byte sequence, for what a dynamic column has no columns for.
//
//	every value       tag (1 byte), then
//	Int8 … Int64, Date signed varint
//	Float32, Float64  8 bytes, as in Dynamic's slots
//	Boolean           1 byte
//	String, Bytes     length (varint), bytes
//	Decimal           scale (signed varint), length (varint), two's complement
//	Array             count (varint), values
//	Map               count (varint), key and value of each entry
//	Struct            index in Dynamic.Boxed (varint)
//
// Rest of an object: for each member its place among the object's members in insertion order (varint),
// the length of its name (varint), the name, the value; places ascend.

// AppendPacked appends v to dst in packed form. Structs go to d.Boxed.
func (d *Dynamic) AppendPacked(dst []byte, v Value) []byte {
	dst = append(dst, byte(v.tag))
	switch v.tag {
	case TagInt8, TagInt16, TagInt32, TagInt64, TagDate:
		return binary.AppendVarint(dst, int64(v.num))
	case TagFloat32, TagFloat64:
		return binary.LittleEndian.AppendUint64(dst, slotOf(v))
	case TagBoolean:
		return append(dst, byte(v.num))
	case TagString:
		dst = binary.AppendUvarint(dst, uint64(len(v.str)))
		return append(dst, v.str...)
	case TagBytes:
		b := v.Bytes()
		dst = binary.AppendUvarint(dst, uint64(len(b)))
		return append(dst, b...)
	case TagDecimal:
		dec := v.Decimal()
		b := java.AppendBigBytes(nil, dec.Unscaled)
		dst = binary.AppendVarint(dst, int64(dec.Scale))
		dst = binary.AppendUvarint(dst, uint64(len(b)))
		return append(dst, b...)
	case TagArray:
		a := v.Array()
		dst = binary.AppendUvarint(dst, uint64(len(a)))
		for i := range a {
			dst = d.AppendPacked(dst, a[i])
		}
	case TagMap:
		m := v.Map()
		dst = binary.AppendUvarint(dst, uint64(len(m.Keys)))
		for i := range m.Keys {
			dst = d.AppendPacked(dst, m.Keys[i])
			dst = d.AppendPacked(dst, m.Values[i])
		}
	case TagStruct:
		dst = binary.AppendUvarint(dst, uint64(len(d.Boxed)))
		d.Boxed = append(d.Boxed, v)
	}
	return dst
}

// Unpack reads one value that AppendPacked wrote at the start of p, and returns what follows it.
// The value owns its memory.
func (d *Dynamic) Unpack(p []byte) (v Value, rest []byte) {
	r := packedReader{p}
	v = r.value(d)
	return v, r.p
}

// AppendRest appends one member of an object's Rest: its place among all members of the object in
// insertion order, its name and value. Places must ascend.
func (d *Dynamic) AppendRest(dst []byte, place int, name string, v Value) []byte {
	dst = binary.AppendUvarint(dst, uint64(place))
	dst = binary.AppendUvarint(dst, uint64(len(name)))
	dst = append(dst, name...)
	return d.AppendPacked(dst, v)
}

// RestReader reads the members of an object's Rest, as AppendRest wrote them.
type RestReader struct {
	d *Dynamic
	r packedReader
}

// RestOf returns a reader over the Rest of row i of a dynamic column, which must have a shape with Rest.
func (c *Column) RestOf(i int) RestReader {
	return RestReader{c.Dyn, packedReader{c.At(i)}}
}

// Next returns the next member; ok is false after the last one. The result owns its memory.
func (r *RestReader) Next() (place int, name string, v Value, ok bool) {
	if len(r.r.p) == 0 {
		return 0, "", Value{}, false
	}
	place = int(r.r.uvarint())
	name = string(r.r.bytes())
	return place, name, r.r.value(r.d), true
}

type packedReader struct{ p []byte }

func (r *packedReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.p)
	r.p = r.p[n:]
	return v
}

func (r *packedReader) varint() int64 {
	v, n := binary.Varint(r.p)
	r.p = r.p[n:]
	return v
}

// bytes reads a length and that many bytes, borrowed.
func (r *packedReader) bytes() []byte {
	n := r.uvarint()
	b := r.p[:n:n]
	r.p = r.p[n:]
	return b
}

func (r *packedReader) value(d *Dynamic) Value {
	tag := Tag(r.p[0])
	r.p = r.p[1:]
	switch tag {
	case TagInt8, TagInt16, TagInt32, TagInt64, TagDate:
		return Value{tag: tag, num: uint64(r.varint())}
	case TagFloat32, TagFloat64:
		slot := binary.LittleEndian.Uint64(r.p)
		r.p = r.p[8:]
		return scalarOf(tag, slot)
	case TagBoolean:
		v := BooleanValue(r.p[0] != 0)
		r.p = r.p[1:]
		return v
	case TagString:
		return StringValue(string(r.bytes()))
	case TagBytes:
		return BytesValue(clone(r.bytes()))
	case TagDecimal:
		scale := int32(r.varint())
		return DecimalValueOf(&DecimalValue{Unscaled: java.BigFromBytes(r.bytes()), Scale: scale})
	case TagArray:
		a := make([]Value, r.uvarint())
		for i := range a {
			a[i] = r.value(d)
		}
		return ArrayValue(a)
	case TagMap:
		n := r.uvarint()
		m := &MapValue{Keys: make([]Value, n), Values: make([]Value, n)}
		for i := range m.Keys {
			m.Keys[i] = r.value(d)
			m.Values[i] = r.value(d)
		}
		return MapValueOf(m)
	case TagStruct:
		return d.Boxed[r.uvarint()]
	}
	return Value{}
}

// clone copies b; the result is never nil.
func clone(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

// decimalOf reads a slot's bytes: int32 big-endian scale, then the unscaled two's complement.
func decimalOf(b []byte) Value {
	return DecimalValueOf(&DecimalValue{
		Scale:    int32(binary.BigEndian.Uint32(b)),
		Unscaled: java.BigFromBytes(b[4:]),
	})
}

// AppendDecimal appends a decimal as dynamic columns hold it: int32 big-endian scale, then the
// unscaled value in two's complement.
func AppendDecimal(dst []byte, unscaled *big.Int, scale int32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(scale))
	return java.AppendBigBytes(dst, unscaled)
}

// AppendPackedString appends a String in packed form.
func AppendPackedString[T ~string | ~[]byte](dst []byte, s T) []byte {
	dst = binary.AppendUvarint(append(dst, byte(TagString)), uint64(len(s)))
	return append(dst, s...)
}

// AppendPackedArray appends the head of an Array of n elements in packed form: the elements follow.
func AppendPackedArray(dst []byte, n int) []byte {
	return binary.AppendUvarint(append(dst, byte(TagArray)), uint64(n))
}

// AppendPackedMap appends the head of a Map of n entries in packed form: key and value of each follow.
func AppendPackedMap(dst []byte, n int) []byte {
	return binary.AppendUvarint(append(dst, byte(TagMap)), uint64(n))
}

// AppendRestName appends what stands before the packed value of a member in an object's Rest: see AppendRest.
func AppendRestName(dst []byte, place int, name []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(place))
	dst = binary.AppendUvarint(dst, uint64(len(name)))
	return append(dst, name...)
}

// PackedReader reads packed values a head at a time, without making Values. Make it with NewPackedReader.
type PackedReader struct{ r packedReader }

// NewPackedReader returns a reader of p, which is borrowed: packed values, or the Rest of an object.
func NewPackedReader(p []byte) PackedReader { return PackedReader{packedReader{p}} }

// RestName reads what stands before the value of a member of a Rest; ok is false behind the last member. The name is borrowed.
func (r *PackedReader) RestName() (place int, name []byte, ok bool) {
	if len(r.r.p) == 0 {
		return 0, nil, false
	}
	place = int(r.r.uvarint())
	return place, r.r.bytes(), true
}

// Next reads the head of a value: a scalar, or how many values (Array) or entries (Map) follow.
//
//	Int8 … Int64, Date       num is the integer
//	Float32, Float64         num as in Dynamic's slots
//	Boolean                  num is 0 or 1
//	String, Bytes            text, borrowed
//	Decimal                  num is the scale, text the two's complement, borrowed
//	Array, Map               num is the count
//	Struct                   num is the index in Dynamic.Boxed
func (r *PackedReader) Next() (tag Tag, num uint64, text []byte) {
	tag = Tag(r.r.p[0])
	r.r.p = r.r.p[1:]
	switch tag {
	case TagInt8, TagInt16, TagInt32, TagInt64, TagDate:
		num = uint64(r.r.varint())
	case TagFloat32, TagFloat64:
		num = binary.LittleEndian.Uint64(r.r.p)
		r.r.p = r.r.p[8:]
	case TagBoolean:
		num = uint64(r.r.p[0])
		r.r.p = r.r.p[1:]
	case TagString, TagBytes:
		text = r.r.bytes()
	case TagDecimal:
		num = uint64(r.r.varint())
		text = r.r.bytes()
	case TagArray, TagMap, TagStruct:
		num = r.r.uvarint()
	}
	return tag, num, text
}

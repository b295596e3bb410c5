package javaser

import (
	"encoding/binary"
	"math"
	"math/big"
	"unicode/utf16"

	"github.com/millrace/millrace/internal/java"
)

// nestingMax is how deep objects lie in each other at most: a decimal has an integer, which has an array.
const nestingMax = 8

// ReadArray reads an Object[] from the start of data; nil is null. Values are as for AppendArray.
//
// Errors: *Error, also for objects of classes that AppendArray does not know.
func ReadArray(data []byte) ([]any, error) {
	r := &arrayReader{reader: reader{data: data}}
	if magic := r.take(4); r.err == nil && string(magic) != streamMagic {
		r.fail(corrupted, 0, "invalid stream header: %X", magic)
	}
	out := r.array()
	if r.err != nil {
		return nil, r.err
	}
	return out, nil
}

// arrayReader reads objects; its own handles hold values, strings and classes.
type arrayReader struct {
	reader
	given []any
	depth int
}

func (r *arrayReader) array() []any {
	at := r.pos
	tag := r.byte()
	if r.err != nil || tag == tagNull {
		return nil
	}
	if tag != tagArray {
		r.fail(invalidData, at, "array (tag 75) expected, found tag %02x", tag)
		return nil
	}
	if c := r.class(); r.err == nil && (c == nil || c.name != objectsClass.name) {
		r.fail("java.lang.ClassCastException", at, "no Object[]")
	}
	r.give(nil)
	at = r.pos
	n := int(r.int32())
	if r.err == nil && (n < 0 || n > len(r.data)-r.pos) { // a value has a byte at least
		r.fail(endOfFile, at, "array of %d values", n)
	}
	if r.err != nil {
		return nil
	}
	out := make([]any, n)
	for i := range out {
		out[i] = r.value()
	}
	return out
}

func (r *arrayReader) give(v any) int {
	r.given = append(r.given, v)
	return len(r.given) - 1
}

// back reads a reference.
func (r *arrayReader) back() any {
	at := r.pos
	n := int(r.int32()) - baseHandle
	if r.err == nil && (n < 0 || n >= len(r.given)) {
		r.fail(corrupted, at, "reference to handle %#x, which the stream has not given", n+baseHandle)
	}
	if r.err != nil {
		return nil
	}
	return r.given[n]
}

func (r *arrayReader) value() any {
	if r.depth++; r.depth > nestingMax {
		r.fail(corrupted, r.pos, "objects lie more than %d deep in each other", nestingMax)
	}
	defer func() { r.depth-- }()
	at := r.pos
	tag := r.byte()
	if r.err != nil {
		return nil
	}
	switch tag {
	case tagNull:
		return nil
	case tagReference:
		v := r.back()
		if _, ok := v.(*class); ok {
			r.fail(corrupted, at, "reference to a class")
		}
		return v
	case tagString:
		return r.keep(r.text(int64(r.uint16())))
	case tagLongString:
		return r.keep(r.text(r.int64()))
	case tagArray:
		c := r.class()
		n := r.give(nil)
		if r.err == nil && (c == nil || c.name != bytesClass.name) {
			r.fail("java.lang.ClassCastException", at, "array of something else than bytes")
		}
		size := r.int32()
		b := append([]byte{}, r.take(int(size))...)
		r.given[n] = b
		return b
	case tagObject:
		return r.object()
	}
	r.fail(corrupted, at, "value expected, found tag %02x", tag)
	return nil
}

func (r *arrayReader) keep(s string) string {
	r.give(s)
	return s
}

// object reads the fields of each class, those it extends first, and makes a value of them.
func (r *arrayReader) object() any {
	at := r.pos
	c := r.class()
	if r.err == nil && c == nil {
		r.fail(corrupted, at, "object without a class")
	}
	n := r.give(nil)
	fields := map[string]any{}
	var millis int64
	var chain []*class
	for k := c; k != nil && r.err == nil; k = k.super {
		if chain = append(chain, k); len(chain) > nestingMax {
			r.fail(corrupted, at, "class %s extends too many", c.name)
		}
	}
	for i := len(chain) - 1; i >= 0 && r.err == nil; i-- {
		for _, f := range chain[i].fields {
			fields[f.name] = r.field(f.kind)
		}
		if chain[i].flags&1 != 0 {
			millis = r.annotation()
		}
	}
	if r.err != nil {
		return nil
	}
	v := r.made(c, fields, millis, at)
	r.given[n] = v
	return v
}

func (r *arrayReader) field(kind byte) any {
	switch kind {
	case 'B', 'Z':
		return int64(r.byte())
	case 'S', 'C':
		return int64(int16(r.uint16()))
	case 'I', 'F':
		return int64(r.int32())
	case 'J', 'D':
		return r.int64()
	}
	return r.value()
}

// annotation reads what a writeObject has written behind the fields: the last eight bytes of it, as a number.
func (r *arrayReader) annotation() (v int64) {
	for r.err == nil {
		at := r.pos
		switch tag := r.byte(); tag {
		case tagEndBlockData:
			return v
		case tagBlockData:
			if b := r.take(int(r.byte())); len(b) == 8 {
				v = int64(binary.BigEndian.Uint64(b))
			}
		default:
			r.fail(corrupted, at, "end of the object (tag 78) expected, found tag %02x", tag)
		}
	}
	return 0
}

// made makes the value of an object of a class.
func (r *arrayReader) made(c *class, fields map[string]any, millis int64, at int) any {
	number := func(name string) int64 { v, _ := fields[name].(int64); return v }
	text := func(name string) string { v, _ := fields[name].(string); return v }
	switch c.name {
	case integerClass.name:
		return int32(number("value"))
	case longClass.name:
		return number("value")
	case shortClass.name:
		return int16(number("value"))
	case booleanClass.name:
		return number("value") != 0
	case floatClass.name:
		return math.Float32frombits(uint32(number("value")))
	case doubleClass.name:
		return math.Float64frombits(uint64(number("value")))
	case uuidClass.name:
		var u UUID
		binary.BigEndian.PutUint64(u[:8], uint64(number("mostSigBits")))
		binary.BigEndian.PutUint64(u[8:], uint64(number("leastSigBits")))
		return u
	case sqlDateClass.name:
		return Date(millis)
	case timestampClass.name:
		seconds := millis / 1000
		if millis < seconds*1000 {
			seconds--
		}
		return Timestamp{Seconds: seconds, Nanos: int32(number("nanos"))}
	case bigIntegerClass.name:
		b, _ := fields["magnitude"].([]byte)
		v := new(big.Int).SetBytes(b)
		if number("signum") < 0 {
			v.Neg(v)
		}
		return v
	case decimalClass.name:
		if v, ok := fields["intVal"].(*big.Int); ok {
			return java.NewDecimalBig(v, int32(number("scale")))
		}
	case typedClass.name:
		return Typed{Type: text("type"), Value: text("value")}
	}
	r.fail(invalidClass, at, "object of class %s", c.name)
	return nil
}

// class reads a descriptor, new or by reference; nil is none.
func (r *arrayReader) class() *class {
	at := r.pos
	switch tag := r.byte(); {
	case r.err != nil || tag == tagNull:
		return nil
	case tag == tagReference:
		c, ok := r.back().(*class)
		if r.err == nil && !ok {
			r.fail(corrupted, at, "reference to something that is no class")
		}
		return c
	case tag != tagClassDesc:
		r.fail(corrupted, at, "class descriptor (tag 72 or 71) expected, found tag %02x", tag)
		return nil
	}
	c := &class{name: string(r.take(r.uint16()))}
	c.uid = uint64(r.int64())
	r.give(c)
	c.flags = r.byte()
	for n := r.uint16(); n > 0 && r.err == nil; n-- {
		f := classField{kind: r.byte()}
		f.name = string(r.take(r.uint16()))
		if f.kind == 'L' || f.kind == '[' {
			f.signature, _ = r.value().(string)
		}
		c.fields = append(c.fields, f)
	}
	at = r.pos
	if tag := r.byte(); r.err == nil && tag != tagEndBlockData {
		r.fail(corrupted, at, "end of the class annotation (tag 78) expected, found tag %02x", tag)
	}
	if r.depth++; r.depth > nestingMax {
		r.fail(corrupted, r.pos, "class %s extends too many", c.name)
	}
	c.super = r.class()
	r.depth--
	return c
}

// text reads n bytes of modified UTF-8.
func (r *arrayReader) text(n int64) string {
	at := r.pos
	if n < 0 || n > int64(len(r.data)) {
		n = int64(len(r.data)) + 1 // more than there is
	}
	b := r.take(int(n))
	var units []uint16
	for i := 0; i < len(b); {
		size := 1
		switch c := b[i]; {
		case c < 0x80:
			units = append(units, uint16(c))
		case c>>5 == 0b110 && i+1 < len(b):
			size = 2
			units = append(units, uint16(c&0x1f)<<6|uint16(b[i+1]&0x3f))
		case c>>4 == 0b1110 && i+2 < len(b):
			size = 3
			units = append(units, uint16(c&0x0f)<<12|uint16(b[i+1]&0x3f)<<6|uint16(b[i+2]&0x3f))
		default:
			r.fail("java.io.UTFDataFormatException", at+i, "malformed text")
			return ""
		}
		i += size
	}
	return string(utf16.Decode(units))
}

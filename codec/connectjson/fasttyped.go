package connectjson

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// typed reads a value under a schema that is not null. Only values of the JSON type that the schema
// asks for are read here; what Java coerces is odd.
func (f *fast) typed(c *column, r, i int) int {
	b := f.B
	switch c.op {
	case opString:
		if b[i] != '"' {
			return odd
		}
		end, t := jsonscan.StringEnd(b, i+1, f.N)
		if t == jsonscan.Odd {
			return odd
		}
		v := batch.View{Pos: f.Base + uint32(i+1), Len: uint32(end - i - 1)}
		if t == jsonscan.Escaped || f.Own {
			var ok bool
			if v, ok = f.View(i+1, end, t); !ok {
				return odd
			}
		}
		c.ready(r)
		c.views[r] = v
		return end + 1
	case opInt64:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
		if end < 0 || exp10 != jsonscan.IsInteger {
			return odd
		}
		c.ready(r)
		binary.NativeEndian.PutUint64(c.fixed[8*r:], uint64(v))
		return end
	case opInt32:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
		if end < 0 || exp10 != jsonscan.IsInteger {
			return odd
		}
		c.ready(r)
		binary.NativeEndian.PutUint32(c.fixed[4*r:], uint32(v))
		return end
	case opFloat64:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
		if end < 0 {
			return odd
		}
		c.ready(r)
		binary.NativeEndian.PutUint64(c.fixed[8*r:], math.Float64bits(jsonscan.Double(v, exp10, b[i:end])))
		return end
	case opBoolean:
		c.ready(r)
		if i+4 <= f.N && jsonscan.MatchTrue(b, i) {
			c.fixed[r] = 1
			return i + 4
		}
		c.fixed[r] = 0
		if b[i] == 'f' && i+5 <= f.N && jsonscan.MatchFalse(b, i) {
			return i + 5
		}
		return odd
	case opArray:
		return f.typedArray(c, r, i)
	case opMap:
		return f.typedMap(c, r, i)
	case opStruct:
		if b[i] != '{' {
			return odd
		}
		c.ready(r)
		return f.object(c, c.object, r, i)
	case opSkip:
		return jsonscan.Skip(b, i, f.N, f.open+c.depth)
	case opOdd:
		return odd
	case opBytes:
		return f.binary(c, r, i)
	case opDecimal:
		return f.decimal(c, r, i)
	}
	return f.number(c, r, i)
}

// number reads a number into the other fixed-width columns. Integers keep their low bits, as in Java.
func (f *fast) number(c *column, r, i int) int {
	v, exp10, end := jsonscan.ScanNumber(f.B, i, f.N)
	if end < 0 || exp10 != jsonscan.IsInteger && c.op != opFloat32 {
		return odd
	}
	c.ready(r)
	switch c.op {
	case opInt8:
		c.fixed[r] = byte(v)
	case opInt16:
		binary.NativeEndian.PutUint16(c.fixed[2*r:], uint16(v))
	case opTimestamp:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], uint64(v))
	case opFloat32:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], math.Float32bits(jsonscan.Float(v, exp10, f.B[i:end])))
	default: // Date, Time
		if v != int64(int32(v)) || c.op == opTime && (v < 0 || v > jsonlogical.TimeMax) {
			return odd
		}
		binary.NativeEndian.PutUint32(c.fixed[4*r:], uint32(v))
	}
	return end
}

// binary reads Base64.
func (f *fast) binary(c *column, r, i int) int {
	v, end, ok := f.Base64(i)
	if !ok {
		return odd
	}
	c.ready(r)
	c.views[r] = v
	return end
}

// decimal reads a number of up to 18 digits, or Base64.
func (f *fast) decimal(c *column, r, i int) int {
	v, scale, end := f.Decimal(c.schema, i)
	if end == odd {
		return odd
	}
	c.ready(r)
	c.views[r] = v
	c.setScale(r, scale)
	return end
}

// setScale stores the scale of a decimal.
func (c *column) setScale(r int, scale int32) {
	c.scales[r] = scale
	if s, _ := c.schema.Scale(); s != scale {
		c.scaled = true
	}
}

// typedArray reads an array under a schema.
func (f *fast) typedArray(c *column, r, i int) int {
	if f.B[i] != '[' {
		return odd
	}
	c.ready(r)
	c.open(r)
	e := c.elem
	start := e.rows
	for i = jsonscan.SkipSpace(f.B, i+1, f.N); ; i = jsonscan.SkipSpace(f.B, i+1, f.N) {
		if i >= f.N {
			return odd
		}
		if f.B[i] == ']' && e.rows == start {
			break
		}
		if i = f.value(e, e.rows, i); i == odd {
			return odd
		}
		if i = jsonscan.SkipSpace(f.B, i, f.N); i >= f.N {
			return odd
		}
		if f.B[i] == ']' {
			break
		}
		if f.B[i] != ',' {
			return odd
		}
	}
	c.close(r)
	return i + 1
}

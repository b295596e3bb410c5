package jsonschema

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// typed reads a value that is not null. Only values of the JSON type that the schema asks for are read here; what Java
// coerces is odd.
func (f *fast) typed(c *cell, r, i int) int {
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
		c.col.Valid.Set(r)
		c.col.Views[r] = v
		return end + 1
	case opInt64, opTimestamp:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
		if end < 0 || exp10 != jsonscan.IsInteger {
			return odd
		}
		c.col.Valid.Set(r)
		c.col.Words8[r] = uint64(v)
		return end
	case opInt32:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
		if end < 0 || exp10 != jsonscan.IsInteger {
			return odd
		}
		c.col.Valid.Set(r)
		c.col.Words4[r] = uint32(v)
		return end
	case opFloat64:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
		if end < 0 {
			return odd
		}
		c.col.Valid.Set(r)
		c.col.Words8[r] = math.Float64bits(jsonscan.Double(v, exp10, b[i:end]))
		return end
	case opBoolean:
		return f.boolean(c, r, i)
	case opStruct:
		if b[i] != '{' {
			return odd
		}
		c.col.Valid.Set(r)
		return f.object(c.object, r, i)
	case opArray:
		return f.array(c, r, i)
	case opMap:
		return f.mapping(c, r, i)
	case opSkip:
		return jsonscan.Skip(b, i, f.N, depthMax)
	case opPlain:
		return f.plain(c, r, i)
	case opBytes:
		v, end, ok := f.Base64(i)
		if !ok {
			return odd
		}
		c.col.Valid.Set(r)
		c.col.Views[r] = v
		return end
	case opDecimal:
		return f.decimal(c, r, i)
	}
	return f.number(c, r, i)
}

func (f *fast) boolean(c *cell, r, i int) int {
	b := f.B
	switch {
	case i+4 <= f.N && jsonscan.MatchTrue(b, i):
		c.col.Bytes[r] = 1
		i += 4
	case b[i] == 'f' && i+5 <= f.N && jsonscan.MatchFalse(b, i):
		c.col.Bytes[r] = 0
		i += 5
	default:
		return odd
	}
	c.col.Valid.Set(r)
	return i
}

// number reads a number into the other columns of fixed width. Integers keep their low bits, as in Java.
func (f *fast) number(c *cell, r, i int) int {
	v, exp10, end := jsonscan.ScanNumber(f.B, i, f.N)
	if end < 0 || exp10 != jsonscan.IsInteger && c.op != opFloat32 {
		return odd
	}
	switch c.op {
	case opInt8:
		c.col.Bytes[r] = byte(v)
	case opInt16:
		c.col.Words2[r] = uint16(v)
	case opFloat32:
		c.col.Words4[r] = math.Float32bits(jsonscan.Float(v, exp10, f.B[i:end]))
	default: // Date, Time
		if v != int64(int32(v)) || c.op == opTime && (v < 0 || v > jsonlogical.TimeMax) {
			return odd
		}
		c.col.Words4[r] = uint32(v)
	}
	c.col.Valid.Set(r)
	return end
}

// decimal reads a number of up to 18 digits, or Base64.
func (f *fast) decimal(c *cell, r, i int) int {
	v, scale, end := f.Decimal(c.schema, i)
	if end == odd {
		return odd
	}
	c.col.Valid.Set(r)
	c.col.Views[r], c.col.Scales[r] = v, scale
	return end
}

// array reads an array.
func (f *fast) array(c *cell, r, i int) int {
	if f.B[i] != '[' {
		return odd
	}
	c.col.Valid.Set(r)
	c.col.Open(r)
	for i, first := jsonscan.SkipSpace(f.B, i+1, f.N), true; ; i, first = jsonscan.SkipSpace(f.B, i+1, f.N), false {
		if i >= f.N {
			return odd
		}
		if first && f.B[i] == ']' {
			return i + 1
		}
		if i = f.value(c.elem, c.col.Elems.Reserve(1), i); i == odd {
			return odd
		}
		if i = jsonscan.SkipSpace(f.B, i, f.N); i >= f.N {
			return odd
		}
		if f.B[i] == ']' {
			return i + 1
		}
		if f.B[i] != ',' {
			return odd
		}
	}
}

// plain reads a value by way of nodes and values.
func (f *fast) plain(c *cell, r, i int) int {
	end := jsonscan.Skip(f.B, i, f.N, c.depth)
	if end < 0 {
		return odd
	}
	n, err := jsonscan.ParseStrict(f.B[i:end])
	if err != nil {
		return odd
	}
	v, err := f.read(c.schema, &n)
	if err != nil || c.schema.Validate(v) != nil || c.check.Check(v) != nil { // worded elsewhere, with what is around it
		return odd
	}
	f.Text = c.col.Put(r, v, f.Text)
	return end
}

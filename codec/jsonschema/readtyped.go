package jsonschema

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// typed reads a value that is not null. Only values of the JSON type that the schema asks for are read here; what Java
// coerces is odd.
func (f *fast) typed(c *cell, r, i int) int {
	b := f.b
	switch c.op {
	case opString:
		if b[i] != '"' {
			return odd
		}
		end, t := jsonscan.StringEnd(b, i+1, f.n)
		if t == jsonscan.Odd {
			return odd
		}
		v := batch.View{Pos: f.base + uint32(i+1), Len: uint32(end - i - 1)}
		if t == jsonscan.Escaped || f.own {
			var ok bool
			if v, ok = f.view(i+1, end, t); !ok {
				return odd
			}
		}
		c.col.Valid.Set(r)
		c.col.Views[r] = v
		return end + 1
	case opInt64, opTimestamp:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.n)
		if end < 0 || exp10 != jsonscan.IsInteger {
			return odd
		}
		c.col.Valid.Set(r)
		c.col.Words8[r] = uint64(v)
		return end
	case opInt32:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.n)
		if end < 0 || exp10 != jsonscan.IsInteger {
			return odd
		}
		c.col.Valid.Set(r)
		c.col.Words4[r] = uint32(v)
		return end
	case opFloat64:
		v, exp10, end := jsonscan.ScanNumber(b, i, f.n)
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
		return jsonscan.Skip(b, i, f.n, depthMax)
	case opPlain:
		return f.plain(c, r, i)
	case opBytes:
		v, end, ok := f.base64(i)
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
	b := f.b
	switch {
	case i+4 <= f.n && jsonscan.MatchTrue(b, i):
		c.col.Bytes[r] = 1
		i += 4
	case b[i] == 'f' && i+5 <= f.n && jsonscan.MatchFalse(b, i):
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
	v, exp10, end := jsonscan.ScanNumber(f.b, i, f.n)
	if end < 0 || exp10 != jsonscan.IsInteger && c.op != opFloat32 {
		return odd
	}
	switch c.op {
	case opInt8:
		c.col.Bytes[r] = byte(v)
	case opInt16:
		c.col.Words2[r] = uint16(v)
	case opFloat32:
		c.col.Words4[r] = math.Float32bits(jsonscan.Float(v, exp10, f.b[i:end]))
	default: // Date, Time
		if v != int64(int32(v)) || c.op == opTime && (v < 0 || v > jsonlogical.TimeMax) {
			return odd
		}
		c.col.Words4[r] = uint32(v)
	}
	c.col.Valid.Set(r)
	return end
}

// base64 decodes the string at b[i].
func (f *fast) base64(i int) (v batch.View, end int, ok bool) {
	if f.b[i] != '"' {
		return v, odd, false
	}
	end, t := jsonscan.StringEnd(f.b, i+1, f.n)
	if t != jsonscan.ASCII {
		return v, odd, false
	}
	from := len(f.text)
	if f.text, ok = jsonscan.AppendBase64(f.text, f.b[i+1:end]); !ok {
		f.text = f.text[:from]
		return v, odd, false
	}
	v, ok = f.written(from)
	return v, end + 1, ok
}

// decimal reads a number of up to 18 digits, or Base64.
func (f *fast) decimal(c *cell, r, i int) int {
	var v batch.View
	scale, end, ok := int32(0), 0, false
	if f.b[i] == '"' {
		if scale, ok = c.schema.Scale(); !ok {
			return odd
		}
		if v, end, ok = f.base64(i); !ok || v.Len == 0 {
			return odd
		}
	} else {
		m, exp10, at := jsonscan.ScanNumber(f.b, i, f.n)
		if at < 0 || exp10 == jsonscan.IsLong {
			return odd
		}
		if exp10 == jsonscan.IsInteger {
			exp10 = 0
		}
		from := len(f.text)
		scale, end = int32(-exp10), at
		f.text = java.NewDecimal(m, scale).AppendBytes(f.text)
		if v, ok = f.written(from); !ok {
			return odd
		}
	}
	c.col.Valid.Set(r)
	c.col.Views[r], c.col.Scales[r] = v, scale
	return end
}

// array reads an array.
func (f *fast) array(c *cell, r, i int) int {
	if f.b[i] != '[' {
		return odd
	}
	c.col.Valid.Set(r)
	c.col.Open(r)
	for i, first := jsonscan.SkipSpace(f.b, i+1, f.n), true; ; i, first = jsonscan.SkipSpace(f.b, i+1, f.n), false {
		if i >= f.n {
			return odd
		}
		if first && f.b[i] == ']' {
			return i + 1
		}
		if i = f.value(c.elem, c.col.Elems.Reserve(1), i); i == odd {
			return odd
		}
		if i = jsonscan.SkipSpace(f.b, i, f.n); i >= f.n {
			return odd
		}
		if f.b[i] == ']' {
			return i + 1
		}
		if f.b[i] != ',' {
			return odd
		}
	}
}

// plain reads a value by way of nodes and values.
func (f *fast) plain(c *cell, r, i int) int {
	end := jsonscan.Skip(f.b, i, f.n, c.depth)
	if end < 0 {
		return odd
	}
	n, err := jsonscan.Parse(f.b[i:end])
	if err != nil {
		return odd
	}
	v, err := f.read(c.schema, &n)
	if err != nil || c.schema.Validate(v) != nil { // worded elsewhere, with what is around it
		return odd
	}
	f.text = c.col.Put(r, v, f.text)
	return end
}

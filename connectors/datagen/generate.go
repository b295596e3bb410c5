package datagen

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// records are numbers first, first+stride, … of n rows.
type records struct {
	first, stride uint64
	n             int
}

// generate returns the struct column of the records. dicts has a column for each field of oneof, nil for
// others.
func (s *shape) generate(b *batch.Batch, r records, dicts []*batch.Column, children []*batch.Column) *batch.Column {
	children = children[:0]
	for i := range s.fields {
		children = append(children, s.fields[i].column(b, r, dicts[i]))
	}
	return b.NewStruct(s.schema, r.n, children)
}

// column returns the field's values.
func (f *field) column(b *batch.Batch, r records, dict *batch.Column) *batch.Column {
	var c *batch.Column
	switch f.op {
	case opOneOf:
		c = f.oneOf(b, r, dict)
	case opText:
		c = f.text(b, r)
	case opPattern:
		c = f.pattern(b, r)
	default:
		c = b.NewFixed(f.schema, r.n)
		f.numbers(c, r)
	}
	if f.nulls != 0 {
		valid := b.MakeValid(c)
		at, step := f.nullState+r.first*golden, r.stride*golden
		for i := range r.n {
			if mix(at) < f.nulls {
				valid.Clear(i)
			}
			at += step
		}
	}
	return c
}

// numbers fills a fixed-width column.
func (f *field) numbers(c *batch.Column, r records) {
	switch f.schema.Kind() {
	case batch.KindInt8:
		integers(c.Int8s(), f, r)
	case batch.KindInt16:
		integers(c.Int16s(), f, r)
	case batch.KindInt32:
		integers(c.Int32s(), f, r)
	case batch.KindInt64:
		integers(c.Int64s(), f, r)
	case batch.KindFloat32:
		scaled(c.Float32s(), f, r)
	case batch.KindFloat64:
		scaled(c.Float64s(), f, r)
	case batch.KindBoolean:
		at, step := f.state+r.first*golden, r.stride*golden
		v := c.Booleans()
		for i := range v {
			v[i] = mix(at) < f.threshold
			at += step
		}
	}
}

// integers fills v with a sequence or a range.
func integers[T int8 | int16 | int32 | int64](v []T, f *field, r records) {
	if f.op == opSequence {
		at, step := f.lo+f.step*int64(r.first), f.step*int64(r.stride)
		for i := range v {
			v[i] = T(at)
			at += step
		}
		return
	}
	at, step := f.state+r.first*golden, r.stride*golden
	lo, span := uint64(f.lo), f.span
	for i := range v {
		v[i] = T(lo + below(mix(at), span))
		at += step
	}
}

// scaled fills v with decimal fractions: the number nearest to a text of few digits.
func scaled[T float32 | float64](v []T, f *field, r records) {
	at, step := f.state+r.first*golden, r.stride*golden
	for i := range v {
		v[i] = T(float64(f.lo+int64(below(mix(at), f.span))) / f.scale)
		at += step
	}
}

// oneOf returns indices into the choices.
func (f *field) oneOf(b *batch.Batch, r records, dict *batch.Column) *batch.Column {
	index := mem.Alloc[int32](&b.Arena, r.n)
	c := b.NewDictionary(f.schema, index, dict)
	at, step := f.state+r.first*golden, r.stride*golden
	n := uint64(len(f.choices) + f.nullCount)
	for i := range index {
		index[i] = int32(below(mix(at), n))
		at += step
	}
	if f.nullCount == 0 {
		return c
	}
	valid := b.MakeValid(c)
	for i, k := range index {
		if int(k) >= len(f.choices) { // null is drawn as the last choices
			index[i] = 0
			valid.Clear(i)
		}
	}
	return c
}

// pattern returns copies of the template with digits in it.
func (f *field) pattern(b *batch.Batch, r records) *batch.Column {
	size := len(f.template)
	text := b.Arena.Bytes(r.n * size)
	c := b.NewColumn(f.schema, r.n)
	c.Bufs[0] = text
	c.Views = mem.Alloc[batch.View](&b.Arena, r.n)
	at, step := f.state+r.first*golden, r.stride*golden
	for i := range c.Views {
		row := text[i*size : (i+1)*size]
		copy(row, f.template)
		draw := mix(at)
		for k := range f.runs {
			d := &f.runs[k]
			putDigits(row[d.at:d.at+d.n], below(draw, d.pow))
			draw = mix(draw + golden)
		}
		c.Views[i] = batch.View{Pos: uint32(i * size), Len: uint32(size)}
		at += step
	}
	return c
}

const digitPairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

// putDigits writes v with leading zeros.
func putDigits(dst []byte, v uint64) {
	i := len(dst)
	for i >= 2 {
		p := v % 100 * 2
		v /= 100
		dst[i-1], dst[i-2] = digitPairs[p+1], digitPairs[p]
		i -= 2
	}
	if i == 1 {
		dst[0] = byte('0' + v%10)
	}
}

// alphabet is what text is made of: five bits a character.
const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

// textChars is how many characters one draw gives.
const textChars = 12

// text returns random characters.
func (f *field) text(b *batch.Batch, r records) *batch.Column {
	c := b.NewColumn(f.schema, r.n)
	c.Views = mem.Alloc[batch.View](&b.Arena, r.n)
	step := r.stride * golden
	at, pos := f.lenState+r.first*golden, 0
	span := uint64(f.maxLen - f.minLen + 1)
	for i := range c.Views {
		n := f.minLen + int(below(mix(at), span))
		c.Views[i] = batch.View{Pos: uint32(pos), Len: uint32(n)}
		pos += n
		at += step
	}
	buf := b.Arena.Bytes(pos)
	c.Bufs[0] = buf
	at = f.state + r.first*golden
	for i := range c.Views {
		n := int(c.Views[i].Len)
		row := buf[:n]
		buf = buf[n:]
		draw := mix(at)
		for {
			part := row[:min(len(row), textChars)]
			bits := draw
			for k := range part {
				part[k] = alphabet[bits&31]
				bits >>= 5
			}
			if row = row[len(part):]; len(row) == 0 {
				break
			}
			draw = mix(draw + golden)
		}
		at += step
	}
	return c
}

package apache

import (
	"encoding/base64"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// column casts a column with a schema to s, which has the target's kind. rows are those with a value; they
// fail where value would. Null stays null.
func (t *caster) column(b *batch.Batch, rows batch.Selection, c *batch.Column, s *batch.Schema) *batch.Column {
	if c.Form() == batch.FormConstant && !s.HasName() {
		v, err := t.value(c.Schema(), c.Const, s.Kind())
		if failed(b, rows, err) {
			v = batch.Null()
		}
		return b.NewConstant(s, c.Len(), v)
	}
	c = b.PlainColumn(c)
	class := classOf(c.Schema())
	var err error
	switch {
	case class > batch.TagBytes && c.Schema().Kind() > batch.KindBytes:
		err = castable(c.Schema(), class)
	case s.Kind() == batch.KindString:
		return t.texts(b, rows, c, class, s)
	case class == batch.TagBytes:
		err = unexpectedType(class)
	}
	if err != nil {
		columnar.Fail(b, rows, err)
		return b.NewConstant(s, c.Len(), batch.Null())
	}
	out := b.NewFixed(s, c.Len())
	out.Valid = c.Valid
	switch c.Schema().Kind() {
	case batch.KindInt8:
		castInts(out, c.Int8s())
	case batch.KindInt16:
		castInts(out, c.Int16s())
	case batch.KindInt32:
		castInts(out, c.Int32s())
	case batch.KindInt64:
		castInts(out, c.Int64s())
	case batch.KindFloat32:
		castFloats(out, c.Float32s())
	case batch.KindFloat64:
		castFloats(out, c.Float64s())
	case batch.KindBoolean:
		n := mem.Alloc[int8](&b.Arena, c.Len())
		for i, v := range c.Booleans() {
			n[i] = 0
			if v {
				n[i] = 1
			}
		}
		castInts(out, n)
	case batch.KindString:
		parseColumn(b, rows, out, c)
	case batch.KindBytes:
		castDecimals(b, rows, out, c)
	}
	return out
}

// castInts fills out with the numbers of src, narrowed as Java does.
func castInts[S int8 | int16 | int32 | int64](out *batch.Column, src []S) {
	switch out.Schema().Kind() {
	case batch.KindInt8:
		convert(out.Int8s(), src)
	case batch.KindInt16:
		convert(out.Int16s(), src)
	case batch.KindInt32:
		convert(out.Int32s(), src)
	case batch.KindInt64:
		convert(out.Int64s(), src)
	case batch.KindFloat32:
		convert(out.Float32s(), src)
	case batch.KindFloat64:
		convert(out.Float64s(), src)
	case batch.KindBoolean:
		dst := out.Booleans()
		for i, v := range src {
			dst[i] = v != 0
		}
	}
}

type number interface {
	int8 | int16 | int32 | int64 | float32 | float64
}

// convert is Go's conversion, which is Java's from whole numbers and between floats.
func convert[D, S number](dst []D, src []S) {
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = D(v)
	}
}

// castFloats fills out with the numbers of src: whole ones toward zero, saturated, then narrowed.
func castFloats[S float32 | float64](out *batch.Column, src []S) {
	switch out.Schema().Kind() {
	case batch.KindInt8:
		dst := out.Int8s()
		for i, v := range src {
			dst[i] = java.DoubleToByte(float64(v))
		}
	case batch.KindInt16:
		dst := out.Int16s()
		for i, v := range src {
			dst[i] = java.DoubleToShort(float64(v))
		}
	case batch.KindInt32:
		dst := out.Int32s()
		for i, v := range src {
			dst[i] = java.DoubleToInt(float64(v))
		}
	case batch.KindInt64:
		dst := out.Int64s()
		for i, v := range src {
			dst[i] = java.DoubleToLong(float64(v))
		}
	case batch.KindFloat32:
		convert(out.Float32s(), src)
	case batch.KindFloat64:
		convert(out.Float64s(), src)
	case batch.KindBoolean:
		dst := out.Booleans()
		for i, v := range src {
			dst[i] = java.DoubleToLong(float64(v)) != 0
		}
	}
}

// castDecimals fills the given rows of out with the numbers of a Decimal column.
func castDecimals(b *batch.Batch, rows batch.Selection, out, c *batch.Column) {
	switch out.Schema().Kind() {
	case batch.KindFloat32:
		dst := out.Float32s()
		for _, i := range columnar.Listed(b, rows) {
			dst[i] = decimalAt(c, i).Float32()
		}
	case batch.KindFloat64:
		dst := out.Float64s()
		for _, i := range columnar.Listed(b, rows) {
			dst[i] = decimalAt(c, i).Float64()
		}
	default:
		n := mem.Zeroed[int64](&b.Arena, c.Len())
		for _, i := range columnar.Listed(b, rows) {
			n[i] = decimalAt(c, i).Long()
		}
		castInts(out, n)
	}
}

func decimalAt(c *batch.Column, i int32) java.Decimal {
	return java.NewDecimalBig(java.BigFromBytes(c.At(int(i))), c.Scale(int(i)))
}

// parseColumn fills the given rows of out with what their texts in c say.
func parseColumn(b *batch.Batch, rows batch.Selection, out, c *batch.Column) {
	switch out.Schema().Kind() {
	case batch.KindInt8:
		parseInts(b, rows, out.Int8s(), c, batch.KindInt8)
	case batch.KindInt16:
		parseInts(b, rows, out.Int16s(), c, batch.KindInt16)
	case batch.KindInt32:
		parseInts(b, rows, out.Int32s(), c, batch.KindInt32)
	case batch.KindInt64:
		parseInts(b, rows, out.Int64s(), c, batch.KindInt64)
	case batch.KindFloat32:
		parseFloats(b, rows, out.Float32s(), c, batch.KindFloat32, 32)
	case batch.KindFloat64:
		parseFloats(b, rows, out.Float64s(), c, batch.KindFloat64, 64)
	case batch.KindBoolean:
		dst := out.Booleans()
		for _, i := range columnar.Listed(b, rows) {
			dst[i] = isTrue(c.At(int(i)))
		}
	}
}

func isTrue(text []byte) bool {
	return len(text) == 4 && text[0]|0x20 == 't' && text[1]|0x20 == 'r' && text[2]|0x20 == 'u' && text[3]|0x20 == 'e'
}

// parseInts takes decimal digits with a sign itself and leaves all else to parsed.
func parseInts[D int8 | int16 | int32 | int64](b *batch.Batch, rows batch.Selection, dst []D, c *batch.Column, to batch.Kind) {
	for _, i := range columnar.Listed(b, rows) {
		text := c.At(int(i))
		n, ok := digits(text)
		if d := D(n); ok && int64(d) == n {
			dst[i] = d
			continue
		}
		v, err := parsed(string(text), to)
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			v = batch.IntValue(to, 0)
		}
		dst[i] = D(v.Int())
	}
}

// digits reads a sign and up to 18 decimal digits.
func digits(text []byte) (n int64, ok bool) {
	digits := text
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if text[0] == '-' {
		n = -n
	}
	return n, true
}

// parseFloats takes plain decimal numbers itself and leaves all else to parsed.
func parseFloats[D float32 | float64](b *batch.Batch, rows batch.Selection, dst []D, c *batch.Column, to batch.Kind, size int) {
	for _, i := range columnar.Listed(b, rows) {
		text := c.At(int(i))
		if isDecimal(text) {
			if f, err := strconv.ParseFloat(string(text), size); err == nil {
				dst[i] = D(f)
				continue
			}
		}
		v, err := parsed(string(text), to)
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			v = batch.Float64Value(0)
		}
		dst[i] = D(v.Float())
	}
}

// isDecimal reports whether text has nothing but what decimal numbers are made of.
func isDecimal(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// texts casts the given rows of a plain column to text.
func (t *caster) texts(b *batch.Batch, rows batch.Selection, c *batch.Column, class batch.Tag, s *batch.Schema) *batch.Column {
	if class == batch.TagString {
		return b.WithSchema(c, s)
	}
	w := newTextColumn(b, s, c.Len(), textBound(c, class))
	w.column.Valid = c.Valid
	all := columnar.Listed(b, rows)
	switch class {
	case batch.TagInt8:
		intTexts(w, all, c.Int8s())
	case batch.TagInt16:
		intTexts(w, all, c.Int16s())
	case batch.TagInt32:
		intTexts(w, all, c.Int32s())
	case batch.TagInt64:
		intTexts(w, all, c.Int64s())
	case batch.TagFloat32:
		for _, i := range all {
			w.buf = java.AppendFloat(w.buf, c.Float32s()[i])
			w.end(i)
		}
	case batch.TagFloat64:
		for _, i := range all {
			w.buf = java.AppendDouble(w.buf, c.Float64s()[i])
			w.end(i)
		}
	case batch.TagBoolean:
		for _, i := range all {
			w.buf = strconv.AppendBool(w.buf, c.Booleans()[i])
			w.end(i)
		}
	case batch.TagBytes:
		for _, i := range all {
			w.buf = base64.StdEncoding.AppendEncode(w.buf, c.At(int(i)))
			w.end(i)
		}
	case batch.TagDecimal:
		for _, i := range all {
			w.buf = decimalAt(c, i).Append(w.buf)
			w.end(i)
		}
	case batch.TagDate:
		for _, i := range all {
			w.buf = t.dates.append(w.buf, millisAt(c, i))
			w.end(i)
		}
	}
	return w.finish()
}

func intTexts[S int8 | int16 | int32 | int64](w *textColumn, rows batch.Selection, src []S) {
	for _, i := range rows {
		w.buf = java.AppendInt(w.buf, int64(src[i]))
		w.end(i)
	}
}

// millisAt returns row i of a Date, Time or Timestamp column in epoch milliseconds.
func millisAt(c *batch.Column, i int32) int64 {
	switch c.Schema().Logical() {
	case batch.LogicalDate:
		return int64(c.Int32s()[i]) * millisPerDay
	case batch.LogicalTime:
		return int64(c.Int32s()[i])
	}
	return c.Int64s()[i]
}

// textBound returns how many bytes a row's text has at most, or about where that is not bounded.
func textBound(c *batch.Column, class batch.Tag) int {
	switch class {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return 20
	case batch.TagBoolean:
		return 5
	}
	return 32
}

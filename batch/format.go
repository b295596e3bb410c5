package batch

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/java"
)

// String returns b as text: see AppendText.
func (b *Batch) String() string { return string(b.AppendText(nil)) }

// AppendText appends b as text for tests and debugging, in the form that batchtest.Parse reads: a line
// of column names and types, then a line per row. The members of a struct are columns of their own;
// what is not such a member has a name with @.
//
//	@offset, @key string?, id int64, zip string?, tags [string]
//	7, k1, 1, null, [a, "b,c"]
//	~ 8, null, 2, 0123, []
//	9, k2, @none
//	10, k2, 3, 0125, [] ! bad zip
//
// ~ marks a row outside the selection, @none a row without schema and value, @null a null struct, ! a
// failed row with its error. Types are those of AppendSchema.
func (b *Batch) AppendText(dst []byte) []byte {
	t := text{b: b}
	t.columns()
	return t.append(dst)
}

// text prints one batch.
type text struct {
	b     *Batch
	head  []string
	cells []func(dst []byte, i int) []byte
}

func (t *text) columns() {
	b := t.b
	add := func(head string, cell func(dst []byte, i int) []byte) {
		t.head = append(t.head, head)
		t.cells = append(t.cells, cell)
	}
	number := func(v int64, dst []byte) []byte { return strconv.AppendInt(dst, v, 10) }
	if len(b.Topics.Names) > 0 && b.n > 0 {
		add("@topic", func(dst []byte, i int) []byte { return appendBare(dst, b.Topics.At(i)) })
	}
	if b.n > 0 && (b.Partitions != nil || b.Partition != NoPartition) {
		add("@partition", func(dst []byte, i int) []byte { return number(int64(b.Row(int32(i)).Partition()), dst) })
	}
	if b.Offsets != nil {
		add("@offset", func(dst []byte, i int) []byte { return number(b.Offsets[i], dst) })
	}
	if b.Timestamps != nil {
		add("@timestamp", func(dst []byte, i int) []byte { return number(b.Timestamps[i], dst) })
	}
	if b.Key != nil {
		add("@key "+typeText(b.Key.schema), func(dst []byte, i int) []byte { return b.Key.appendCell(dst, i) })
	}
	if b.Value == nil {
		return
	}
	if s := b.Value.schema; s != nil && s.kind == KindStruct && typeText(s) == fieldsText(s) && len(s.fields) > 0 {
		for i := range s.fields {
			t.head = append(t.head, appendBareName(s.fields[i].Name)+" "+typeText(s.fields[i].Schema))
		}
		t.cells = append(t.cells, func(dst []byte, i int) []byte {
			if !b.Value.HasSchema(i) {
				return append(dst, "@none"...)
			}
			v := b.Value.Value(i)
			if v.IsNull() {
				return append(dst, "@null"...)
			}
			for k, f := range v.Struct().Fields {
				if k > 0 {
					dst = append(dst, ", "...)
				}
				dst = AppendLiteral(dst, s.fields[k].Schema, f)
			}
			return dst
		})
		return
	}
	add("@value "+typeText(b.Value.schema), func(dst []byte, i int) []byte { return b.Value.appendCell(dst, i) })
}

func (c *Column) appendCell(dst []byte, i int) []byte {
	if c.schema != nil && !c.HasSchema(i) {
		return append(dst, "@none"...)
	}
	return AppendLiteral(dst, c.schema, c.Value(i))
}

func (t *text) append(dst []byte) []byte {
	dst = append(dst, strings.Join(t.head, ", ")...)
	dst = append(dst, '\n')
	live := map[int32]bool{}
	for _, r := range t.b.Sel {
		live[r] = true
	}
	errs := map[int32]error{}
	for _, e := range t.b.Status.errs {
		errs[e.Row] = e.Err
	}
	for i := range t.b.n {
		if t.b.Sel != nil && !live[int32(i)] {
			dst = append(dst, "~ "...)
		}
		for k, cell := range t.cells {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = cell(dst, i)
		}
		if err := errs[int32(i)]; err != nil {
			dst = append(dst, " ! "...)
			dst = append(dst, strings.ReplaceAll(err.Error(), "\n", " ")...)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// String returns s as text: see AppendSchema.
func (s *Schema) String() string { return typeText(s) }

// AppendSchema appends s as text: int8 … float64, boolean, string, bytes, decimal(2), date, time,
// timestamp, [T], {K: V}, (name T, …); any for schemaless. Behind it ? for optional, :"name", #version,
// =default. Doc and parameters are left out.
func AppendSchema(dst []byte, s *Schema) []byte { return append(dst, typeText(s)...) }

func typeText(s *Schema) string {
	if s == nil {
		return "any"
	}
	var w strings.Builder
	named := s.hasName
	switch {
	case s.logical == LogicalDecimal:
		fmt.Fprintf(&w, "decimal(%d)", s.scale)
		named = false
	case s.logical != LogicalNone:
		w.WriteString([...]string{LogicalDate: "date", LogicalTime: "time", LogicalTimestamp: "timestamp"}[s.logical])
		named = false
	case s.kind == KindArray:
		w.WriteString("[" + typeText(s.elem) + "]")
	case s.kind == KindMap:
		w.WriteString("{" + typeText(s.key) + ": " + typeText(s.elem) + "}")
	case s.kind == KindStruct:
		w.WriteString(fieldsText(s))
	default:
		w.WriteString(strings.ToLower(s.kind.String()))
	}
	if s.optional {
		w.WriteByte('?')
	}
	if named {
		w.WriteString(":" + strconv.Quote(s.name))
	}
	if s.hasVersion && !(s.logical != LogicalNone && s.version == 1) {
		fmt.Fprintf(&w, "#%d", s.version)
	}
	if s.hasDefault {
		w.WriteString("=" + string(AppendLiteral(nil, s, s.def)))
	}
	return w.String()
}

func fieldsText(s *Schema) string {
	var w strings.Builder
	w.WriteByte('(')
	for i := range s.fields {
		if i > 0 {
			w.WriteString(", ")
		}
		w.WriteString(appendBareName(s.fields[i].Name) + " " + typeText(s.fields[i].Schema))
	}
	return w.String() + ")"
}

func appendBareName(name string) string { return string(appendBare(nil, name)) }

// AppendLiteral appends v as the text of a value under s: strings bare where that is unambiguous, lists
// [a, b], maps {k: v}, structs (a, b), bytes 0xff, logical values by their usual texts. Schemaless
// values carry their class: 5 is INT64, 5i8 … 5i32, 1.5 FLOAT64, 1.5f FLOAT32, 1.50d decimal, 5t a date in
// milliseconds, strings quoted, <T>(…) a struct of its own schema.
func AppendLiteral(dst []byte, s *Schema, v Value) []byte {
	if v.IsNull() {
		return append(dst, "null"...)
	}
	if s == nil {
		return appendSchemaless(dst, v)
	}
	switch v.tag {
	case TagString:
		return appendBare(dst, v.str)
	case TagFloat32:
		return appendFloat(dst, v.Float(), 32)
	case TagFloat64:
		return appendFloat(dst, v.Float(), 64)
	case TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Append(dst)
	case TagDate:
		return appendTime(dst, s.logical, v.Int())
	case TagArray:
		return appendList(dst, '[', ']', v.Array(), func(int) *Schema { return s.elem })
	case TagStruct:
		return appendList(dst, '(', ')', v.Struct().Fields, func(i int) *Schema { return s.fields[i].Schema })
	case TagMap:
		return appendMap(dst, v.Map(), s.key, s.elem)
	case TagBytes:
		return appendHex(dst, v.Bytes())
	case TagBoolean:
		return strconv.AppendBool(dst, v.Bool())
	}
	return strconv.AppendInt(dst, v.Int(), 10)
}

func appendHex(dst, b []byte) []byte { return hex.AppendEncode(append(dst, "0x"...), b) }

func appendList(dst []byte, open, end byte, v []Value, schema func(int) *Schema) []byte {
	dst = append(dst, open)
	for i := range v {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendLiteral(dst, schema(i), v[i])
	}
	return append(dst, end)
}

func appendMap(dst []byte, m *MapValue, key, elem *Schema) []byte {
	dst = append(dst, '{')
	for i := range m.Keys {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendLiteral(dst, key, m.Keys[i])
		dst = append(dst, ": "...)
		dst = AppendLiteral(dst, elem, m.Values[i])
	}
	return append(dst, '}')
}

func appendSchemaless(dst []byte, v Value) []byte {
	switch v.tag {
	case TagInt8, TagInt16, TagInt32:
		dst = strconv.AppendInt(dst, v.Int(), 10)
		return append(dst, [...]string{TagInt8: "i8", TagInt16: "i16", TagInt32: "i32"}[v.tag]...)
	case TagFloat32:
		return append(appendFloat(dst, v.Float(), 32), 'f')
	case TagFloat64:
		return appendFloat(dst, v.Float(), 64)
	case TagString:
		return strconv.AppendQuote(dst, v.str)
	case TagDecimal:
		return append(java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Append(dst), 'd')
	case TagDate:
		return append(strconv.AppendInt(dst, v.Int(), 10), 't')
	case TagArray:
		return appendList(dst, '[', ']', v.Array(), func(int) *Schema { return nil })
	case TagMap:
		return appendMap(dst, v.Map(), nil, nil)
	case TagStruct:
		s := v.Struct().Schema
		dst = append(append(dst, '<'), typeText(s)...)
		return AppendLiteral(append(dst, '>'), s, v)
	case TagBytes:
		return appendHex(dst, v.Bytes())
	case TagBoolean:
		return strconv.AppendBool(dst, v.Bool())
	}
	return strconv.AppendInt(dst, v.Int(), 10)
}

// appendFloat appends f so that it differs from an integer.
func appendFloat(dst []byte, f float64, size int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, size)
	if !strings.ContainsAny(string(dst[start:]), ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendTime appends a logical value; # and its number where the usual text has no room for it.
func appendTime(dst []byte, l Logical, ms int64) []byte {
	t := time.UnixMilli(ms).UTC()
	usual := t.Year() >= 0 && t.Year() <= 9999
	switch {
	case l == LogicalDate && usual:
		return t.AppendFormat(dst, "2006-01-02")
	case l == LogicalTimestamp && usual:
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	case l == LogicalTime && ms >= 0 && ms < millisPerDay:
		return t.AppendFormat(dst, "15:04:05.000")
	}
	return strconv.AppendInt(append(dst, '#'), ms, 10)
}

// appendBare appends a string bare, or quoted where it would be read as something else.
func appendBare(dst []byte, s string) []byte {
	if s == "" || s == "null" || s[0] == ' ' || s[len(s)-1] == ' ' {
		return strconv.AppendQuote(dst, s)
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || strings.IndexByte(`,"[](){}<>:!~@#?=\`, c) >= 0 {
			return strconv.AppendQuote(dst, s)
		}
	}
	return append(dst, s...)
}

package batchtest

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// value reads the text of a value under sch.
func (s *scanner) value(sch *batch.Schema) batch.Value {
	if s.takeWord("null") {
		return batch.Value{}
	}
	if sch == nil {
		return s.schemaless()
	}
	if l := sch.Logical(); l != batch.LogicalNone {
		return s.logical(l)
	}
	switch k := sch.Kind(); k {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32, batch.KindInt64:
		return batch.IntValue(k, s.integer(8<<(k-batch.KindInt8)))
	case batch.KindFloat32:
		return batch.Float32Value(float32(s.float(s.bare(), 32)))
	case batch.KindFloat64:
		return batch.Float64Value(s.float(s.bare(), 64))
	case batch.KindBoolean:
		return s.boolean()
	case batch.KindString:
		return batch.StringValue(s.text1())
	case batch.KindBytes:
		return s.hex()
	case batch.KindArray:
		s.expect('[')
		return batch.ArrayValue(s.list(']', func(int) *batch.Schema { return sch.Elem() }))
	case batch.KindMap:
		s.expect('{')
		return s.mapValue(sch.Key(), sch.Elem())
	}
	s.expect('(')
	f := s.list(')', func(i int) *batch.Schema {
		if i >= len(sch.Fields()) {
			s.fail("struct of %d members has more values", len(sch.Fields()))
		}
		return sch.Fields()[i].Schema
	})
	if len(f) != len(sch.Fields()) {
		s.fail("struct of %d members has %d values", len(sch.Fields()), len(f))
	}
	return batch.StructValueOf(&batch.StructValue{Schema: sch, Fields: f})
}

func (s *scanner) boolean() batch.Value {
	switch {
	case s.takeWord("true"):
		return batch.BooleanValue(true)
	case s.takeWord("false"):
		return batch.BooleanValue(false)
	}
	s.fail("true or false expected")
	return batch.Value{}
}

func (s *scanner) float(w string, size int) float64 {
	f, err := strconv.ParseFloat(w, size)
	if err != nil {
		s.fail("number expected, found %q", w)
	}
	return f
}

func (s *scanner) hex() batch.Value {
	s.space()
	if !strings.HasPrefix(s.text[s.pos:], "0x") {
		s.fail("0x expected")
	}
	s.pos += 2
	w := s.while(func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' })
	b, err := hex.DecodeString(w)
	if err != nil {
		s.fail("hexadecimal digits expected, found %q", w)
	}
	return batch.BytesValue(b)
}

func (s *scanner) decimal(w string) batch.Value {
	d, err := java.ParseDecimal(w)
	if err != nil {
		s.fail("decimal expected, found %q", w)
	}
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: d.Unscaled(), Scale: d.Scale()})
}

func (s *scanner) logical(l batch.Logical) batch.Value {
	if s.take('#') {
		return batch.DateValue(s.integer(64))
	}
	if l == batch.LogicalDecimal {
		return s.decimal(s.bare())
	}
	layout := [...]string{batch.LogicalDate: "2006-01-02", batch.LogicalTime: "15:04:05.000", batch.LogicalTimestamp: "2006-01-02T15:04:05.000Z"}[l]
	s.space()
	w := s.text[s.pos:min(s.pos+len(layout), len(s.text))]
	s.pos += len(w)
	t, err := time.Parse(layout, w)
	if err != nil {
		s.fail("%s expected, found %q", layout, w)
	}
	if l == batch.LogicalTime {
		return batch.DateValue(t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)).Milliseconds())
	}
	return batch.DateValue(t.UnixMilli())
}

func (s *scanner) list(end byte, schema func(i int) *batch.Schema) []batch.Value {
	v := []batch.Value{}
	for !s.take(end) {
		v = append(v, s.value(schema(len(v))))
		if !s.at(end) {
			s.expect(',')
		}
	}
	return v
}

func (s *scanner) mapValue(key, elem *batch.Schema) batch.Value {
	m := &batch.MapValue{}
	for !s.take('}') {
		k := s.value(key)
		s.expect(':')
		m.Put(k, s.value(elem))
		if !s.at('}') {
			s.expect(',')
		}
	}
	return batch.MapValueOf(m)
}

// schemaless reads a value that carries its class.
func (s *scanner) schemaless() batch.Value {
	switch {
	case s.at('"'):
		return batch.StringValue(s.quoted())
	case s.take('['):
		return batch.ArrayValue(s.list(']', func(int) *batch.Schema { return nil }))
	case s.take('{'):
		return s.mapValue(nil, nil)
	case s.take('<'):
		sch := s.schema()
		s.expect('>')
		return s.value(sch)
	case s.at('t') || s.at('f'):
		return s.boolean()
	case strings.HasPrefix(s.text[s.pos:], "0x"):
		return s.hex()
	}
	w := s.while(func(c byte) bool { return strings.IndexByte(",]})> :!", c) < 0 })
	if w == "" {
		s.fail("value expected")
	}
	for i, suffix := range [...]string{"i8", "i16", "i32"} {
		if t, ok := strings.CutSuffix(w, suffix); ok {
			n, err := strconv.ParseInt(t, 10, 8<<i)
			if err != nil {
				s.fail("integer expected, found %q", w)
			}
			return batch.IntValue(batch.Kind(i), n)
		}
	}
	switch w[len(w)-1] {
	case 'f':
		return batch.Float32Value(float32(s.float(w[:len(w)-1], 32)))
	case 'd':
		return s.decimal(w[:len(w)-1])
	case 't':
		n, err := strconv.ParseInt(w[:len(w)-1], 10, 64)
		if err != nil {
			s.fail("milliseconds expected, found %q", w)
		}
		return batch.DateValue(n)
	}
	if n, err := strconv.ParseInt(w, 10, 64); err == nil {
		return batch.Int64Value(n)
	}
	return batch.Float64Value(s.float(w, 64))
}

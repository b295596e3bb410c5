package batchtest

import (
	"strconv"

	"github.com/millrace/millrace/batch"
)

// schema reads a type; nil for any.
func (s *scanner) schema() *batch.Schema {
	var b *batch.Builder
	switch {
	case s.take('['):
		b = batch.NewSchema(batch.KindArray).Elem(s.schema())
		s.expect(']')
	case s.take('{'):
		b = batch.NewSchema(batch.KindMap).Key(s.schema())
		s.expect(':')
		b.Elem(s.schema())
		s.expect('}')
	case s.take('('):
		b = batch.NewSchema(batch.KindStruct)
		for !s.take(')') {
			b.Field(s.name(), s.schema())
			if !s.at(')') {
				s.expect(',')
			}
		}
	default:
		w := s.word()
		if w == "any" {
			return nil
		}
		b = s.named(w)
	}
	if s.take('?') {
		b.Optional(true)
	}
	if s.pos+1 < len(s.text) && s.text[s.pos] == ':' && s.text[s.pos+1] == '"' {
		s.pos++
		b.Name(s.quoted())
	}
	if s.pos < len(s.text) && s.text[s.pos] == '#' {
		s.pos++
		b.Version(int32(s.integer(32)))
	}
	if s.pos < len(s.text) && s.text[s.pos] == '=' {
		s.pos++
		b.Default(s.value(b.Build()))
	}
	out := b.Build()
	if out.Equal(plain(out)) {
		return plain(out)
	}
	return out
}

// plain returns the shared schema of s's type, or s.
func plain(s *batch.Schema) *batch.Schema {
	if s.Kind() > batch.KindBytes {
		return s
	}
	return batch.Of(s.Kind(), s.Optional())
}

func (s *scanner) named(w string) *batch.Builder {
	switch w {
	case "decimal":
		s.expect('(')
		scale := s.integer(32)
		s.expect(')')
		return Decimal(int32(scale))
	case "date":
		return Date()
	case "time":
		return Time()
	case "timestamp":
		return Timestamp()
	}
	for k := batch.KindInt8; k <= batch.KindBytes; k++ {
		if w == batch.Of(k, false).String() {
			return batch.NewSchema(k)
		}
	}
	s.fail("unknown type %q", w)
	return nil
}

// Decimal starts a Decimal schema as Java's Decimal.builder does.
func Decimal(scale int32) *batch.Builder {
	return batch.NewSchema(batch.KindBytes).Name(batch.DecimalName).Version(1).Param("scale", strconv.Itoa(int(scale)))
}

// Date starts a Date schema.
func Date() *batch.Builder {
	return batch.NewSchema(batch.KindInt32).Name(batch.DateName).Version(1)
}

// Time starts a Time schema.
func Time() *batch.Builder {
	return batch.NewSchema(batch.KindInt32).Name(batch.TimeName).Version(1)
}

// Timestamp starts a Timestamp schema.
func Timestamp() *batch.Builder {
	return batch.NewSchema(batch.KindInt64).Name(batch.TimestampName).Version(1)
}

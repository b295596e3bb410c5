package records

import (
	"math/rand/v2"
	"strconv"

	"github.com/millrace/millrace/internal/java"
)

// typ is the type of a value: how its schema is written, and how values of it are drawn.
type typ struct {
	kind   string // of the schema, as JsonConverter writes it
	name   string // of the schema; "" has none
	fields []member
	elem   *typ                                  // array
	value  func(dst []byte, r *rand.Rand) []byte // of scalars: the JSON text
}

type member struct {
	name string
	typ  *typ
}

// structure returns a struct whose fields stand in the order in which a java.util.HashMap would hold them.
func structure(name string, fields ...member) *typ {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	t := &typ{kind: "struct", name: name}
	for _, i := range java.HashMapOrder(names) {
		t.fields = append(t.fields, fields[i])
	}
	return t
}

// appendSchema appends the schema of t, of a field when field is not "".
func (t *typ) appendSchema(dst []byte, field string) []byte {
	dst = append(append(append(dst, `{"type":"`...), t.kind...), '"')
	switch t.kind {
	case "struct":
		dst = append(dst, `,"fields":[`...)
		for i, f := range t.fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = f.typ.appendSchema(dst, f.name)
		}
		dst = append(dst, ']')
	case "array":
		dst = t.elem.appendSchema(append(dst, `,"items":`...), "")
	}
	dst = append(dst, `,"optional":false`...)
	if t.name != "" {
		dst = append(append(append(dst, `,"name":"`...), t.name...), '"')
	}
	if field != "" {
		dst = append(append(append(dst, `,"field":"`...), field...), '"')
	}
	return append(dst, '}')
}

// appendValue appends a value as JsonConverter writes it.
func (t *typ) appendValue(dst []byte, r *rand.Rand) []byte {
	switch t.kind {
	case "struct":
		for i, f := range t.fields {
			c := byte(',')
			if i == 0 {
				c = '{'
			}
			dst = append(append(append(dst, c, '"'), f.name...), '"', ':')
			dst = f.typ.appendValue(dst, r)
		}
		return append(dst, '}')
	case "array":
		dst = append(dst, '[')
		for i := range 1 + r.IntN(3) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = t.elem.appendValue(dst, r)
		}
		return append(dst, ']')
	}
	return t.value(dst, r)
}

// integer returns a type of whole numbers below most.
func integer(kind string, most int64) *typ {
	return &typ{kind: kind, value: func(dst []byte, r *rand.Rand) []byte { return strconv.AppendInt(dst, r.Int64N(most), 10) }}
}

func amount() *typ {
	return &typ{kind: "double", value: func(dst []byte, r *rand.Rand) []byte { return appendAmount(dst, 1+r.Int64N(10_000_000)) }}
}

func boolean() *typ {
	return &typ{kind: "boolean", value: func(dst []byte, r *rand.Rand) []byte { return strconv.AppendBool(dst, r.IntN(4) != 0) }}
}

// code returns a type of short texts: a prefix and six digits.
func code(prefix string) *typ {
	return &typ{kind: "string", value: func(dst []byte, r *rand.Rand) []byte {
		dst = append(append(dst, '"'), prefix...)
		return append(strconv.AppendInt(dst, int64(100_000+r.IntN(900_000)), 10), '"')
	}}
}

// choice returns a type of texts that are given as JSON.
func choice(texts ...string) *typ {
	return &typ{kind: "string", value: func(dst []byte, r *rand.Rand) []byte {
		return append(append(append(dst, '"'), texts[r.IntN(len(texts))]...), '"')
	}}
}

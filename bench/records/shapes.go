package records

import (
	"fmt"
	"io"
	"math/rand/v2"
)

// order returns the ten fields of the benchmark without null, the schema under that name.
func order(name string) *typ {
	return structure(name,
		member{"id", integer("int64", 1_000_000_000)}, member{"customer", code("c-")}, member{"amount", amount()}, member{"zip", code("")},
		member{"active", boolean()}, member{"created", integer("int64", 1_700_000_000_000)}, member{"qty", integer("int32", 120)},
		member{"sku", code("SKU-")}, member{"country", choice(countries...)}, member{"note", choice("", "leave at door", "gift", "Grüße")})
}

// wideFields is how many fields a wide record of the data sets has.
const wideFields = 200

// Wide returns records without a schema of that many fields.
func Wide(fields, rows int) Set {
	return Set{Name: fmt.Sprintf("wide-%d/schemaless", fields), Rows: rows, BatchRows: rows, write: func(w io.Writer, rows int) error {
		return writeRecords(w, []*typ{wide(fields)}, rows, false)
	}}
}

// Sized returns records without a schema of an id and a text, which have about that many bytes.
func Sized(bytes, rows int) Set {
	const around = len(`{"id":123456789,"body":""}`)
	return Set{Name: fmt.Sprintf("sized-%d/schemaless", bytes), Rows: rows, BatchRows: rows, write: func(w io.Writer, rows int) error {
		return writeRecords(w, []*typ{long(asciiText, max(1, bytes-around))}, rows, false)
	}}
}

// wide returns a record of that many fields of five types.
func wide(count int) *typ {
	types := []*typ{integer("int64", 1_000_000_000), code("v-"), amount(), boolean(), integer("int32", 1000)}
	var fields []member
	for i := range count {
		fields = append(fields, member{fmt.Sprintf("field_%03d", i), types[i%len(types)]})
	}
	return structure("bench.Wide", fields...)
}

// nested returns a record of five levels of objects, with arrays on two of them.
func nested() *typ {
	geo := structure("bench.Geo", member{"lat", amount()}, member{"lon", amount()})
	address := structure("bench.Address", member{"city", choice("Berlin", "Paris", "Köln")}, member{"zip", code("")}, member{"geo", geo})
	customer := structure("bench.Customer", member{"name", code("c-")}, member{"address", address}, member{"tags", &typ{kind: "array", elem: choice("new", "vip", "late")}})
	line := structure("bench.Line", member{"sku", code("SKU-")}, member{"qty", integer("int32", 120)}, member{"price", amount()})
	order := structure("bench.Nested", member{"id", integer("int64", 1_000_000_000)}, member{"customer", customer}, member{"lines", &typ{kind: "array", elem: line}})
	return structure("bench.Event", member{"op", choice("c", "u")}, member{"ts", integer("int64", 1_700_000_000_000)}, member{"order", order})
}

// textBytes is about how long the text of a long record is.
const textBytes = 4096

// long returns a record of an id and a text of about that many bytes.
func long(words []string, size int) *typ {
	text := &typ{kind: "string", value: func(dst []byte, r *rand.Rand) []byte {
		dst = append(dst, '"')
		for start := len(dst); len(dst)-start < size; {
			dst = append(append(dst, words[r.IntN(len(words))]...), ' ')
		}
		return append(dst, '"')
	}}
	return structure("bench.Text", member{"id", integer("int64", 1_000_000_000)}, member{"body", text})
}

var asciiText = []string{"the", "order", "was", "delivered", "to", "a", "neighbour", "on", "Friday,", "who", "signed", "for", "it."}

// wideText has a word beyond ASCII in six, as German text does.
var wideText = append([]string{"Grüße", "Straße,", "für"}, asciiText...)

// escapes returns the ten fields with an escape in every text.
func escapes() *typ {
	return structure("bench.Escapes",
		member{"id", integer("int64", 1_000_000_000)}, member{"customer", code(`c\\`)}, member{"amount", amount()}, member{"zip", code(`\t`)},
		member{"active", boolean()}, member{"created", integer("int64", 1_700_000_000_000)}, member{"qty", integer("int32", 120)},
		member{"sku", code(`\"SKU\" `)}, member{"country", choice(`D\nE`, `F\nR`, `\uD83D\uDE00`)}, member{"note", choice(`leave at \"door\"\n`, `line\r\nline`, `\u0007 Grüße`)})
}

// schemaCount is how many schemas the records of one topic have together.
const schemaCount = 64

// manySchemas returns the ten fields under many names: schemas that differ at their end.
func manySchemas() []*typ {
	var types []*typ
	for i := range schemaCount {
		types = append(types, order(fmt.Sprintf("bench.Order%02d", i)))
	}
	return types
}

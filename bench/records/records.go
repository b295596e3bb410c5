// Package records makes the records that this project and the Java originals are measured with: the same bytes for both.
//
// A record has ten fields and is about 167 bytes of JSON on average. The members stand in the order of a java.util.HashMap, so that
// JsonConverter writes a record that it has read as the same bytes. There are 32 distinct batches of 1,024 records: more than a
// branch predictor or a cache learns by heart. Sets has further shapes: wide, nested, long, escaped, of many schemas. The same seed
// always gives the same bytes.
//
// This package holds no measurement; bench/java and the Go benchmarks read what it writes.
package records

import (
	"bufio"
	"io"
	"math/rand/v2"
	"strconv"
)

// The shape of the data set.
const (
	Batches   = 32
	BatchRows = 1024
	Rows      = Batches * BatchRows
	Seed      = 42
)

// EnvelopeSchema is the schema of the records as JsonConverter writes it.
const EnvelopeSchema = `{"type":"struct","fields":[{"type":"string","optional":false,"field":"zip"},{"type":"string","optional":true,"field":"note"},` +
	`{"type":"string","optional":false,"field":"country"},{"type":"double","optional":false,"field":"amount"},{"type":"int64","optional":false,"field":"created"},` +
	`{"type":"int32","optional":false,"field":"qty"},{"type":"boolean","optional":false,"field":"active"},{"type":"int64","optional":false,"field":"id"},` +
	`{"type":"string","optional":false,"field":"sku"},{"type":"string","optional":false,"field":"customer"}],"optional":false,"name":"bench.Order"}`

var countries = []string{"DE", "FR", "US", "JP", "BR", "IN", "NL", "PL"}

var notes = []string{"", "leave at door", "gift", "ring twice", "call first", "null", "Grüße"}

// Write writes all records as lines: plain, or inside the envelope with their schema.
func Write(w io.Writer, envelope bool) error { return writeOrders(w, Rows, envelope) }

func writeOrders(w io.Writer, rows int, envelope bool) error {
	out := bufio.NewWriter(w)
	r := rand.New(rand.NewPCG(Seed, 0))
	var line []byte
	for range rows {
		line = line[:0]
		if envelope {
			line = append(line, `{"schema":`+EnvelopeSchema+`,"payload":`...)
		}
		line = appendRecord(line, r)
		if envelope {
			line = append(line, '}')
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

func appendRecord(dst []byte, r *rand.Rand) []byte {
	id := r.Int64N(1_000_000_000)
	customer := r.IntN(900_000)
	cents := int64(r.IntN(10_000_000)) + 1
	zip := strconv.Itoa(100_000 + r.IntN(100_000))[1:]
	active := r.IntN(4) != 0
	created := 1_700_000_000_000 + r.Int64N(30_000_000_000)
	qty := 1 + r.IntN(120)
	sku := r.IntN(900_000)
	country := countries[r.IntN(len(countries))]
	note := notes[r.IntN(len(notes))]

	dst = append(append(append(dst, `{"zip":"`...), zip...), '"')
	if note == "null" {
		dst = append(dst, `,"note":null`...)
	} else {
		dst = append(append(append(dst, `,"note":"`...), note...), '"')
	}
	dst = append(append(append(dst, `,"country":"`...), country...), '"')
	dst = appendAmount(append(dst, `,"amount":`...), cents)
	dst = strconv.AppendInt(append(dst, `,"created":`...), created, 10)
	dst = strconv.AppendInt(append(dst, `,"qty":`...), int64(qty), 10)
	dst = strconv.AppendBool(append(dst, `,"active":`...), active)
	dst = strconv.AppendInt(append(dst, `,"id":`...), id, 10)
	dst = append(strconv.AppendInt(append(dst, `,"sku":"SKU-`...), int64(100_000+sku), 10), '"')
	return append(strconv.AppendInt(append(dst, `,"customer":"c-`...), int64(100_000+customer), 10), `"}`...)
}

// appendAmount writes cents as Java's Double.toString writes the amount: no trailing zero but the one behind the point.
func appendAmount(dst []byte, cents int64) []byte {
	dst = append(strconv.AppendInt(dst, cents/100, 10), '.')
	tens, ones := cents/10%10, cents%10
	dst = append(dst, byte('0'+tens))
	if ones != 0 {
		dst = append(dst, byte('0'+ones))
	}
	return dst
}

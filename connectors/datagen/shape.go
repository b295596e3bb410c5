package datagen

import (
	"github.com/millrace/millrace/batch"
)

// op is where the values of a field come from.
type op uint8

const (
	opSequence op = iota // lo + step·g
	opRange              // lo … lo+span-1
	opScaled             // (lo … lo+span-1) / scale
	opChance             // a draw below threshold
	opOneOf              // choices
	opText               // minLen … maxLen characters
	opPattern            // template with digits
)

// field is one member of a shape.
type field struct {
	name   string
	schema *batch.Schema
	op     op

	lo        int64
	step      int64
	span      uint64  // number of values; 0 = 2^64
	scale     float64 // power of ten
	threshold uint64
	choices   []batch.Value // distinct; those that are null are left out and counted
	nullCount int
	minLen    int
	maxLen    int
	template  []byte
	runs      []run
	nulls     uint64 // threshold of null; 0 = never

	state, nullState, lenState uint64 // streams
}

// run is n digits of a template from at on: at most 18.
type run struct {
	at, n int
	pow   uint64 // 10^n
}

// shape is the fields of a record, and their schema.
type shape struct {
	schema *batch.Schema
	fields []field
}

// seeded returns the shape with the streams of a seed.
func (s *shape) seeded(seed int64) *shape {
	out := &shape{schema: s.schema, fields: append([]field(nil), s.fields...)}
	for i := range out.fields {
		f := &out.fields[i]
		f.state, f.nullState, f.lenState = stream(seed, i, 0), stream(seed, i, 1), stream(seed, i, 2)
	}
	return out
}

// builtin returns the text of a built-in shape. orders has the fields and kinds of the records that
// bench/records writes, by which throughput is measured.
func builtin(name string) (text string, ok bool) {
	switch name {
	case "orders":
		return `bench.Order(
			zip string = pattern("#####"),
			note string? = oneof("", "leave at door", gift, "ring twice", "call first", null, "Grüße"),
			country string = oneof(DE, FR, US, JP, BR, IN, NL, PL),
			amount float64 = range(0.01, 100000, 2),
			created int64 = range(1700000000000, 1729999999999),
			qty int32 = range(1, 120),
			active boolean = chance(75),
			id int64 = range(0, 999999999),
			sku string = pattern("SKU-######"),
			customer string = pattern("c-######"))`, true
	case "users":
		return `load.User(
			id int64 = sequence,
			name string = text(6, 14),
			country string = oneof(DE, FR, US, JP, BR, IN, NL, PL),
			born date = range(-7300, 13500),
			registered timestamp = range(1577836800000, 1704067199999),
			mail string? = text(12, 24) nulls(5))`, true
	case "metrics":
		return `load.Metric(
			host string = pattern("host-###"),
			name string = oneof(cpu.user, cpu.system, mem.free, disk.read, disk.write, net.in, net.out),
			value float64 = range(0, 1000, 3),
			at timestamp = sequence(1704067200000, 10))`, true
	}
	return "", false
}

const builtinNames = "orders, users, metrics"

package generate

import (
	"fmt"
	"slices"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Direction says which way a trial's operation goes.
type Direction string

// The directions. Converters read and write, literals parse, transforms apply, predicates test.
const (
	Read  Direction = "read"  // bytes to data
	Write Direction = "write" // data to bytes
	Parse Direction = "parse"
	Apply Direction = "apply"
	Test  Direction = "test"
)

// Flow is a kind in one direction.
type Flow struct {
	Kind      string
	Direction Direction
}

func (f Flow) String() string { return f.Kind + "/" + string(f.Direction) }

// flows lists what can be generated, in the order of the summary.
var flows = []struct {
	Flow
	make func(source) *trial.Trial
}{
	{Flow{"json", Read}, source.jsonRead},
	{Flow{"json", Write}, source.jsonWrite},
	{Flow{"string", Read}, source.stringRead},
	{Flow{"string", Write}, source.stringWrite},
	{Flow{"bytes", Read}, source.bytesRead},
	{Flow{"bytes", Write}, source.bytesWrite},
	{Flow{"number", Read}, source.numberRead},
	{Flow{"number", Write}, source.numberWrite},
	{Flow{"header", Read}, source.headerRead},
	{Flow{"header", Write}, source.headerWrite},
	{Flow{"literal", Parse}, source.literalParse},
	{Flow{"avro", Read}, source.avroRead},
	{Flow{"avro", Write}, source.avroWrite},
	{Flow{NewerAvro, Read}, source.newerAvroRead},
	{Flow{NewerAvro, Write}, source.newerAvroWrite},
	{Flow{"protobuf", Read}, source.protobufRead},
	{Flow{"protobuf", Write}, source.protobufWrite},
	{Flow{JSONSchema, Read}, source.jsonSchemaRead},
	{Flow{JSONSchema, Write}, source.jsonSchemaWrite},
	{Flow{"transform", Apply}, source.transformApply},
	{Flow{"chain", Apply}, source.chainApply},
	{Flow{"predicate", Test}, source.predicateTest},
	{Flow{"debezium", Apply}, source.debeziumApply},
	{Flow{"script", Apply}, source.scriptApply},
}

// Kinds whose originals an oracle has where ORACLE_CLASSPATH gives it one.
const (
	NewerAvro  = "neweravro" // avro with keys of a newer original
	JSONSchema = "jsonschema"
)

// Flows returns every flow of the named kinds; a name is a kind, a kind and a direction as in "json/read", or "all" but NewerAvro and
// JSONSchema.
//
// Errors: a name that is no kind.
func Flows(names ...string) ([]Flow, error) {
	var chosen []Flow
	for _, name := range names {
		found := false
		for _, f := range flows {
			if name == "all" && f.Kind != NewerAvro && f.Kind != JSONSchema || name == f.Kind || name == f.String() {
				found = true
				if !slices.Contains(chosen, f.Flow) {
					chosen = append(chosen, f.Flow)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("no kind %q: choose of %v, or all", name, flowNames())
		}
	}
	return chosen, nil
}

func flowNames() []string {
	var names []string
	for _, f := range flows {
		names = append(names, f.String())
	}
	return names
}

// Trial makes the trial of that number. Flow must be one that Flows returned.
func (f Flow) Trial(seed, index uint64) *trial.Trial {
	return f.from(newSource(f.String(), seed, index))
}

// Whole is Trial without the damage that is done to some records, which no two readers need to read alike.
func (f Flow) Whole(seed, index uint64) *trial.Trial {
	s := newSource(f.String(), seed, index)
	s.whole = true
	return f.from(s)
}

func (f Flow) from(s source) *trial.Trial {
	for _, g := range flows {
		if g.Flow == f {
			t := g.make(s)
			t.Kind = f.Kind
			return t
		}
	}
	panic("generate: no flow " + f.String())
}

// count draws how many items a trial has: singles and batches of mixed sizes.
func (s source) count() int {
	return pick(s, 1, 2, 7, 16, 33, 64, 100, 128, 256)
}

// trial makes a trial of one plugin and fills its items, as a batch three times in four where there is a batch form.
func (s source) trial(op trial.Op, p trial.Plugin, item func() trial.Item) *trial.Trial {
	t := &trial.Trial{Op: op, Topic: pick(s, "t", "topic", "orders-1", "a.b", "é"), Plugins: []trial.Plugin{p}}
	n := s.count()
	t.Batch = op.HasBatch() && !s.oneIn(4)
	if !t.Batch {
		n = min(n, 16)
	}
	for range n {
		t.Items = append(t.Items, item())
	}
	return t
}

func converter(class string, config ...protocol.Pair) trial.Plugin {
	return trial.Plugin{Kind: "converter", Class: class, Config: config}
}

func config(pairs ...string) []protocol.Pair {
	var c []protocol.Pair
	for i := 0; i < len(pairs); i += 2 {
		c = append(c, protocol.Pair{Key: pairs[i], Text: pairs[i+1]})
	}
	return c
}

// typedMix returns a draw of typed data: two or three schemas share a trial, in runs, with schemaless values and strangers between.
func (s source) typedMix() func() protocol.Typed {
	schemas := make([]*protocol.Schema, 1+s.IntN(3))
	for i := range schemas {
		schemas[i] = s.schema(s.IntN(3))
		if s.oneIn(2) {
			schemas[i] = s.structSchema(0)
		}
		if i > 0 && s.oneIn(2) {
			schemas[i] = s.variant(schemas[i-1])
		}
	}
	at, plain := 0, s.oneIn(3)
	return func() protocol.Typed {
		if s.oneIn(8) {
			at = s.IntN(len(schemas))
		}
		sch := schemas[at]
		switch {
		case plain && !s.oneIn(10) || s.oneIn(20):
			if s.oneIn(2) {
				return protocol.Typed{Value: s.jsonLike(0)}
			}
			return protocol.Typed{Value: s.schemaless(0)}
		case s.oneIn(12):
			return protocol.Typed{Schema: sch, Value: s.nearly(sch)}
		case s.oneIn(40):
			fresh := s.schema(0)
			return protocol.Typed{Schema: fresh, Value: s.gapped(fresh)}
		}
		return protocol.Typed{Schema: sch, Value: s.gapped(sch)}
	}
}

package generate

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// ProtobufConverter is the class of Protobuf's converter.
const ProtobufConverter = "io.confluent.connect.protobuf.ProtobufConverter"

// protobufFlags are keys that the original of the oracle has.
var protobufFlags = []string{
	"enhanced.protobuf.schema.support", "scrub.invalid.names", "optional.for.nullables", "optional.for.proto2", "wrapper.for.nullables",
	"wrapper.for.raw.primitives",
}

func (s source) protobufConfig(path string) trial.Plugin {
	p := converter(ProtobufConverter, protocol.Pair{Key: "schema.registry.url", Text: codectest.SchemasURL + path})
	p.IsKey = s.oneIn(4)
	for _, k := range protobufFlags {
		if s.oneIn(4) {
			p.Config = append(p.Config, protocol.Pair{Key: k, Text: pick(s, "true", "false")})
		}
	}
	return p
}

// protobufWrite draws data of all kinds; names are mostly such as Protobuf takes, and roots are mostly structs.
func (s source) protobufWrite() *trial.Trial {
	p := s.protobufConfig("")
	p.Config = slices.DeleteFunc(p.Config, func(c protocol.Pair) bool { return c.Key == "optional.for.nullables" })
	mix := s.typedMix()
	plain := !s.oneIn(4)
	return s.write(p, func() protocol.Typed {
		t := mix().Clone()
		for newerText(t.Schema) {
			t = mix().Clone()
		}
		wholeKeys(&t.Value)
		nearDates(&t.Value)
		if plain {
			plainNames(t.Schema)
			renameValue(&t.Value)
		}
		return t
	})
}

// nearDates keeps dates within the days of an INT32.
func nearDates(v *protocol.Value) {
	const far = 1 << 56
	if v.Tag == protocol.Millis && (v.Int > far || v.Int < -far) {
		v.Int %= far
	}
	for i := range v.Items {
		nearDates(&v.Items[i])
	}
}

// newerText reports whether a newer original than the oracle's prints the file for a schema in another way: it keeps the options of
// the fields of a map's entries, and marks no optional field as not deprecated.
func newerText(sch *protocol.Schema) bool {
	if sch == nil {
		return false
	}
	options := func(of *protocol.Schema) bool {
		if of != nil && of.Type == "array" {
			of = of.Items
		}
		return of != nil && (of.Type == "int8" || of.Type == "int16" || of.Name != nil && *of.Name == "org.apache.kafka.connect.data.Decimal")
	}
	if sch.Type == "map" && (options(sch.Keys) || options(sch.Values)) {
		return true
	}
	return newerText(sch.Items) || newerText(sch.Keys) || newerText(sch.Values) ||
		slices.ContainsFunc(sch.Fields, func(f protocol.Field) bool { return newerText(f.Schema) })
}

func hasPair(config []protocol.Pair, key, text string) bool {
	return slices.Contains(config, protocol.Pair{Key: key, Text: text})
}

// protobufRead draws a file, and records of one of its messages, some of them damaged.
func (s source) protobufRead() *trial.Trial {
	p := s.protobufConfig("")
	// What the original of the oracle makes of the members of a oneof is another thing in newer ones.
	g := protoGenerator{source: s, proto2: s.oneIn(5), oneofs: !hasPair(p.Config, "optional.for.nullables", "true") && !hasPair(p.Config, "wrapper.for.nullables", "true")}
	text, messages := g.file()
	p.Config[0].Text += codectest.TypedSchemaPath("PROTOBUF", text)
	head := binary.BigEndian.AppendUint32([]byte{0}, uint32(codectest.SchemaNumber(text)))
	return s.trial(trial.ToConnect, p, func() trial.Item {
		switch {
		case s.oneIn(40):
			return trial.Item{}
		case s.oneIn(60):
			return trial.Item{Bytes: []byte(s.bytes())}
		}
		n := 0
		if s.oneIn(4) {
			n = s.IntN(len(messages))
		}
		b := append([]byte{}, head...)
		switch {
		case s.oneIn(60) && !s.whole:
			b = append(b, 2, byte(s.IntN(9))) // perhaps of no message
		case n == 0 && !s.oneIn(6):
			b = append(b, 0)
		default:
			b = binary.AppendVarint(append(b, 2), int64(n))
		}
		at := len(b)
		b = messages[n].put(&g, b, 0)
		if s.oneIn(12) {
			b = append(b[:at:at], s.damage(b[at:])...)
		}
		return trial.Item{Bytes: b}
	})
}

// protoField is a field: its declaration, and how a value of it is drawn.
type protoField struct {
	number   int
	wire     uint64
	repeated bool
	packable bool
	required bool
	put      func(b []byte) []byte // the value behind a tag, its length where it has one
}

// protoMessage is a message that is drawn.
type protoMessage struct {
	name   string
	fields []protoField
}

// put writes a message: fields in any order, some twice, some that nobody knows.
func (m *protoMessage) put(g *protoGenerator, b []byte, depth int) []byte {
	order := g.Perm(len(m.fields))
	if !g.oneIn(5) {
		for i := range order {
			order[i] = i
		}
	}
	sparse := g.oneIn(3)
	for _, i := range order {
		f := &m.fields[i]
		times := 1
		switch {
		case f.repeated:
			times = g.size(3)
		case f.required && !g.oneIn(30):
		case sparse && !g.oneIn(4) || g.oneIn(5):
			times = 0
		case g.oneIn(25):
			times = 2
		}
		if f.repeated && f.packable && g.oneIn(2) {
			var values []byte
			for range times {
				values = f.put(values)
			}
			b = protoBytes(binary.AppendUvarint(b, uint64(f.number)<<3|2), string(values))
			continue
		}
		for range times {
			b = f.put(binary.AppendUvarint(b, uint64(f.number)<<3|f.wire))
		}
	}
	if g.oneIn(10) && !g.whole {
		b = g.unknown(b)
	}
	return b
}

func protoBytes(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// unknown adds a field that no message has, or one in a way in which it is not written.
func (g *protoGenerator) unknown(b []byte) []byte {
	number := uint64(pick(g.source, 1, 2, 3, 100, 5000, 536_870_911))
	switch g.IntN(6) {
	case 0:
		return protoBytes(binary.AppendUvarint(b, number<<3|2), g.bytes())
	case 1:
		return binary.LittleEndian.AppendUint32(binary.AppendUvarint(b, number<<3|5), g.Uint32())
	case 2:
		return binary.LittleEndian.AppendUint64(binary.AppendUvarint(b, number<<3|1), g.Uint64())
	case 3:
		b = binary.AppendUvarint(b, number<<3|3)
		b = g.unknown(b)
		return binary.AppendUvarint(b, number<<3|4)
	}
	return binary.AppendUvarint(binary.AppendUvarint(b, number<<3), g.Uint64()>>g.IntN(64))
}

type protoGenerator struct {
	source
	proto2 bool
	oneofs bool
	names  int
	pkg    string
	uses   map[string]bool
}

var protoImports = map[string]string{
	"google.protobuf.Timestamp": "google/protobuf/timestamp.proto", "google.type.Date": "google/type/date.proto",
	"google.type.TimeOfDay": "google/type/timeofday.proto", "confluent.type.Decimal": "confluent/type/decimal.proto",
	"confluent.field_meta": "confluent/meta.proto",
}

// file draws a file and returns the messages at its top.
func (g *protoGenerator) file() (string, []*protoMessage) {
	g.uses = map[string]bool{}
	g.pkg = pick(g.source, "", "", "acme", "com.acme.v1")
	var body strings.Builder
	var top []*protoMessage
	for range 1 + g.IntN(3) {
		text, m := g.message(0, "")
		body.WriteString(text)
		top = append(top, m)
	}
	var head strings.Builder
	switch {
	case !g.proto2:
		head.WriteString("syntax = \"proto3\";\n")
	case g.oneIn(2):
		head.WriteString("syntax = \"proto2\";\n")
	}
	if g.pkg != "" {
		head.WriteString("package " + g.pkg + ";\n")
	}
	for _, path := range []string{
		"confluent/meta.proto", "confluent/type/decimal.proto", "google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto",
		"google/type/date.proto", "google/type/timeofday.proto",
	} {
		if g.uses[path] {
			head.WriteString("import \"" + path + "\";\n")
		}
	}
	return head.String() + body.String(), top
}

func (g *protoGenerator) name(prefix string) string {
	g.names++
	return prefix + strconv.Itoa(g.names)
}

// message draws a message with what is nested in it.
func (g *protoGenerator) message(depth int, indent string) (string, *protoMessage) {
	m := &protoMessage{name: g.name("M")}
	var b strings.Builder
	b.WriteString(indent + "message " + m.name + " {\n")
	inner := indent + "  "
	number := 0
	next := func() int {
		number += 1 + g.size(1)
		if g.oneIn(40) {
			number += g.IntN(3000)
		}
		return number
	}
	for range 1 + g.IntN(6) {
		if g.oneofs && g.oneIn(7) && depth < 3 {
			g.oneof(&b, m, inner, depth, next)
			continue
		}
		g.field(&b, m, inner, depth, next())
	}
	b.WriteString(indent + "}\n")
	return b.String(), m
}

func (g *protoGenerator) oneof(b *strings.Builder, m *protoMessage, indent string, depth int, next func() int) {
	var members strings.Builder // what they are of stands before
	for range 1 + g.IntN(4) {
		typ, f := g.kind(b, indent, depth)
		f.number = next()
		fmt.Fprintf(&members, "%s  %s %s = %d;\n", indent, typ, g.name("o"), f.number)
		m.fields = append(m.fields, f)
	}
	fmt.Fprintf(b, "%soneof %s {\n%s%s}\n", indent, g.name("choice"), members.String(), indent)
}

func (g *protoGenerator) field(b *strings.Builder, m *protoMessage, indent string, depth, number int) {
	name := g.name(pick(g.source, "f", "some_field_", "camelName", "F"))
	if g.oneIn(8) {
		g.mapField(b, m, indent, depth, number, name)
		return
	}
	typ, f := g.kind(b, indent, depth)
	f.number = number
	label := ""
	switch {
	case g.oneIn(5):
		label, f.repeated = "repeated ", true
	case g.proto2:
		label = pick(g.source, "optional ", "optional ", "required ")
		f.required = label == "required "
	case g.oneIn(4):
		label = "optional "
	}
	options := g.options(typ, f)
	fmt.Fprintf(b, "%s%s%s %s = %d%s;\n", indent, label, typ, name, number, options)
	m.fields = append(m.fields, f)
}

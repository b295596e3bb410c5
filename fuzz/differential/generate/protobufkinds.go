package generate

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// options draws the options of a field.
func (g *protoGenerator) options(typ string, f protoField) string {
	param := ""
	switch {
	case strings.HasSuffix(typ, "confluent.type.Decimal") && !g.oneIn(4):
		param = "{params: [{value: \"" + strconv.Itoa(1+g.IntN(20)) + "\", key: \"precision\"}, {value: \"" + strconv.Itoa(g.IntN(5)) + "\", key: \"scale\"}]}"
	case strings.HasSuffix(typ, "int32") && typ != "uint32" && g.oneIn(6):
		param = "{params: [{key: \"connect.type\", value: \"" + pick(g.source, "int8", "int16") + "\"}]}"
	}
	switch {
	case param != "":
		g.uses["confluent/meta.proto"] = true
		return " [(confluent.field_meta) = " + param + "]"
	case f.packable && f.repeated && g.oneIn(4):
		return " [packed = " + pick(g.source, "true", "false") + "]"
	case g.proto2 && !f.repeated && !f.required && g.oneIn(3):
		switch typ {
		case "int32", "int64", "sint32", "uint32", "fixed64":
			return " [default = " + pick(g.source, "7", "0x10", "010", "0") + "]"
		case "double", "float":
			return " [default = " + pick(g.source, "1.5", "inf", "-2") + "]"
		case "string":
			return " [default = \"" + pick(g.source, "x", "", "a b") + "\"]"
		case "bool":
			return " [default = true]"
		}
	}
	return ""
}

func (g *protoGenerator) mapField(b *strings.Builder, m *protoMessage, indent string, depth, number int, name string) {
	keyType := pick(g.source, "string", "string", "int32", "int64", "bool", "sint32", "fixed32", "uint64", "sfixed64")
	key := g.scalar(keyType)
	valueType, value := g.kind(b, indent, depth)
	key.number, value.number = 1, 2
	entry := &protoMessage{fields: []protoField{key, value}}
	fmt.Fprintf(b, "%smap<%s, %s> %s = %d;\n", indent, keyType, valueType, name, number)
	m.fields = append(m.fields, protoField{number: number, wire: 2, repeated: true, put: func(b []byte) []byte {
		return protoBytes(b, string(entry.put(g, nil, depth+1)))
	}})
}

var protoScalars = []string{
	"string", "int32", "int64", "double", "bool", "string", "bytes", "float", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64",
}

// kind draws the type of a field; what it needs is declared in b.
func (g *protoGenerator) kind(b *strings.Builder, indent string, depth int) (string, protoField) {
	switch {
	case g.oneIn(8):
		return g.enum(b, indent)
	case depth < 3 && g.oneIn(6):
		text, m := g.message(depth+1, indent)
		b.WriteString(text)
		return m.name, g.sub(m, depth+1)
	case g.oneIn(7):
		return g.wellKnown(depth)
	}
	typ := pick(g.source, protoScalars...)
	return typ, g.scalar(typ)
}

func (g *protoGenerator) sub(m *protoMessage, depth int) protoField {
	return protoField{wire: 2, put: func(b []byte) []byte { return protoBytes(b, string(m.put(g, nil, depth))) }}
}

func (g *protoGenerator) enum(b *strings.Builder, indent string) (string, protoField) {
	name := g.name("E")
	n := 1 + g.IntN(4)
	fmt.Fprintf(b, "%senum %s {\n", indent, name)
	for i := range n {
		fmt.Fprintf(b, "%s  V%d_%d = %d;\n", indent, g.names, i, i*i)
	}
	b.WriteString(indent + "}\n")
	return name, protoField{packable: true, put: func(b []byte) []byte {
		i := g.IntN(n)
		v := int64(i * i)
		if g.oneIn(15) {
			v = pick[int64](g.source, 77, -1, 2, math.MinInt32)
		}
		return binary.AppendUvarint(b, uint64(v))
	}}
}

// wellKnown draws a message that stands for a type of Connect.
func (g *protoGenerator) wellKnown(depth int) (string, protoField) {
	number := func(n int, put func(b []byte) []byte) protoField { return protoField{number: n, put: put} }
	within := func(most int64) func(b []byte) []byte {
		return func(b []byte) []byte {
			v := g.Int64N(most + 1)
			if g.oneIn(30) {
				v = pick[int64](g.source, -1, 0, 13, 32, 60, 10_000, 1_000_000)
			}
			return binary.AppendUvarint(b, uint64(v))
		}
	}
	m := &protoMessage{}
	name := ""
	switch g.IntN(5) {
	case 0:
		name = "google.protobuf.Timestamp"
		m.fields = []protoField{number(1, func(b []byte) []byte { return binary.AppendUvarint(b, uint64(g.millis()/1000)) }), number(2, within(999_999_999))}
	case 1:
		name = "google.type.Date"
		m.fields = []protoField{number(1, within(pick[int64](g.source, 3000, 1700))), number(2, within(12)), number(3, within(31))}
		for i := range m.fields {
			m.fields[i].required = true
		}
	case 2:
		name = "google.type.TimeOfDay"
		m.fields = []protoField{number(1, within(23)), number(2, within(59)), number(3, within(59)), number(4, within(999_999_999))}
	case 3:
		name = "confluent.type.Decimal"
		m.fields = []protoField{
			{number: 1, wire: 2, required: true, put: func(b []byte) []byte { return protoBytes(b, "\x01"+g.bytes()) }},
			number(2, within(30)), number(3, within(9)),
		}
	default:
		w := pick(g.source, "Double double", "Float float", "Int64 int64", "UInt64 uint64", "Int32 int32", "UInt32 uint32", "Bool bool", "String string", "Bytes bytes")
		kind, scalar, _ := strings.Cut(w, " ")
		name = "google.protobuf." + kind + "Value"
		f := g.scalar(scalar)
		f.number = 1
		m.fields = []protoField{f}
		g.uses["google/protobuf/wrappers.proto"] = true
	}
	if path := protoImports[name]; path != "" {
		g.uses[path] = true
	}
	return pick(g.source, "", ".") + name, g.sub(m, depth+1)
}

// scalar draws values of a scalar type.
func (g *protoGenerator) scalar(typ string) protoField {
	f := protoField{packable: true}
	switch typ {
	case "string":
		f.wire, f.packable = 2, false
		f.put = func(b []byte) []byte {
			if g.oneIn(50) {
				return protoBytes(b, "a\xff\xc3")
			}
			return protoBytes(b, strings.ToValidUTF8(g.text(), "?"))
		}
	case "bytes":
		f.wire, f.packable = 2, false
		f.put = func(b []byte) []byte { return protoBytes(b, g.bytes()) }
	case "double", "fixed64", "sfixed64":
		f.wire = 1
		f.put = func(b []byte) []byte {
			v := g.Uint64() >> g.IntN(64)
			if typ == "double" {
				v = math.Float64bits(g.float64())
			}
			return binary.LittleEndian.AppendUint64(b, v)
		}
	case "float", "fixed32", "sfixed32":
		f.wire = 5
		f.put = func(b []byte) []byte {
			v := g.Uint32() >> g.IntN(32)
			if typ == "float" {
				v = math.Float32bits(float32(g.float32()))
			}
			return binary.LittleEndian.AppendUint32(b, v)
		}
	case "bool":
		f.put = func(b []byte) []byte { return binary.AppendUvarint(b, uint64(pick(g.source, 0, 1, 1, 2))) }
	case "sint32", "sint64":
		f.put = func(b []byte) []byte { return binary.AppendVarint(b, g.integer(pick(g.source, 32, 64))) }
	default:
		f.put = func(b []byte) []byte { return binary.AppendUvarint(b, uint64(g.integer(pick(g.source, 32, 64)))) }
	}
	return f
}

package generate

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// avroGenerator draws Avro schemas; names are distinct.
type avroGenerator struct {
	source
	names int
}

// object is a schema with a type and further members, in order.
type object []protocol.Pair

// MarshalJSON writes the members in order; texts are JSON already.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(strconv.AppendQuote(out, m.Key), ':'), m.Text...)
	}
	return append(out, '}'), nil
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (g *avroGenerator) draw(depth int) avroType {
	switch {
	case depth < depthMax && g.oneIn(2) || depth == 0:
		return g.nested(depth)
	case g.oneIn(4):
		return g.annotated()
	}
	return g.primitive(pick(g.source, "int", "long", "float", "double", "boolean", "string", "bytes"))
}

func (g *avroGenerator) primitive(name string) avroType {
	skip := map[string]func(*claims){
		"int": func(c *claims) { c.long() }, "long": func(c *claims) { c.long() },
		"float": func(c *claims) { c.take(4) }, "double": func(c *claims) { c.take(8) }, "boolean": func(c *claims) { c.take(1) },
		"string": func(c *claims) { c.take(c.long()) }, "bytes": func(c *claims) { c.take(c.long()) },
	}[name]
	return avroType{skip: skip, json: name, put: func(b []byte) []byte {
		switch name {
		case "int":
			return binary.AppendVarint(b, g.integer(32))
		case "long":
			return binary.AppendVarint(b, g.integer(64))
		case "float":
			return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(g.float32())))
		case "double":
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(g.float64()))
		case "boolean":
			return append(b, byte(g.IntN(2)))
		case "string":
			return sized(b, g.source.text())
		}
		return sized(b, g.bytes())
	}}
}

func sized(b []byte, s string) []byte { return append(binary.AppendVarint(b, int64(len(s))), s...) }

// annotated draws a primitive with properties.
func (g *avroGenerator) annotated() avroType {
	var base, logical string
	switch g.IntN(6) {
	case 0:
		base, logical = "int", "date"
	case 1:
		base, logical = "int", "time-millis"
	case 2:
		base, logical = "long", pick(g.source, "timestamp-millis", "timestamp-micros", "local-timestamp-millis")
	case 3:
		base, logical = "bytes", "decimal"
	case 4:
		base, logical = "string", "uuid"
	default:
		base = pick(g.source, "int", "long", "float", "double", "boolean", "string", "bytes")
	}
	t := g.primitive(base)
	o := object{{Key: "type", Text: text(base)}}
	if logical == "decimal" {
		o = append(o, protocol.Pair{Key: "precision", Text: pick(g.source, "10", "64", "4")}, protocol.Pair{Key: "scale", Text: pick(g.source, "0", "2", "4")})
		t.put = func(b []byte) []byte { return sized(b, "\x01"+g.bytes()) }
	}
	if logical == "time-millis" {
		t.put = func(b []byte) []byte { return binary.AppendVarint(b, g.Int64N(90_000_000)-1_000_000) }
	}
	if g.oneIn(3) {
		o = append(o, protocol.Pair{Key: "connect.doc", Text: text(pick(g.source, words[1:20]...))})
	}
	if logical == "" && g.oneIn(4) {
		o = append(o, protocol.Pair{Key: "connect.version", Text: pick(g.source, "1", "7")})
	}
	if g.oneIn(3) {
		o = append(o, protocol.Pair{Key: "connect.parameters", Text: `{"p":"q","r":"s"}`})
	}
	if g.oneIn(3) {
		o = append(o, protocol.Pair{Key: "connect.default", Text: g.someJSON()})
	}
	if logical == "" && g.oneIn(5) {
		o = append(o, protocol.Pair{Key: "connect.name", Text: `"a.b.C"`})
	}
	if base == "int" && g.oneIn(3) {
		o = append(o, protocol.Pair{Key: "connect.type", Text: pick(g.source, `"int8"`, `"int16"`)})
	}
	if logical != "" {
		o = append(o, protocol.Pair{Key: "logicalType", Text: text(logical)})
	}
	if g.oneIn(6) {
		o = append(o, protocol.Pair{Key: "avro.java.string", Text: `"String"`})
	}
	t.json = o
	return t
}

// someJSON draws a value for a default.
func (g *avroGenerator) someJSON() string {
	return pick(g.source, "1", "0", "-7", "1.5", "true", `"x"`, `"\u00ff"`, "null", "[]", "{}", "12345678901", `"1"`, "[1]")
}

func (g *avroGenerator) name() string {
	g.names++
	return "N" + strconv.Itoa(g.names)
}

func (g *avroGenerator) nested(depth int) avroType {
	switch g.IntN(9) {
	case 0:
		return g.array(depth)
	case 1:
		e := g.draw(depth + 1)
		put := func(b []byte) []byte { return e.put(sized(b, pick(g.source, fieldNames...))) }
		entry := func(c *claims) { c.take(c.long()); e.skip(c) }
		return avroType{object{{Key: "type", Text: `"map"`}, {Key: "values", Text: text(e.json)}},
			func(b []byte) []byte { return g.blocks(b, put) }, func(c *claims) { c.blocks(entry) }}
	case 2:
		return g.enum()
	case 3:
		return g.fixed()
	case 4, 5:
		return g.union(depth)
	}
	return g.record(depth)
}

func (g *avroGenerator) array(depth int) avroType {
	e := g.draw(depth + 1)
	return avroType{object{{Key: "type", Text: `"array"`}, {Key: "items", Text: text(e.json)}},
		func(b []byte) []byte { return g.blocks(b, e.put) }, func(c *claims) { c.blocks(e.skip) }}
}

// blocks writes items in one block, or in some, with their sizes or without.
func (g *avroGenerator) blocks(b []byte, put func([]byte) []byte) []byte {
	for range 1 + g.IntN(2) {
		n := int64(g.size(3))
		if n == 0 {
			break
		}
		var items []byte
		for range n {
			items = put(items)
		}
		if g.oneIn(3) {
			b = binary.AppendVarint(binary.AppendVarint(b, -n), int64(len(items)))
		} else {
			b = binary.AppendVarint(b, n)
		}
		b = append(b, items...)
	}
	return append(b, 0)
}

func (g *avroGenerator) enum() avroType {
	symbols := []string{"A", "B", "C", "long_symbol"}[:1+g.IntN(4)]
	o := object{{Key: "type", Text: `"enum"`}, {Key: "name", Text: text(g.name())}}
	if g.oneIn(2) {
		o = append(o, protocol.Pair{Key: "namespace", Text: `"com.acme"`})
	}
	if g.oneIn(3) {
		o = append(o, protocol.Pair{Key: "doc", Text: `"of an enum"`})
	}
	o = append(o, protocol.Pair{Key: "symbols", Text: text(symbols)})
	if g.oneIn(3) {
		o = append(o, protocol.Pair{Key: "default", Text: text(symbols[0])})
	}
	return avroType{o, func(b []byte) []byte { return binary.AppendVarint(b, int64(g.IntN(len(symbols)))) }, func(c *claims) { c.long() }}
}

func (g *avroGenerator) fixed() avroType {
	n := 1 + g.IntN(9)
	o := object{{Key: "type", Text: `"fixed"`}, {Key: "name", Text: text(g.name())}, {Key: "size", Text: strconv.Itoa(n)}}
	return avroType{o, func(b []byte) []byte {
		for range n {
			b = append(b, byte(g.Uint32()))
		}
		return b
	}, func(c *claims) { c.take(int64(n)) }}
}

func (g *avroGenerator) record(depth int) avroType {
	o := object{{Key: "type", Text: `"record"`}, {Key: "name", Text: text(g.name())}}
	if g.oneIn(2) {
		o = append(o, protocol.Pair{Key: "namespace", Text: `"com.acme"`})
	}
	if g.oneIn(4) {
		o = append(o, protocol.Pair{Key: "doc", Text: `"of a record"`})
	}
	var fields []object
	var types []avroType
	for i := range 1 + g.IntN(6) {
		f := object{{Key: "name", Text: text("f" + strconv.Itoa(i))}}
		t := g.draw(depth + 1)
		f = append(f, protocol.Pair{Key: "type", Text: text(t.json)})
		if g.oneIn(5) {
			f = append(f, protocol.Pair{Key: "doc", Text: `"of a field"`})
		}
		if g.oneIn(3) {
			f = append(f, protocol.Pair{Key: "default", Text: g.someJSON()})
		}
		fields, types = append(fields, f), append(types, t)
	}
	o = append(o, protocol.Pair{Key: "fields", Text: text(fields)})
	if g.oneIn(4) {
		o = append(o, protocol.Pair{Key: "connect.version", Text: "2"})
	}
	if g.oneIn(6) {
		o = append(o, protocol.Pair{Key: "connect.name", Text: `"renamed.R"`})
	}
	return avroType{o, func(b []byte) []byte {
		for _, t := range types {
			b = t.put(b)
		}
		return b
	}, func(c *claims) {
		for _, t := range types {
			t.skip(c)
		}
	}}
}

// union draws a union: with null alone, or of some branches, each type once.
func (g *avroGenerator) union(depth int) avroType {
	null := avroType{"null", func(b []byte) []byte { return b }, func(*claims) {}}
	var types []avroType
	if g.oneIn(2) {
		types = []avroType{null, g.branch(depth)}
		if g.oneIn(3) {
			types[0], types[1] = types[1], types[0]
		}
	} else {
		for _, name := range []string{"int", "string", "bytes", "double", "long", "boolean"}[:1+g.IntN(6)] {
			types = append(types, g.primitive(name))
		}
		if g.oneIn(2) {
			types = append(types, g.branch(depth))
			if _, plain := types[len(types)-1].json.(string); plain {
				types = types[:len(types)-1]
			}
		}
		if g.oneIn(2) {
			types = append(types, null)
		}
		g.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })
	}
	list := make([]any, len(types))
	for i := range types {
		list[i] = types[i].json
	}
	return avroType{list, func(b []byte) []byte {
		n := g.IntN(len(types))
		return types[n].put(binary.AppendVarint(b, int64(n)))
	}, func(c *claims) {
		if n := c.long(); n >= 0 && n < int64(len(types)) {
			types[n].skip(c)
		} else {
			c.ended = true
		}
	}}
}

// branch draws what may stand in a union beside null.
func (g *avroGenerator) branch(depth int) avroType {
	switch g.IntN(5) {
	case 0:
		return g.enum()
	case 1:
		return g.fixed()
	case 2:
		return g.record(depth + 1)
	case 3:
		return g.array(depth)
	}
	return g.primitive(pick(g.source, "int", "string", "bytes", "double"))
}

package generate

import (
	"math"
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func str(s string) protocol.Value   { return protocol.Value{Tag: protocol.Str, Text: s} }
func i32(i int64) protocol.Value    { return protocol.Value{Tag: protocol.I32, Int: i} }
func millis(i int64) protocol.Value { return protocol.Value{Tag: protocol.Millis, Int: i} }
func listOf(v ...protocol.Value) protocol.Value {
	return protocol.Value{Tag: protocol.List, Items: v}
}
func mapOf(v ...protocol.Value) protocol.Value { return protocol.Value{Tag: protocol.MapOf, Items: v} }
func decimal(digits string, scale int64) protocol.Value {
	return protocol.Value{Tag: protocol.Decimal, Text: digits, Int: scale}
}

// logicalSchema is a logical type as its class builds it; scale is for decimals.
func logicalSchema(name, typ string, scale int) *protocol.Schema {
	version := int32(1)
	s := &protocol.Schema{Type: typ, Name: &name, Version: &version}
	if name == protocol.DecimalName {
		s.Parameters = []protocol.Pair{{Key: "scale", Text: strconv.Itoa(scale)}}
	}
	return s
}

func optional(s *protocol.Schema) *protocol.Schema {
	c := s.Clone()
	c.Optional = true
	return c
}

func withDefault(s *protocol.Schema, v protocol.Value) *protocol.Schema {
	c := s.Clone()
	c.Default = v
	return c
}

// dataCases are values with and without schemas that every writing converter meets.
func dataCases() []protocol.Typed {
	var ds []protocol.Typed
	add := func(s *protocol.Schema, vs ...protocol.Value) {
		for _, v := range vs {
			ds = append(ds, protocol.Typed{Schema: s, Value: v})
		}
	}
	var samples []protocol.Value
	for _, bits := range []struct {
		tag  protocol.Tag
		bits int
	}{{protocol.I8, 8}, {protocol.I16, 16}, {protocol.I32, 32}, {protocol.I64, 64}} {
		for _, i := range []int64{0, 1, -1, math.MaxInt64 >> (64 - bits.bits), math.MinInt64 >> (64 - bits.bits)} {
			samples = append(samples, protocol.Value{Tag: bits.tag, Int: i})
		}
	}
	for _, f := range floats64 {
		samples = append(samples, protocol.Value{Tag: protocol.F64, Float: f}, protocol.Value{Tag: protocol.F32, Float: float64(float32(f))})
	}
	samples = append(samples, protocol.Value{}, protocol.Value{Tag: protocol.Bool}, protocol.Value{Tag: protocol.Bool, Int: 1})
	for _, w := range words {
		samples = append(samples, str(w))
	}
	for _, b := range []string{"", "\x00", "\x01\x02\x03", "\xff\xfe\xfd\xfc"} {
		samples = append(samples, protocol.Value{Tag: protocol.Bin, Text: b})
	}
	samples = append(samples, listOf(), listOf(i32(1), str("a"), protocol.Value{}), mapOf(), mapOf(str("a"), i32(1)), mapOf(i32(1), str("a")), mapOf(str("a"), protocol.Value{}, protocol.Value{}, i32(1)), mapOf(str("b"), listOf(mapOf())),
		decimal("1000", -3), decimal("12345", 2), decimal("-1", 9), decimal("123456789012345678901234567890", 10), decimal("0", 3), millis(0), millis(-5), millis(1700000000000), millis(86400000))
	add(nil, samples...)
	for _, typ := range primitives {
		s := &protocol.Schema{Type: typ}
		for _, v := range samples {
			if v.Tag == tagOf[typ] {
				add(s, v)
			}
		}
		add(s, protocol.Value{}, str("wrong"), i32(1), listOf())
		add(optional(s), protocol.Value{})
	}
	ds = append(ds, logicalCases()...)
	return append(ds, nestedCases()...)
}

var tagOf = map[string]protocol.Tag{
	protocol.Int8: protocol.I8, protocol.Int16: protocol.I16, protocol.Int32: protocol.I32, protocol.Int64: protocol.I64, protocol.Float32: protocol.F32, protocol.Float64: protocol.F64,
	protocol.Boolean: protocol.Bool, protocol.String: protocol.Str, protocol.Bytes: protocol.Bin,
}

func logicalCases() []protocol.Typed {
	const day = 86_400_000
	var ds []protocol.Typed
	dec := logicalSchema(protocol.DecimalName, protocol.Bytes, 2)
	for _, digits := range []string{"0", "1", "-1", "127", "128", "-128", "-129", "255", "256", "32767", "32768", "-32769", "12345", "123456789012345678901234567890", "-123456789012345678901234567890"} {
		ds = append(ds, protocol.Typed{Schema: dec, Value: decimal(digits, 2)})
	}
	for _, scale := range []int64{-3, 0, 1, 3, 9} {
		ds = append(ds, protocol.Typed{Schema: dec, Value: decimal("12345", scale)}, protocol.Typed{Schema: logicalSchema(protocol.DecimalName, protocol.Bytes, int(scale)), Value: decimal("12345", scale)})
	}
	date, clock, stamp := logicalSchema(protocol.DateName, protocol.Int32, 0), logicalSchema(protocol.TimeName, protocol.Int32, 0), logicalSchema(protocol.TimestampName, protocol.Int64, 0)
	for _, ms := range []int64{0, 1, -1, -5, day, day - 1, day + 1, -day, 20000 * day, 1 << 31 * day, 1700000000000, math.MaxInt64, math.MinInt64} {
		for _, s := range []*protocol.Schema{date, clock, stamp} {
			ds = append(ds, protocol.Typed{Schema: s, Value: millis(ms)})
		}
	}
	for _, s := range []*protocol.Schema{dec, date, clock, stamp} {
		fits := millis(0)
		if s == dec {
			fits = decimal("7", 2)
		}
		ds = append(ds, protocol.Typed{Schema: s}, protocol.Typed{Schema: optional(s)}, protocol.Typed{Schema: withDefault(s, fits)}, protocol.Typed{Schema: optional(withDefault(s, fits))},
			protocol.Typed{Schema: s, Value: str("x")}, protocol.Typed{Schema: s, Value: i32(1)}, protocol.Typed{Schema: s, Value: millis(0)}, protocol.Typed{Schema: s, Value: decimal("1", 2)})
	}
	return ds
}

func nestedCases() []protocol.Typed {
	num, text := &protocol.Schema{Type: protocol.Int32}, &protocol.Schema{Type: protocol.String}
	row := &protocol.Schema{Type: protocol.Struct, Fields: []protocol.Field{
		{Name: "i", Schema: optional(withDefault(num, i32(5)))}, {Name: "d", Schema: optional(logicalSchema(protocol.DecimalName, protocol.Bytes, 2))},
		{Name: "m", Schema: &protocol.Schema{Type: protocol.Map, Keys: text, Values: num}}, {Name: "r", Schema: withDefault(text, str("d"))},
	}}
	name, doc, version := "N", "d", int32(3)
	row.Name, row.Doc, row.Version, row.Parameters = &name, &doc, &version, []protocol.Pair{{Key: "p", Text: "q"}}
	rowOf := func(own *protocol.Schema, v ...protocol.Value) protocol.Value {
		return protocol.Value{Tag: protocol.StructOf, Names: []string{"i", "d", "m", "r"}, Items: v, Own: own}
	}
	full, gaps := rowOf(nil, i32(5), decimal("123", 2), mapOf(str("k"), i32(1)), str("x")), rowOf(nil, protocol.Value{}, protocol.Value{}, mapOf(), protocol.Value{})
	other := row.Clone()
	other.Doc = nil
	array := &protocol.Schema{Type: protocol.Array, Items: num}
	arrayOfNulls := &protocol.Schema{Type: protocol.Array, Items: optional(num)}
	texts := &protocol.Schema{Type: protocol.Map, Keys: text, Values: optional(num)}
	numbers := &protocol.Schema{Type: protocol.Map, Keys: num, Values: text}
	arrays := &protocol.Schema{Type: protocol.Map, Keys: array, Values: text}
	return []protocol.Typed{
		{Schema: row, Value: full}, {Schema: row, Value: gaps}, {Schema: row, Value: rowOf(nil, i32(1), protocol.Value{}, protocol.Value{}, str("x"))}, {Schema: row}, {Schema: optional(row)},
		{Schema: row, Value: rowOf(other, full.Items...)}, {Schema: row, Value: rowOf(row, full.Items...)}, {Value: rowOf(row, full.Items...)}, {Value: mapOf(str("s"), rowOf(row, gaps.Items...))}, {Schema: withDefault(row, full)},
		{Schema: withDefault(row, full), Value: full}, {Schema: num, Value: full}, {Schema: row, Value: mapOf()}, {Schema: row, Value: str("x")},
		{Schema: array, Value: listOf()}, {Schema: array, Value: listOf(i32(1), i32(2))}, {Schema: array, Value: listOf(protocol.Value{})}, {Schema: array, Value: listOf(str("a"))}, {Schema: arrayOfNulls, Value: listOf(protocol.Value{}, i32(1))}, {Schema: array, Value: mapOf()},
		{Schema: texts, Value: mapOf(str("a"), i32(1), str("b"), protocol.Value{})}, {Schema: texts, Value: mapOf(i32(1), i32(1))}, {Schema: texts, Value: mapOf(protocol.Value{}, i32(1))}, {Schema: texts, Value: listOf()}, {Schema: texts, Value: mapOf()},
		{Schema: numbers, Value: mapOf(i32(1), str("a"), i32(-1), str("b"))}, {Schema: numbers, Value: mapOf(str("x"), str("a"))}, {Schema: arrays, Value: mapOf(listOf(i32(1)), str("a"))}, {Schema: withDefault(array, listOf(i32(1)))}, {Schema: withDefault(texts, mapOf(str("a"), i32(1)))},
	}
}

func curatedJSONData() []*trial.Trial {
	var ts []*trial.Trial
	for _, c := range [][]string{
		{"schemas.enable", "false"}, {}, {"schemas.enable", "false", "decimal.format", "NUMERIC"}, {"decimal.format", "numeric", "replace.null.with.default", "false"}, {"schemas.cache.size", "0", "replace.null.with.default", "true"},
	} {
		ts = append(ts, writing("json", trial.FromConnect, converter(JSONConverter, config(c...)...), dataCases()...))
	}
	for _, c := range [][]string{
		{"decimal.format", "x"}, {"schemas.enable", "x"}, {"schemas.cache.size", "x"}, {"schema.content", ""}, {"schema.content", "{"}, {"schema.content", "null"}, {"schema.content", `{"type":"zip"}`}, {"schema.content", "1"}, {"unknown", "x"}, {"decimal.format", ""},
		{"schemas.cache.size", "-1"}, {"converter.type", "x"}, {"replace.null.with.default", ""}, {"schemas.enable", "false", "schema.content", `{"type":"int32"}`},
	} {
		ts = append(ts, reading("json", trial.ToConnect, converter(JSONConverter, config(c...)...), "1", `{"schema":null,"payload":1}`))
	}
	return ts
}

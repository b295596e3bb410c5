package generate

import (
	"slices"
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// fitting draws a value that the schema accepts. gaps allows what a struct accepts but a converter may not: a decimal of
// another scale, a date with a time.
func (s source) fitting(sch *protocol.Schema, gaps bool) protocol.Value {
	if sch.Optional && s.oneIn(5) {
		return protocol.Value{}
	}
	if sch.Name != nil {
		switch *sch.Name {
		case protocol.DecimalName:
			scale := 0
			for _, p := range sch.Parameters {
				if p.Key == "scale" {
					scale, _ = strconv.Atoi(p.Text) // the generator wrote it
				}
			}
			if gaps && s.oneIn(6) {
				scale += s.IntN(5) - 2
			}
			return protocol.Value{Tag: protocol.Decimal, Text: s.digits(), Int: int64(scale)}
		case protocol.DateName:
			return protocol.Value{Tag: protocol.Millis, Int: s.date(gaps)}
		case protocol.TimeName:
			ms := s.Int64N(86_400_000)
			if gaps && s.oneIn(5) {
				ms = s.millis()
			}
			return protocol.Value{Tag: protocol.Millis, Int: ms}
		case protocol.TimestampName:
			return protocol.Value{Tag: protocol.Millis, Int: s.millis()}
		}
	}
	switch sch.Type {
	case protocol.Array:
		v := protocol.Value{Tag: protocol.List}
		for range s.size(3) {
			v.Items = append(v.Items, s.fitting(sch.Items, gaps))
		}
		return v
	case protocol.Map:
		v := protocol.Value{Tag: protocol.MapOf}
		for range s.size(3) {
			k := s.fitting(sch.Keys, gaps)
			if !hasKey(v.Items, k) {
				v.Items = append(v.Items, k, s.fitting(sch.Values, gaps))
			}
		}
		if allText(v.Items) && !s.oneIn(8) {
			hashOrder(v.Items)
		}
		return v
	case protocol.Struct:
		v := protocol.Value{Tag: protocol.StructOf}
		for _, f := range sch.Fields {
			v.Names = append(v.Names, f.Name)
			v.Items = append(v.Items, s.fitting(f.Schema, gaps))
		}
		return v
	}
	return s.primitive(sch.Type)
}

// gapped draws a value that fits, or nearly: a top-level struct may miss a required field, which nothing checks until it is converted.
func (s source) gapped(sch *protocol.Schema) protocol.Value {
	v := s.fitting(sch, s.oneIn(3))
	if v.Tag == protocol.StructOf && len(v.Items) > 0 && s.oneIn(8) {
		v.Items[s.IntN(len(v.Items))] = protocol.Value{}
	}
	return v
}

func (s source) date(gaps bool) int64 {
	const day = 86_400_000
	if gaps && s.oneIn(5) {
		return s.millis()
	}
	if s.oneIn(10) {
		return pick[int64](s, -1<<31, 1<<31-1, 1<<31, -1<<31-1, 0, -1, 1) * day
	}
	return (s.Int64N(60000) - 20000) * day
}

func (s source) primitive(typ string) protocol.Value {
	switch typ {
	case protocol.Int8:
		return protocol.Value{Tag: protocol.I8, Int: s.integer(8)}
	case protocol.Int16:
		return protocol.Value{Tag: protocol.I16, Int: s.integer(16)}
	case protocol.Int32:
		return protocol.Value{Tag: protocol.I32, Int: s.integer(32)}
	case protocol.Int64:
		return protocol.Value{Tag: protocol.I64, Int: s.integer(64)}
	case protocol.Float32:
		return protocol.Value{Tag: protocol.F32, Float: s.float32()}
	case protocol.Float64:
		return protocol.Value{Tag: protocol.F64, Float: s.float64()}
	case protocol.Boolean:
		return protocol.Value{Tag: protocol.Bool, Int: int64(s.IntN(2))}
	case protocol.Bytes:
		return protocol.Value{Tag: protocol.Bin, Text: s.bytes()}
	}
	return protocol.Value{Tag: protocol.Str, Text: s.text()}
}

// hasKey reports whether a key is there already; byte arrays and structs are never equal to one another in a Java map's sense that
// the protocol could show, so only one of each goes in.
func hasKey(items []protocol.Value, key protocol.Value) bool {
	text := protocol.AppendValue(nil, key)
	for i := 0; i < len(items); i += 2 {
		if key.Tag == protocol.Bin && items[i].Tag == protocol.Bin || string(protocol.AppendValue(nil, items[i])) == string(text) {
			return true
		}
	}
	return false
}

func allText(items []protocol.Value) bool {
	for i := 0; i < len(items); i += 2 {
		if items[i].Tag != protocol.Str {
			return false
		}
	}
	return true
}

// nearly draws a value beside its schema: of the wrong class, null where none may be, or wrong inside a container. The inside of a
// struct always fits, because the original's Struct refuses the rest before any converter sees it.
func (s source) nearly(sch *protocol.Schema) protocol.Value {
	switch sch.Type {
	case protocol.Array:
		if s.oneIn(2) {
			v := s.fitting(&protocol.Schema{Type: protocol.Array, Items: sch.Items}, true)
			for i := range v.Items {
				if s.oneIn(2) {
					v.Items[i] = s.nearly(sch.Items)
				}
			}
			return v
		}
	case protocol.Map:
		if s.oneIn(2) {
			v := s.fitting(&protocol.Schema{Type: protocol.Map, Keys: sch.Keys, Values: sch.Values}, true)
			for i := range v.Items {
				if i%2 == 1 && s.oneIn(2) {
					v.Items[i] = s.nearly(sch.Values)
				}
			}
			return v
		}
	case protocol.Struct:
		if s.oneIn(2) {
			other := s.variant(sch)
			other.Optional = false
			v := s.fitting(other, false)
			v.Own = other
			return v
		}
	}
	if s.oneIn(3) {
		return protocol.Value{}
	}
	if s.oneIn(3) {
		return s.fitting(sch, true)
	}
	return s.schemaless(depthMax - 1)
}

// schemaless draws a value that carries all it knows itself.
func (s source) schemaless(depth int) protocol.Value {
	if depth < depthMax && s.oneIn(3) {
		switch s.IntN(8) {
		case 0, 1:
			v := protocol.Value{Tag: protocol.List}
			for range s.size(4) {
				v.Items = append(v.Items, s.schemaless(depth+1))
			}
			return v
		case 2:
			sch := s.structSchema(depth + 1)
			sch.Optional = false
			v := s.fitting(sch, false)
			v.Own = sch
			return v
		}
		return s.object(depth)
	}
	switch s.IntN(14) {
	case 0, 1:
		return protocol.Value{}
	case 2:
		return protocol.Value{Tag: protocol.Decimal, Text: s.digits(), Int: int64(s.IntN(9) - 3)}
	case 3:
		return protocol.Value{Tag: protocol.Millis, Int: s.millis()}
	}
	return s.primitive(pick(s, primitives...))
}

// object draws a schemaless map: mostly text keys in a HashMap's order.
func (s source) object(depth int) protocol.Value {
	v := protocol.Value{Tag: protocol.MapOf}
	texts := !s.oneIn(8)
	for range s.size(5) {
		k := protocol.Value{Tag: protocol.Str, Text: pick(s, fieldNames...)}
		if s.oneIn(6) {
			k.Text = s.text()
		}
		if !texts && s.oneIn(2) {
			k = s.primitive(pick(s, primitives...))
		}
		if !hasKey(v.Items, k) {
			v.Items = append(v.Items, k, s.schemaless(depth+1))
		}
	}
	if allText(v.Items) && !s.oneIn(8) {
		hashOrder(v.Items)
	}
	return v
}

// jsonLike draws schemaless data as JSON text gives it: no narrow numbers, no logical types, no structs.
func (s source) jsonLike(depth int) protocol.Value {
	switch {
	case depth < depthMax && s.oneIn(4):
		v := protocol.Value{Tag: protocol.List}
		for range s.size(4) {
			v.Items = append(v.Items, s.jsonLike(depth+1))
		}
		return v
	case depth == 0 || depth < depthMax && s.oneIn(3):
		v := protocol.Value{Tag: protocol.MapOf}
		names := slices.Clone(fieldNames)
		s.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names[:s.size(6)%len(names)] {
			v.Items = append(v.Items, protocol.Value{Tag: protocol.Str, Text: name}, s.jsonLike(depth+1))
		}
		hashOrder(v.Items)
		return v
	}
	switch s.IntN(6) {
	case 0:
		return protocol.Value{}
	case 1:
		return protocol.Value{Tag: protocol.Bool, Int: int64(s.IntN(2))}
	case 2:
		return protocol.Value{Tag: protocol.F64, Float: s.float64()}
	case 3:
		return protocol.Value{Tag: protocol.I64, Int: s.integer(64)}
	}
	return protocol.Value{Tag: protocol.Str, Text: s.text()}
}

package generate

import (
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

const depthMax = 4

var fieldNames = []string{"a", "b", "c", "id", "ts", "name", "zip", "amount", "n.x", "é", "😀", "A", "a b", "\"q\"", "schema", "payload", "long_field_name_to_cross_words"}

var primitives = []string{protocol.Int8, protocol.Int16, protocol.Int32, protocol.Int64, protocol.Float32, protocol.Float64, protocol.Boolean, protocol.String, protocol.Bytes}

// schema draws a schema; deeper than depthMax only primitives.
func (s source) schema(depth int) *protocol.Schema {
	switch {
	case depth < depthMax && s.oneIn(3):
		return s.container(depth)
	case s.oneIn(5):
		return s.logical()
	}
	return s.decorate(&protocol.Schema{Type: pick(s, primitives...)}, false)
}

func (s source) container(depth int) *protocol.Schema {
	switch s.IntN(4) {
	case 0:
		return s.decorate(&protocol.Schema{Type: protocol.Array, Items: s.schema(depth + 1)}, false)
	case 1:
		keys := &protocol.Schema{Type: protocol.String, Optional: s.oneIn(6)}
		if s.oneIn(3) {
			keys = s.schema(depth + 1)
		}
		return s.decorate(&protocol.Schema{Type: protocol.Map, Keys: keys, Values: s.schema(depth + 1)}, false)
	}
	return s.structSchema(depth)
}

func (s source) structSchema(depth int) *protocol.Schema {
	sch := &protocol.Schema{Type: protocol.Struct}
	for _, at := range s.Perm(len(fieldNames))[:s.size(5)%len(fieldNames)] {
		sch.Fields = append(sch.Fields, protocol.Field{Name: fieldNames[at], Schema: s.schema(depth + 1)})
	}
	return s.decorate(sch, false)
}

func (s source) logical() *protocol.Schema {
	version := int32(1)
	var sch *protocol.Schema
	name := pick(s, protocol.DecimalName, protocol.DateName, protocol.TimeName, protocol.TimestampName)
	switch name {
	case protocol.DecimalName:
		scale := pick(s, 0, 1, 2, 2, 2, 5, 18, -2, 40)
		sch = &protocol.Schema{Type: protocol.Bytes, Parameters: []protocol.Pair{{Key: "scale", Text: strconv.Itoa(scale)}}}
		if s.oneIn(8) {
			sch.Parameters = append(sch.Parameters, protocol.Pair{Key: "connect.decimal.precision", Text: "10"})
		}
	case protocol.TimestampName:
		sch = &protocol.Schema{Type: protocol.Int64}
	default:
		sch = &protocol.Schema{Type: protocol.Int32}
	}
	sch.Name, sch.Version = &name, &version
	return s.decorate(sch, true)
}

// decorate adds what a schema may carry beside its type. A default fits, because the original's builder refuses others.
func (s source) decorate(sch *protocol.Schema, named bool) *protocol.Schema {
	sch.Optional = s.oneIn(2)
	if !named && s.oneIn(8) {
		name := pick(s, "N", "com.acme.Order", "x.Envelope", "é", "", "io.debezium.time.Timestamp")
		sch.Name = &name
	}
	if !named && s.oneIn(10) {
		version := int32(pick[int64](s, 1, 2, 0, -1, s.integer(32)))
		sch.Version = &version
	}
	if s.oneIn(12) {
		doc := s.text()
		sch.Doc = &doc
	}
	if !named && s.oneIn(10) {
		for i := range 1 + s.IntN(3) {
			sch.Parameters = append(sch.Parameters, protocol.Pair{Key: "p" + strconv.Itoa(i), Text: s.text()})
		}
	}
	if s.oneIn(5) && complete(sch) {
		sch.Default = s.fitting(sch, false)
	}
	return sch
}

// complete reports whether every default can be drawn: a struct default needs no further rules, but an array of unknown content has none.
func complete(sch *protocol.Schema) bool {
	switch sch.Type {
	case protocol.Array:
		return sch.Items != nil
	case protocol.Map:
		return sch.Keys != nil && sch.Values != nil
	}
	return true
}

// variant is a schema close to sch: what two versions of a record type differ by.
func (s source) variant(sch *protocol.Schema) *protocol.Schema {
	c := sch.Clone()
	switch s.IntN(5) {
	case 0:
		c.Optional = !c.Optional
	case 1:
		doc := s.text()
		c.Doc = &doc
	case 2:
		c.Default = protocol.Value{}
	case 3:
		if c.Type == protocol.Struct {
			c.Default = protocol.Value{}
			c.Fields = append(c.Fields, protocol.Field{Name: "added", Schema: s.schema(depthMax)})
		}
	case 4:
		if c.Type == protocol.Struct && len(c.Fields) > 0 {
			c.Default = protocol.Value{}
			at := s.IntN(len(c.Fields))
			c.Fields[at].Schema = s.schema(depthMax - 1)
		}
	}
	return c
}

package typemap

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"strconv"

	"github.com/millrace/millrace/batch"
)

func decimalText(v int32) string { return strconv.Itoa(int(v)) }

// zeroText is BigDecimal zero of a scale as plain text.
func zeroText(scale int32) string {
	if scale <= 0 {
		return "0"
	}
	return "0." + string(bytes.Repeat([]byte("0"), int(scale)))
}

// Decoder returns the decoder of a column, or nil where Debezium leaves columns of its type out.
func (m *Modes) Decoder(c *Column) *Decoder {
	t, modifier := c.Type, c.Modifier
	for t.Base != nil {
		if modifier < 0 {
			modifier = t.Modifier
		}
		t = t.Base
	}
	row := m.row(t, modifier)
	if row.schema == nil {
		return nil
	}
	d := &Decoder{name: c.Name, parse: row.parse, text: row.text, binary: row.binary, Binary: row.binary != nil, missing: row.missing, scale: row.scale, unit: row.unit}
	s := row.schema.Optional(c.Optional || row.optional)
	for _, p := range c.Params {
		s = s.Param(p.Key, p.Value)
	}
	if row.bind != nil {
		d.Schema = s.Build()
		d.parse, d.missing = row.bind(d.Schema)
	} else if v := defaultValue(c, t, d.parse, row.scale); !v.IsNull() {
		s, d.missing = s.Default(v), v
	}
	if c.Optional {
		d.missing = batch.Null()
	}
	if row.bind == nil {
		d.Schema = s.Build()
	}
	d.unchanged = m.unchanged(t, d.Schema, row.opaque)
	return d
}

func (m *Modes) row(t *Type, modifier int32) mapping {
	if t.Element == nil {
		return m.mapping(t, modifier)
	}
	element := t.Element
	if element.Base != nil { // arrays of domains are left out
		return m.unknownArray(element)
	}
	switch element.OID {
	case oidMoney, oidName, oidInterval, oidVarbit, oidXML, oidPoint:
		return mapping{}
	}
	row := m.mapping(element, modifier)
	if row.schema == nil {
		return m.unknownArray(element)
	}
	// Elements of types that extensions bring and of enums are required. Source: PostgresValueConverter.
	s := row.schema.Optional(optionalElements(element)).Build()
	if row.bind != nil {
		row.parse, _ = row.bind(s)
	}
	if element.OID == oidTime {
		row.parse = inMillis(row.parse)
	}
	return mapping{schema: batch.NewSchema(batch.KindArray).Elem(s), parse: parseArray(element, row.parse), missing: batch.ArrayValue(nil)}
}

func optionalElements(t *Type) bool {
	if t.Labels != nil {
		return false
	}
	switch t.Name {
	case "isbn", "vector", "halfvec", "sparsevec", "bit", "tsvector":
		return false
	}
	return true
}

func (m *Modes) unknownArray(element *Type) mapping {
	if !m.Unknown {
		return mapping{}
	}
	row := m.unknown()
	return mapping{schema: batch.NewSchema(batch.KindArray).Elem(row.schema.Build()), parse: parseArray(element, row.parse), missing: batch.ArrayValue(nil)}
}

// unchanged returns what stands for a TOASTed value that the stream leaves out; null where nothing does.
// Source: UnchangedToastedReplicationMessageColumn, UnchangedToastedPlaceholder.
func (m *Modes) unchanged(t *Type, s *batch.Schema, opaque bool) batch.Value {
	text := string(m.Placeholder)
	switch {
	case s.Kind() == batch.KindString && t.Name == "hstore":
		return batch.StringValue(string(append(appendJSON(append(appendJSON([]byte{'{'}, text), ':'), text), '}')))
	case s.Kind() == batch.KindString && (!opaque || m.Binary == "hex"):
		return batch.StringValue(text)
	case s.Kind() == batch.KindBytes && opaque:
		return batch.BytesValue(m.Placeholder)
	case s.Kind() == batch.KindMap:
		return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(text)}, Values: []batch.Value{batch.StringValue(text)}})
	case s.Kind() == batch.KindArray && t.Element != nil:
		return m.unchangedArray(t.Element.OID, s.Elem())
	}
	return batch.Null()
}

func (m *Modes) unchangedArray(element uint32, s *batch.Schema) batch.Value {
	numbers := func(of func(v int64) batch.Value) batch.Value {
		var out []batch.Value
		for _, c := range m.Placeholder {
			out = append(out, of(int64(int8(c))))
		}
		return batch.ArrayValue(out)
	}
	switch element {
	case oidText, oidVarchar, oidBpchar, oidJSON, oidJSONB:
		return batch.ArrayValue([]batch.Value{batch.StringValue(string(m.Placeholder))})
	case oidUUID:
		u := md5.Sum(m.Placeholder) // UUID.nameUUIDFromBytes
		u[6], u[8] = u[6]&0x0f|0x30, u[8]&0x3f|0x80
		h := hex.EncodeToString(u[:])
		return batch.ArrayValue([]batch.Value{batch.StringValue(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])})
	case oidBytea:
		if s.Kind() == batch.KindBytes {
			return batch.ArrayValue([]batch.Value{batch.BytesValue(m.Placeholder)})
		}
	case oidInt4, oidDate:
		if s.Kind() == batch.KindInt32 && s.Logical() == batch.LogicalNone {
			return numbers(func(v int64) batch.Value { return batch.Int32Value(int32(v)) })
		}
	case oidInt8:
		return numbers(batch.Int64Value)
	}
	return batch.Null()
}

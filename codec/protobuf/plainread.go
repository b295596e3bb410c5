package protobuf

import (
	"math"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/internal/java"
)

// rootValue returns the value of a record. Source: ProtobufData.toConnectData.
func (d *data) rootValue(s *batch.Schema, m *dynamic) (batch.Value, error) {
	if s.Kind() != batch.KindStruct {
		return d.wrappedValue(s, m), nil
	}
	return d.structValue(s, m)
}

// wrappedValue returns what a wrapper holds.
func (d *data) wrappedValue(s *batch.Schema, m *dynamic) batch.Value {
	f := m.of.field(valueField)
	return scalarValue(s, f, m.scalar(f))
}

// scalar returns the value of a field, its default where it is not there.
func (d *dynamic) scalar(f *Field) scalar {
	if c := d.values[f.Index]; c != nil {
		return c.scalar
	}
	return f.Default
}

// scalarValue returns a value that is no message.
func scalarValue(s *batch.Schema, f *Field, v scalar) batch.Value {
	switch s.Kind() {
	case batch.KindFloat32:
		return batch.Float32Value(math.Float32frombits(uint32(v.bits)))
	case batch.KindFloat64:
		return batch.Float64Value(math.Float64frombits(v.bits))
	case batch.KindBoolean:
		return batch.BooleanValue(v.bits != 0)
	case batch.KindBytes:
		return batch.BytesValue(append([]byte{}, v.text...))
	case batch.KindString:
		if f.Type == typeEnum {
			return batch.StringValue(f.Enum.symbol(int32(v.bits)))
		}
		return batch.StringValue(string(v.text))
	}
	return batch.IntValue(s.Kind(), int64(v.bits))
}

// symbol is the name of a value, and what Java makes up for one that has none. Source: EnumDescriptor.findValueByNumberCreatingIfUnknown.
func (e *Enum) symbol(n int32) string {
	if c := e.byNumber(n); c != nil {
		return c.Name
	}
	return unknownSymbol + e.Name + "_" + strconv.Itoa(int(n))
}

// unknownSymbol is what the names of values without a name start with.
const unknownSymbol = "UNKNOWN_ENUM_VALUE_"

func (d *data) structValue(s *batch.Schema, m *dynamic) (batch.Value, error) {
	out := batch.NewStructValue(s)
	for _, o := range m.of.Oneofs {
		f := m.which(o)
		if f == nil {
			continue
		}
		if d.flattenUnions {
			if err := d.put(out, s, m, f); err != nil {
				return batch.Value{}, err
			}
			continue
		}
		at := s.Field(d.unionField(o))
		union := batch.NewStructValue(at.Schema)
		if err := d.put(union, at.Schema, m, f); err != nil {
			return batch.Value{}, err
		}
		out.Fields[at.Index] = batch.StructValueOf(union)
	}
	for _, f := range m.of.Fields {
		if f.Oneof != nil || m.values[f.Index] == nil && !d.structForNulls && !d.standsIn(f) {
			continue
		}
		if err := d.put(out, s, m, f); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(out), nil
}

// which returns the field of a oneof that is set, nil where none is.
func (d *dynamic) which(o *Oneof) *Field {
	for _, f := range o.Fields {
		if d.values[f.Index] != nil {
			return f
		}
	}
	return nil
}

// standsIn reports whether the default of a field stands for one that is not there. Source: ProtobufData.setStructField.
func (d *data) standsIn(f *Field) bool {
	if f.Type == typeMessage && !f.Repeated {
		return false
	}
	return !f.Optional || !f.Proto3 && !d.optionalProto2
}

// put gives a member of a struct the value of its field.
func (d *data) put(out *batch.StructValue, s *batch.Schema, m *dynamic, f *Field) error {
	at := s.Field(f.Name)
	v, err := d.fieldValue(at.Schema, f, m)
	if err == nil {
		err = complete(at.Schema, v)
	}
	out.Fields[at.Index] = v
	return err
}

// fieldValue returns the value of a field.
func (d *data) fieldValue(s *batch.Schema, f *Field, m *dynamic) (batch.Value, error) {
	c := m.values[f.Index]
	if c == nil {
		c = &content{scalar: f.Default}
		if f.Type == typeMessage && !f.Repeated {
			c.message = newDynamic(f.Message)
		}
	}
	switch {
	case s.Kind() == batch.KindMap:
		return d.mapValue(s, f, c.list)
	case f.Repeated:
		return d.listValue(s.Elem(), f, c)
	case f.Type == typeMessage:
		return d.messageValue(s, c.message)
	}
	return scalarValue(s, f, c.scalar), nil
}

// messageValue returns the value that a message stands for.
func (d *data) messageValue(s *batch.Schema, m *dynamic) (batch.Value, error) {
	switch s.Logical() {
	case batch.LogicalDecimal:
		return decimalOf(m)
	case batch.LogicalDate:
		return dateOf(m)
	case batch.LogicalTime:
		return timeOf(m)
	case batch.LogicalTimestamp:
		return timestampOf(m)
	}
	if s.Kind() != batch.KindStruct {
		return d.wrappedValue(s, m), nil
	}
	return d.structValue(s, m)
}

// complete refuses structs inside a struct without a value that their schema requires. Source: Struct.put, Struct.validate.
func complete(s *batch.Schema, v batch.Value) error {
	switch s.Kind() {
	case batch.KindArray:
		for _, e := range v.Array() {
			if err := complete(s.Elem(), e); err != nil {
				return err
			}
		}
		return nil
	case batch.KindMap:
		for i := range v.Map().Keys {
			err := complete(s.Key(), v.Map().Keys[i])
			if err == nil {
				err = complete(s.Elem(), v.Map().Values[i])
			}
			if err != nil {
				return err
			}
		}
		return nil
	case batch.KindStruct:
	default:
		return nil
	}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		if v.Struct().Fields[i].IsNull() && !f.Schema.Optional() {
			return codec.Data("Invalid value: null used for required field: %q, schema type: %s", f.Name, f.Schema.Kind())
		}
	}
	return nil
}

func (d *data) listValue(s *batch.Schema, f *Field, c *content) (batch.Value, error) {
	out := make([]batch.Value, 0, len(c.numbers)+len(c.texts)+len(c.list))
	for _, n := range c.numbers {
		out = append(out, scalarValue(s, f, scalar{bits: n}))
	}
	for _, t := range c.texts {
		out = append(out, scalarValue(s, f, scalar{text: t}))
	}
	for _, m := range c.list {
		v, err := d.messageValue(s, m)
		if err != nil {
			return v, err
		}
		out = append(out, v)
	}
	return batch.ArrayValue(out), nil
}

// mapValue returns a map, in the order of a HashMap: of equal keys the last one's value counts.
func (d *data) mapValue(s *batch.Schema, f *Field, entries []*dynamic) (batch.Value, error) {
	m := &batch.MapValue{}
	for _, e := range entries {
		k, err := d.fieldValue(s.Key(), f.Message.Fields[0], e)
		if err != nil {
			return batch.Value{}, err
		}
		v, err := d.fieldValue(s.Elem(), f.Message.Fields[1], e)
		if err != nil {
			return batch.Value{}, err
		}
		m.Put(k, v)
	}
	hashes := make([]int32, len(m.Keys))
	for i, k := range m.Keys {
		hashes[i] = hashmap.Hash(k, java.HashByteBuffer)
	}
	out := &batch.MapValue{}
	for _, i := range java.HashOrder(hashes, hashMapTable, func(a, b int32) int { return hashmap.Compare(m.Keys[a], m.Keys[b]) }) {
		out.Keys, out.Values = append(out.Keys, m.Keys[i]), append(out.Values, m.Values[i])
	}
	return batch.MapValueOf(out), nil
}

// hashMapTable is the table of a new HashMap.
const hashMapTable = 16

// otherClass is what Java says of a message whose fields have other types than those it looks for.
func otherClass(s string) error {
	return codec.Data("Invalid type for %s: class com.google.protobuf.DynamicMessage", s)
}

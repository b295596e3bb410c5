package avro

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// ownValue reads a connect.default, or what is in one. A nil node is null.
func (d *data) ownValue(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	v, err := d.ownPlain(s, a, n)
	if err != nil {
		return v, err
	}
	return logicalValue(s, v)
}

func (d *data) ownPlain(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	if n == nil { // JSON's null is coerced as any other value
		return batch.Value{}, nil
	}
	if s == nil {
		return batch.Value{}, errDefault
	}
	switch a.Type {
	case Int:
		return batch.IntValue(s.Kind(), int64(n.int())), nil
	case Long:
		return batch.Int64Value(n.long()), nil
	case Float:
		return batch.Float32Value(float32(n.double())), nil
	case Double:
		return batch.Float64Value(n.double()), nil
	case Boolean:
		return batch.BooleanValue(n.Bool || n.Kind == NodeInt && n.Int != 0 || n.Kind == NodeString && strings.TrimSpace(n.Text) == "true"), nil
	case String, Enum:
		return batch.StringValue(n.text()), nil
	case Bytes, Fixed:
		if n.Kind != NodeString {
			return batch.Value{}, nil
		}
		return batch.BytesValue(latin1(n.Text)), nil
	case Array:
		if n.Kind != NodeArray || s.Kind() != batch.KindArray {
			return batch.Value{}, errDefault
		}
		out := make([]batch.Value, len(n.Items))
		for i := range n.Items {
			var err error
			if out[i], err = d.ownValue(s.Elem(), a.Elem, &n.Items[i]); err != nil {
				return batch.Value{}, err
			}
		}
		return batch.ArrayValue(out), nil
	case Map:
		if n.Kind != NodeObject {
			return batch.Value{}, errDefault
		}
		m := &batch.MapValue{}
		for i, k := range n.Names {
			v, err := d.ownValue(s.Elem(), a.Elem, &n.Items[i])
			if err != nil {
				return batch.Value{}, err
			}
			m.Put(batch.StringValue(k), v)
		}
		return batch.MapValueOf(m), nil
	case Record:
		return d.ownStruct(s, a, n)
	case Union:
		return d.ownUnion(s, a, n)
	}
	return batch.Value{}, nil
}

func (d *data) ownStruct(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	if n.Kind != NodeObject {
		return batch.Value{}, errDefault
	}
	out := batch.NewStructValue(s)
	for i := range a.Fields {
		f := s.Field(a.Fields[i].Name)
		if f == nil {
			return batch.Value{}, errDefault
		}
		v, err := d.ownValue(f.Schema, a.Fields[i].Schema, n.Member(f.Name))
		if err == nil {
			err = out.Put(f.Name, v)
		}
		if err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(out), nil
}

// ownUnion reads a default under a union, which counts for its first branch.
func (d *data) ownUnion(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	first := a.Types[0]
	if first.Type == Null {
		return batch.Value{}, nil
	}
	if s.Kind() != batch.KindStruct {
		return batch.Value{}, errDefault
	}
	f := s.Field(d.memberName(first, 0))
	if f == nil {
		return batch.Value{}, errDefault
	}
	return d.ownValue(f.Schema, first, n)
}

// logicalValue applies the logical type of s to a plain value. Source: AvroData.toConnectLogical.
func logicalValue(s *batch.Schema, v batch.Value) (batch.Value, error) {
	if v.IsNull() || !s.HasName() {
		return v, nil
	}
	switch s.Name() {
	case batch.DecimalName:
		if v.Tag() != batch.TagBytes {
			return v, codec.Data("Invalid type for Decimal, underlying representation should be bytes but was class %s", v.Tag().JavaClass())
		}
		return decimalOf(s, v.Bytes())
	case batch.DateName, batch.TimeName:
		if v.Tag() != batch.TagInt32 {
			return v, codec.Data("Invalid type for %s, underlying representation should be int32 but was class %s", shortName(s), v.Tag().JavaClass())
		}
		if s.Name() == batch.DateName {
			return batch.DateValue(v.Int() * millisPerDay), nil
		}
		if v.Int() < 0 || v.Int() > millisPerDay {
			return v, codec.Data(timeRange)
		}
		return batch.DateValue(v.Int()), nil
	case batch.TimestampName:
		if v.Tag() != batch.TagInt64 {
			return v, codec.Data("Invalid type for Timestamp, underlying representation should be int64 but was class %s", v.Tag().JavaClass())
		}
		return batch.DateValue(v.Int()), nil
	}
	return v, nil
}

const (
	millisPerDay = 24 * 60 * 60 * 1000
	timeRange    = "Time values must use number of milliseconds greater than 0 and less than 86400000"
)

// shortName is the last part of a logical type's name.
func shortName(s *batch.Schema) string { return s.Name()[strings.LastIndexByte(s.Name(), '.')+1:] }

// decimalOf is Decimal.toLogical.
func decimalOf(s *batch.Schema, b []byte) (batch.Value, error) {
	scale, ok := s.Param(propScale)
	if !ok {
		return batch.Value{}, codec.Data("Invalid Decimal schema: scale parameter not found.")
	}
	n, err := java.ParseInt(scale, 10)
	if err != nil {
		return batch.Value{}, &codec.Error{Class: codec.DataException, Text: "Invalid scale parameter found in Decimal schema: ", Pos: -1, Err: err}
	}
	if len(b) == 0 {
		return batch.Value{}, emptyDecimal()
	}
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: java.BigFromBytes(b), Scale: n}), nil
}

// emptyDecimal is what BigInteger throws for no bytes.
func emptyDecimal() error {
	return &codec.Error{Class: numberFormat, Text: "Zero length BigInteger", Pos: -1}
}

package protobuf

import (
	"fmt"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// typeOf is the type of a field for values of s, and the parameters that go with it.
// Source: ProtobufData.dataTypeFromConnectSchema.
func (w *schemaWriter) typeOf(s *batch.Schema, field string, params *[]OptionValue, member bool) (string, error) {
	switch s.Name() {
	case batch.DecimalName:
		if p, ok := s.Param(paramPrecision); ok {
			*params = append(*params, metaParam(metaPrecision, p))
		}
		if p, ok := s.Param(paramScale); ok {
			*params = append(*params, metaParam(paramScale, p))
		}
		return decimalMessage, nil
	case batch.DateName:
		return dateMessage, nil
	case batch.TimeName:
		return timeMessage, nil
	case batch.TimestampName:
		return timestampMessage, nil
	case variantName:
		return variantMessage, nil
	}
	wrap := w.wraps(s, member)
	own := func(byDefault string) string {
		if t, ok := s.Param(paramType); ok {
			return t
		}
		return byDefault
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16:
		name := "int8"
		if s.Kind() == batch.KindInt16 {
			name = "int16"
		}
		*params = append(*params, metaParam(metaConnectType, name))
		return wrapped("google.protobuf.Int32Value", "int32", wrap), nil
	case batch.KindInt32:
		if e, ok := s.Param(enumParam); ok {
			return e, nil
		}
		return wrapped("google.protobuf.Int32Value", own("int32"), wrap), nil
	case batch.KindInt64:
		t := own("int64")
		wrapper := "google.protobuf.Int64Value"
		switch t {
		case "uint32", "fixed32":
			wrapper = "google.protobuf.UInt32Value"
		case "uint64", "fixed64":
			wrapper = "google.protobuf.UInt64Value"
		}
		return wrapped(wrapper, t, wrap), nil
	case batch.KindFloat32:
		return wrapped("google.protobuf.FloatValue", "float", wrap), nil
	case batch.KindFloat64:
		return wrapped("google.protobuf.DoubleValue", "double", wrap), nil
	case batch.KindBoolean:
		return wrapped("google.protobuf.BoolValue", "bool", wrap), nil
	case batch.KindString:
		for _, key := range []string{generalEnum, enumParam} {
			if e, ok := s.Param(key); ok {
				return e, nil
			}
		}
		return wrapped("google.protobuf.StringValue", "string", wrap), nil
	case batch.KindBytes:
		return wrapped("google.protobuf.BytesValue", "bytes", wrap), nil
	case batch.KindArray:
		return "", javaError(illegalArgument, "Array cannot be nested")
	case batch.KindMap:
		return mapEntryName(w.unqualified(s.Name())), nil
	case batch.KindStruct:
		name := w.unqualified(s.Name())
		if name == field {
			name += "Message"
		}
		return name, nil
	}
	return "", codec.Data("Unknown schema type: %s", s.Kind())
}

func wrapped(wrapper, plain string, wrap bool) string {
	if wrap {
		return wrapper
	}
	return plain
}

// wraps reports whether values stand in a message of their own. Source: ProtobufData.fromConnectData.
func (d *data) wraps(s *batch.Schema, member bool) bool {
	if !d.wrapNullables || !s.Optional() {
		return false
	}
	if !member {
		return true
	}
	marked, _ := s.Param(paramWrapper)
	return java.ParseBoolean(marked)
}

// defaultText is a default as Java prints it.
func defaultText(v batch.Value) string {
	switch v.Tag() {
	case batch.TagString:
		return v.Str()
	case batch.TagBoolean:
		return strconv.FormatBool(v.Bool())
	case batch.TagFloat32:
		return string(java.AppendFloat(nil, float32(v.Float())))
	case batch.TagFloat64:
		return string(java.AppendDouble(nil, v.Float()))
	case batch.TagBytes:
		return fmt.Sprintf("java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]", len(v.Bytes()), len(v.Bytes()))
	}
	return strconv.FormatInt(v.Int(), 10)
}

package tagged

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
)

// AppendSchema appends a schema; nil is null.
func AppendSchema(dst []byte, s *batch.Schema) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	dst = AppendString(append(dst, `{"type":`...), typeName(s.Kind()))
	if s.Optional() {
		dst = append(dst, `,"optional":true`...)
	}
	if s.HasName() {
		dst = AppendString(append(dst, `,"name":`...), s.Name())
	}
	if s.HasVersion() {
		dst = strconv.AppendInt(append(dst, `,"version":`...), int64(s.Version()), 10)
	}
	if s.HasDoc() {
		dst = AppendString(append(dst, `,"doc":`...), s.Doc())
	}
	if params := s.Params(); len(params) > 0 {
		dst = append(dst, `,"parameters":{`...)
		for i, p := range params {
			dst = AppendString(comma(dst, i), p.Key)
			dst = AppendString(append(dst, ':'), p.Value)
		}
		dst = append(dst, '}')
	}
	if s.HasDefault() {
		dst = AppendValue(append(dst, `,"default":`...), s, s.Default())
	}
	switch s.Kind() {
	case batch.KindArray:
		dst = AppendSchema(append(dst, `,"items":`...), s.Elem())
	case batch.KindMap:
		dst = AppendSchema(append(dst, `,"keys":`...), s.Key())
		dst = AppendSchema(append(dst, `,"values":`...), s.Elem())
	case batch.KindStruct:
		dst = append(dst, `,"fields":[`...)
		for i, f := range s.Fields() {
			dst = AppendString(append(comma(dst, i), `{"field":`...), f.Name)
			dst = append(AppendSchema(append(dst, `,"schema":`...), f.Schema), '}')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// AppendValue appends a value that stands under s, or under no schema: a struct then carries its own.
func AppendValue(dst []byte, s *batch.Schema, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagInt8:
		dst = strconv.AppendInt(append(dst, `{"i8":`...), v.Int(), 10)
	case batch.TagInt16:
		dst = strconv.AppendInt(append(dst, `{"i16":`...), v.Int(), 10)
	case batch.TagInt32:
		dst = strconv.AppendInt(append(dst, `{"i32":`...), v.Int(), 10)
	case batch.TagInt64:
		dst = append(strconv.AppendInt(append(dst, `{"i64":"`...), v.Int(), 10), '"')
	case batch.TagDate:
		dst = append(strconv.AppendInt(append(dst, `{"millis":"`...), v.Int(), 10), '"')
	case batch.TagFloat32:
		dst = append(appendFloat(append(dst, `{"f32":"`...), v.Float(), 32), '"')
	case batch.TagFloat64:
		dst = append(appendFloat(append(dst, `{"f64":"`...), v.Float(), 64), '"')
	case batch.TagBoolean:
		dst = strconv.AppendBool(append(dst, `{"bool":`...), v.Bool())
	case batch.TagString:
		dst = AppendString(append(dst, `{"s":`...), v.Str())
	case batch.TagBytes:
		dst = append(base64.StdEncoding.AppendEncode(append(dst, `{"b":"`...), v.Bytes()), '"')
	case batch.TagDecimal:
		d := v.Decimal()
		dst = d.Unscaled.Append(append(dst, `{"decimal":{"unscaled":"`...), 10)
		dst = append(strconv.AppendInt(append(dst, `","scale":`...), int64(d.Scale), 10), '}')
	case batch.TagArray, batch.TagMap, batch.TagStruct:
		dst = appendNested(dst, s, v)
	default:
		return append(dst, "null"...)
	}
	return append(dst, '}')
}

// appendNested appends a list, map or struct without its closing brace.
func appendNested(dst []byte, s *batch.Schema, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagArray:
		_, elem := contentOf(s, batch.KindArray)
		dst = append(dst, `{"list":[`...)
		for i, e := range v.Array() {
			dst = AppendValue(comma(dst, i), elem, e)
		}
	case batch.TagMap:
		key, elem := contentOf(s, batch.KindMap)
		dst = append(dst, `{"map":[`...)
		m := v.Map()
		for i := range m.Keys {
			dst = AppendValue(append(comma(dst, i), '['), key, m.Keys[i])
			dst = append(AppendValue(append(dst, ','), elem, m.Values[i]), ']')
		}
	case batch.TagStruct:
		st := v.Struct()
		dst = append(dst, `{"struct":[`...)
		for i, f := range st.Schema.Fields() {
			dst = AppendString(append(comma(dst, i), '['), f.Name)
			dst = append(AppendValue(append(dst, ','), f.Schema, st.Fields[i]), ']')
		}
		if !stands(s, st.Schema) {
			return AppendSchema(append(dst, `],"schema":`...), st.Schema)
		}
	}
	return append(dst, ']')
}

// stands reports whether the schema around a struct says what the struct's own does. That of a default does
// not have the default.
func stands(around, own *batch.Schema) bool {
	return around != nil && around.Kind() == batch.KindStruct && (around.Equal(own) || around.HasDefault() && slices.EqualFunc(around.Fields(), own.Fields(),
		func(a, b batch.Field) bool { return a.Name == b.Name && a.Schema.Equal(b.Schema) }))
}

// contentOf returns what a schema of kind k says of keys and elements; nil where it is of another kind.
func contentOf(s *batch.Schema, k batch.Kind) (key, elem *batch.Schema) {
	if s == nil || s.Kind() != k {
		return nil, nil
	}
	return s.Key(), s.Elem()
}

// appendFloat appends the shortest text that reads back.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// AppendString appends a JSON string. Lone surrogates are written as escapes; other bytes that are no
// UTF-8 as U+FFFD.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
			continue
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
			continue
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
			continue
		}
		if c == 0xed && i+2 < len(s) && s[i+1] >= 0xa0 && s[i+1] <= 0xbf && s[i+2]&0xc0 == 0x80 {
			u := 0xd000 | uint16(s[i+1]&0x3f)<<6 | uint16(s[i+2]&0x3f)
			dst = append(dst, '\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
			i += 3
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return append(dst, '"')
}

// typeName is the name of a kind in the protocol.
func typeName(k batch.Kind) string { return typeNames[k] }

var typeNames = [...]string{
	batch.KindInt8: "int8", batch.KindInt16: "int16", batch.KindInt32: "int32", batch.KindInt64: "int64",
	batch.KindFloat32: "float32", batch.KindFloat64: "float64", batch.KindBoolean: "boolean", batch.KindString: "string",
	batch.KindBytes: "bytes", batch.KindArray: "array", batch.KindMap: "map", batch.KindStruct: "struct",
}

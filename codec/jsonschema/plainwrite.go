package jsonschema

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// plainWriter turns values into JSON text, one at a time.
type plainWriter struct {
	*data
	inSchema bool // the text becomes a default in a schema: numbers as org.json prints them
	deepest  int  // greatest depth of arrays and objects written so far

	objects   int   // how many are open
	nonFinite error // what the first number in a default that org.json has no text for makes of it
}

// value appends v under s; depth is how many arrays and objects are open. absent means that there is nothing to write:
// null where it may not be. A struct leaves such a field out.
//
// Errors: *codec.Error; dst then holds a part of the text. Source: JsonSchemaData.fromConnectData.
func (w *plainWriter) value(dst []byte, s *batch.Schema, v batch.Value, depth int) (out []byte, absent bool, err error) {
	if v.IsNull() {
		switch {
		case s.HasDefault() && !w.ignoreDefaults:
			return w.value(dst, s, s.Default(), depth)
		case s.Optional():
			return append(dst, "null"...), false, nil
		}
		return dst, true, nil
	}
	if s.HasName() {
		switch s.Name() {
		case batch.DecimalName:
			out, err = w.decimal(dst, s, v)
			return out, false, err
		case batch.DateName:
			out, err = jsonlogical.AppendDate(dst, "Date", v)
			return out, false, err
		case batch.TimeName:
			out, err = jsonlogical.AppendDate(dst, "Time", v)
			return out, false, err
		case batch.TimestampName:
			out, err = jsonlogical.AppendDate(dst, "Timestamp", v)
			return out, false, err
		case variantName:
			out, err = w.variant(dst, v)
			return out, false, err
		}
	}
	if v.Tag() != batch.TagOf(s.Kind()) {
		switch {
		case s.Kind() == batch.KindBytes && v.Decimal() != nil: // BYTES that had a number
			return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Append(dst), false, nil
		case s.Kind() == batch.KindBytes:
			return dst, false, codec.Data("Invalid type for bytes type: class %s", v.Tag().JavaClass())
		}
		return dst, false, codec.Data("Invalid type for %s: class %s", s.Kind(), v.Tag().JavaClass())
	}
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return java.AppendInt(dst, v.Int()), false, nil
	case batch.TagFloat32:
		out, err = w.floating(dst, jsonscan.AppendFloat(nil, float32(v.Float())))
	case batch.TagFloat64:
		out, err = w.floating(dst, jsonscan.AppendDouble(nil, v.Float()))
	case batch.TagBoolean:
		if v.Bool() {
			return append(dst, "true"...), false, nil
		}
		return append(dst, "false"...), false, nil
	case batch.TagString:
		return jsonscan.AppendString(dst, v.Str()), false, nil
	case batch.TagBytes:
		return jsonscan.AppendBinary(dst, v.Bytes()), false, nil
	case batch.TagArray:
		out, err = w.array(dst, s, v.Array(), depth+1)
	case batch.TagMap:
		out, err = w.mapping(dst, s, v.Map(), depth+1)
	default:
		return w.structure(dst, s, v.Struct(), depth)
	}
	return out, false, err
}

// orNull is value in places where nothing is null.
func (w *plainWriter) orNull(dst []byte, s *batch.Schema, v batch.Value, depth int) ([]byte, error) {
	out, absent, err := w.value(dst, s, v, depth)
	if absent {
		out = append(out, "null"...)
	}
	return out, err
}

// floating appends a number as Jackson writes it. org.json has none that is not finite, and drops zeros behind the point.
// Source: JSONObject.numberToString.
func (w *plainWriter) floating(dst, text []byte) ([]byte, error) {
	switch {
	case !w.inSchema:
		return append(dst, text...), nil
	case text[0] == '"':
		w.refuse()
		return append(dst, "null"...), nil
	}
	return append(dst, withoutZeros(text)...), nil
}

// refuse notes a number that is none of org.json's. What else is wrong with the default counts before it: it is wanted when all of the default is a tree.
// Source: JSONObjectDeserializer, which alone catches what org.json throws.
func (w *plainWriter) refuse() {
	switch {
	case w.nonFinite != nil:
	case w.objects > 0:
		w.nonFinite = codec.Data(invalidDefault)
	default:
		w.nonFinite = &codec.Error{Class: "org.json.JSONException", Text: "JSON does not allow non-finite numbers.", Pos: -1}
	}
}

const invalidDefault = "Invalid default value"

func withoutZeros(text []byte) []byte {
	if bytes.IndexByte(text, '.') > 0 && bytes.IndexByte(text, 'E') < 0 {
		text = bytes.TrimRight(text, "0")
		text = bytes.TrimSuffix(text, []byte("."))
	}
	return text
}

func (w *plainWriter) array(dst []byte, s *batch.Schema, items []batch.Value, depth int) ([]byte, error) {
	w.deepest = max(w.deepest, depth)
	dst = append(dst, '[')
	var err error
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = w.orNull(dst, s.Elem(), items[i], depth); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// mapping appends an object where keys are strings, otherwise an array of objects of a key and a value.
func (w *plainWriter) mapping(dst []byte, s *batch.Schema, m *batch.MapValue, depth int) ([]byte, error) {
	w.deepest = max(w.deepest, depth)
	if !stringKeyed(s) {
		return w.pairs(dst, s, m, depth)
	}
	dst = append(dst, '{')
	w.objects++
	var err error
	for i := range m.Keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, m.Keys[i].Str()), ':')
		if dst, err = w.orNull(dst, s.Elem(), m.Values[i], depth); err != nil {
			return dst, codec.InField(err, m.Keys[i].Str())
		}
		if m.Keys[i].Tag() != batch.TagString { // what is wrong with the value counts before it
			return dst, &codec.Error{Class: "java.lang.NullPointerException", Text: "a map of text has a key that is null", Pos: -1}
		}
	}
	w.objects--
	return append(dst, '}'), nil
}

func (w *plainWriter) pairs(dst []byte, s *batch.Schema, m *batch.MapValue, depth int) ([]byte, error) {
	dst = append(dst, '[')
	w.objects++
	var err error
	for i := range m.Keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		w.deepest = max(w.deepest, depth+1)
		if dst, err = w.orNull(append(dst, pairStart...), s.Key(), m.Keys[i], depth+1); err != nil {
			return dst, err
		}
		if dst, err = w.orNull(append(dst, pairMiddle...), s.Elem(), m.Values[i], depth+1); err != nil {
			return dst, err
		}
		dst = append(dst, '}')
	}
	w.objects--
	return append(dst, ']'), nil
}

// The text around the key and the value of an entry of a map.
const (
	pairStart  = `{"` + keyField + `":`
	pairMiddle = `,"` + valueField + `":`
)

func (w *plainWriter) structure(dst []byte, s *batch.Schema, v *batch.StructValue, depth int) (out []byte, absent bool, err error) {
	if !v.Schema.Equal(s) {
		return dst, false, codec.Data("Mismatching schema.")
	}
	if isUnion(s) {
		return w.union(dst, s, v, depth)
	}
	depth++
	w.deepest = max(w.deepest, depth)
	dst = append(dst, '{')
	w.objects++
	start := len(dst)
	for i := range s.Fields() {
		f := &s.Fields()[i]
		at := len(dst)
		if at > start {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, f.Name), ':')
		if dst, absent, err = w.value(dst, f.Schema, v.Fields[i], depth); err != nil {
			return dst, false, codec.InField(err, f.Name)
		}
		if absent {
			dst = dst[:at]
		}
	}
	w.objects--
	return append(dst, '}'), false, nil
}

// union appends the field that is there.
func (w *plainWriter) union(dst []byte, s *batch.Schema, v *batch.StructValue, depth int) (out []byte, absent bool, err error) {
	for i := range s.Fields() {
		f := &s.Fields()[i]
		field := v.Fields[i]
		if field.IsNull() && !w.ignoreDefaults {
			field = f.Schema.Default()
		}
		if !field.IsNull() {
			out, absent, err = w.value(dst, f.Schema, field, depth)
			return out, absent, codec.InField(err, f.Name)
		}
	}
	return w.value(dst, s, batch.Null(), depth)
}

// decimal appends a Decimal in the configured format. org.json drops zeros behind the point.
func (w *plainWriter) decimal(dst []byte, s *batch.Schema, v batch.Value) ([]byte, error) {
	out, err := jsonlogical.AppendDecimal(dst, s, v, w.numeric)
	if err != nil || !w.inSchema || !w.numeric {
		return out, err
	}
	return append(dst, withoutZeros(out[len(dst):])...), nil
}

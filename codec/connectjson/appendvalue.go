package connectjson

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// writer turns values into JSON text, one at a time.
type writer struct {
	numeric     bool
	replaceNull bool
	linked      bool // schemaless maps iterate in their own order, not in HashMap order
	deepest     int  // greatest depth of arrays and objects written so far
}

// value appends v under s, schemaless when s is nil; depth is how many arrays and objects are open.
//
// Errors: *codec.Error; dst then holds a part of the text. Source: JsonConverter.convertToJson.
func (w *writer) value(dst []byte, s *batch.Schema, v batch.Value, depth int) ([]byte, error) {
	if v.IsNull() {
		switch {
		case s == nil:
			return append(dst, "null"...), nil
		case s.HasDefault() && w.replaceNull:
			return w.value(dst, s, s.Default(), depth)
		case s.Optional():
			return append(dst, "null"...), nil
		}
		return dst, nullRequired()
	}
	if s == nil {
		return w.typed(dst, nil, v, depth)
	}
	if s.HasName() {
		switch s.Name() {
		case batch.DecimalName:
			return jsonlogical.AppendDecimal(dst, s, v, w.numeric)
		case batch.DateName:
			return jsonlogical.AppendDate(dst, "Date", v)
		case batch.TimeName:
			return jsonlogical.AppendDate(dst, "Time", v)
		case batch.TimestampName:
			return jsonlogical.AppendDate(dst, "Timestamp", v)
		}
	}
	if v.Tag() != batch.TagOf(s.Kind()) {
		if s.Kind() == batch.KindBytes {
			return dst, codec.Data("Invalid type for bytes type: class %s", v.Tag().JavaClass())
		}
		return dst, codec.Data("Invalid type for %s: class %s", s.Kind(), v.Tag().JavaClass())
	}
	return w.typed(dst, s, v, depth)
}

func nullRequired() error {
	return codec.Data("Conversion error: null value for field that is required and has no default value")
}

// typed appends a present value by its class, which fits s.
func (w *writer) typed(dst []byte, s *batch.Schema, v batch.Value, depth int) ([]byte, error) {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return java.AppendInt(dst, v.Int()), nil
	case batch.TagFloat32:
		return jsonscan.AppendFloat(dst, float32(v.Float())), nil
	case batch.TagFloat64:
		return jsonscan.AppendDouble(dst, v.Float()), nil
	case batch.TagBoolean:
		if v.Bool() {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case batch.TagString:
		return jsonscan.AppendString(dst, v.Str()), nil
	case batch.TagBytes:
		return jsonscan.AppendBinary(dst, v.Bytes()), nil
	case batch.TagArray:
		return w.array(dst, s, v.Array(), depth+1)
	case batch.TagMap:
		return w.mapping(dst, s, v.Map(), depth+1)
	case batch.TagStruct:
		return w.structure(dst, s, v.Struct(), depth+1)
	}
	return dst, codec.Data("Java class class %s does not have corresponding schema type.", v.Tag().JavaClass())
}

func (w *writer) array(dst []byte, s *batch.Schema, items []batch.Value, depth int) ([]byte, error) {
	w.deepest = max(w.deepest, depth)
	var elem *batch.Schema
	if s != nil {
		elem = s.Elem()
	}
	dst = append(dst, '[')
	var err error
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = w.value(dst, elem, items[i], depth); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// mapping appends an object where keys are strings, otherwise an array of pairs.
func (w *writer) mapping(dst []byte, s *batch.Schema, m *batch.MapValue, depth int) ([]byte, error) {
	w.deepest = max(w.deepest, depth)
	var key, elem *batch.Schema
	object := true
	if s != nil {
		key, elem = s.Key(), s.Elem()
		object = key.Kind() == batch.KindString
	} else {
		for i := range m.Keys {
			object = object && m.Keys[i].Tag() == batch.TagString
		}
		if !w.linked {
			m = hashmap.Ordered(m)
		}
	}
	if !object {
		return w.pairs(dst, key, elem, m, depth)
	}
	for i := range m.Keys {
		if m.Keys[i].Tag() != batch.TagString {
			return w.oddKeys(dst, key, elem, m, depth)
		}
	}
	dst = append(dst, '{')
	var err error
	for i := range m.Keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, m.Keys[i].Str()), ':')
		if dst, err = w.value(dst, elem, m.Values[i], depth); err != nil {
			return dst, codec.InField(err, m.Keys[i].Str())
		}
	}
	return append(dst, '}'), nil
}

func (w *writer) pairs(dst []byte, key, elem *batch.Schema, m *batch.MapValue, depth int) ([]byte, error) {
	dst = append(dst, '[')
	var err error
	for i := range m.Keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		w.deepest = max(w.deepest, depth+1)
		if dst, err = w.value(append(dst, '['), key, m.Keys[i], depth+1); err != nil {
			return dst, err
		}
		if dst, err = w.value(append(dst, ','), elem, m.Values[i], depth+1); err != nil {
			return dst, err
		}
		dst = append(dst, ']')
	}
	return append(dst, ']'), nil
}

// oddKeys appends an object some of whose keys are null: their text is the default's, or "null", and
// may be that of another key, whose place it then takes over.
func (w *writer) oddKeys(dst []byte, key, elem *batch.Schema, m *batch.MapValue, depth int) ([]byte, error) {
	var names [][]byte
	var values [][]byte
	for i := range m.Keys {
		name, err := w.value(nil, key, m.Keys[i], depth)
		if err != nil {
			return dst, err
		}
		if name[0] != '"' {
			name = append(append([]byte{'"'}, name...), '"')
		}
		v, err := w.value(nil, elem, m.Values[i], depth)
		if err != nil {
			return dst, err
		}
		at := 0
		for at < len(names) && !bytes.Equal(names[at], name) {
			at++
		}
		if at == len(names) {
			names, values = append(names, name), append(values, nil)
		}
		values[at] = v
	}
	dst = append(dst, '{')
	for i := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, names[i]...), ':'), values[i]...)
	}
	return append(dst, '}'), nil
}

func (w *writer) structure(dst []byte, s *batch.Schema, v *batch.StructValue, depth int) ([]byte, error) {
	w.deepest = max(w.deepest, depth)
	if s == nil || !v.Schema.Equal(s) {
		return dst, codec.Data("Mismatching schema.")
	}
	dst = append(dst, '{')
	var err error
	for i := range s.Fields() {
		if i > 0 {
			dst = append(dst, ',')
		}
		f := &s.Fields()[i]
		dst = append(jsonscan.AppendString(dst, f.Name), ':')
		if dst, err = w.value(dst, f.Schema, v.Fields[i], depth); err != nil {
			return dst, codec.InField(err, f.Name)
		}
	}
	return append(dst, '}'), nil
}

package connectjson

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// schema appends s as JSON, "null" for nil. A struct member gets its name last; field is "" otherwise.
// Source: JsonConverter.asJsonSchema.
func (w *writer) schema(dst []byte, s *batch.Schema, depth int) ([]byte, error) {
	if s == nil {
		return append(dst, "null"...), nil
	}
	dst, err := w.openSchema(dst, s, depth)
	if err != nil {
		return dst, err
	}
	return append(dst, '}'), nil
}

// openSchema appends s without the closing brace.
func (w *writer) openSchema(dst []byte, s *batch.Schema, depth int) ([]byte, error) {
	w.deepest = max(w.deepest, depth)
	dst = append(dst, `{"type":"`...)
	dst = append(dst, kindNames[s.Kind()]...)
	dst = append(dst, '"')
	var err error
	switch s.Kind() {
	case batch.KindArray:
		if dst, err = w.schema(append(dst, `,"items":`...), s.Elem(), depth+1); err != nil {
			return dst, err
		}
	case batch.KindMap:
		if dst, err = w.schema(append(dst, `,"keys":`...), s.Key(), depth+1); err != nil {
			return dst, err
		}
		if dst, err = w.schema(append(dst, `,"values":`...), s.Elem(), depth+1); err != nil {
			return dst, err
		}
	case batch.KindStruct:
		w.deepest = max(w.deepest, depth+1)
		dst = append(dst, `,"fields":[`...)
		for i := range s.Fields() {
			if i > 0 {
				dst = append(dst, ',')
			}
			f := &s.Fields()[i]
			if dst, err = w.openSchema(dst, f.Schema, depth+2); err != nil {
				return dst, codec.InField(err, f.Name)
			}
			dst = jsonscan.AppendString(append(dst, `,"field":`...), f.Name)
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
	}
	return w.properties(dst, s, depth)
}

// properties appends what schemas of every type have.
func (w *writer) properties(dst []byte, s *batch.Schema, depth int) ([]byte, error) {
	dst = append(dst, `,"optional":`...)
	dst = strconv.AppendBool(dst, s.Optional())
	if s.HasName() {
		dst = jsonscan.AppendString(append(dst, `,"name":`...), s.Name())
	}
	if s.HasVersion() {
		dst = strconv.AppendInt(append(dst, `,"version":`...), int64(s.Version()), 10)
	}
	if s.HasDoc() {
		dst = jsonscan.AppendString(append(dst, `,"doc":`...), s.Doc())
	}
	if s.Params() != nil {
		w.deepest = max(w.deepest, depth+1)
		dst = append(dst, `,"parameters":{`...)
		for i, p := range s.Params() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsonscan.AppendString(dst, p.Key), ':')
			dst = jsonscan.AppendString(dst, p.Value)
		}
		dst = append(dst, '}')
	}
	if s.HasDefault() {
		return w.value(append(dst, `,"default":`...), s, s.Default(), depth)
	}
	return dst, nil
}

package typemap

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc"
)

var errVector = errors.New("is no vector")

// vector returns the row of a type of the extension pgvector.
func vector(name string) mapping {
	switch name {
	case "vector":
		s := cdc.Semantic(batch.KindArray, cdc.DoubleVectorName).Elem(batch.Of(batch.KindFloat64, false))
		return mapping{schema: s, parse: parseVector(parseFloat64), missing: batch.ArrayValue(nil)}
	case "halfvec":
		s := cdc.Semantic(batch.KindArray, cdc.FloatVectorName).Elem(batch.Of(batch.KindFloat32, false))
		return mapping{schema: s, parse: parseVector(parseFloat32), missing: batch.ArrayValue(nil)}
	}
	entries := batch.NewSchema(batch.KindMap).Key(batch.Of(batch.KindInt16, false)).Elem(batch.Of(batch.KindFloat64, false)).Build()
	s := cdc.Semantic(batch.KindStruct, cdc.SparseVectorName).Doc("Sparse vector").
		Field("dimensions", batch.Of(batch.KindInt16, false)).Field("vector", entries)
	return mapping{schema: s, bind: func(s *batch.Schema) (parse, batch.Value) { return parseSparse(s), batch.Null() }}
}

// parseVector reads [1,2.5,3].
func parseVector(element parse) parse {
	return func(text []byte) (batch.Value, error) {
		text, ok1 := bytes.CutPrefix(bytes.TrimSpace(text), []byte("["))
		text, ok2 := bytes.CutSuffix(text, []byte("]"))
		if !ok1 || !ok2 {
			return batch.Value{}, errVector
		}
		out := []batch.Value{}
		for part := range bytes.SplitSeq(text, []byte(",")) {
			v, err := element(bytes.TrimSpace(part))
			if err != nil {
				return batch.Value{}, errVector
			}
			out = append(out, v)
		}
		return batch.ArrayValue(out), nil
	}
}

// parseSparse reads {1:0.1,3:0.2}/5.
func parseSparse(s *batch.Schema) parse {
	return func(text []byte) (batch.Value, error) {
		entries, size, ok := bytes.Cut(text, []byte("/"))
		entries, ok1 := bytes.CutPrefix(entries, []byte("{"))
		entries, ok2 := bytes.CutSuffix(entries, []byte("}"))
		dimensions, err := strconv.ParseInt(string(size), 10, 16)
		if !ok || !ok1 || !ok2 || err != nil {
			return batch.Value{}, errVector
		}
		m := &batch.MapValue{}
		for part := range bytes.SplitSeq(entries, []byte(",")) {
			if len(part) == 0 {
				continue
			}
			k, v, _ := bytes.Cut(part, []byte(":"))
			index, err1 := strconv.ParseInt(string(k), 10, 16)
			value, err2 := float(v, 64)
			if err1 != nil || err2 != nil {
				return batch.Value{}, errVector
			}
			m.Put(batch.Int16Value(int16(index)), batch.Float64Value(value))
		}
		return batch.StructValueOf(&batch.StructValue{Schema: s, Fields: []batch.Value{batch.Int16Value(int16(dimensions)), batch.MapValueOf(m)}}), nil
	}
}

// emptyGeometry is an empty collection of geometries. Source: PostgisGeometry.createEmpty.
func emptyGeometry(s *batch.Schema) batch.Value {
	wkb := []byte{1, 7, 0, 0, 0, 0, 0, 0, 0}
	return batch.StructValueOf(&batch.StructValue{Schema: s, Fields: []batch.Value{batch.BytesValue(wkb), batch.Null()}})
}

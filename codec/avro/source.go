package avro

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// source is a step over the column of the present batch.
type source struct {
	*outStep
	form   batch.Form
	col    *batch.Column
	valid  bits.Bitmap
	int8s  []int8
	int16s []int16
	int32s []int32
	int64s []int64
	words4 []float32
	words8 []float64
	bools  []bool

	constant []byte // of the constant form: what each row is written as
	bad      bool   // constant: no row can be written
	index    []int32
	dict     *source

	sub []source
}

func newSource(st *outStep) source {
	s := source{outStep: st, sub: make([]source, len(st.sub))}
	for i := range st.sub {
		s.sub[i] = newSource(&st.sub[i])
	}
	return s
}

// bind points s at a column of its schema.
func (s *source) bind(d *data, c *batch.Column, member bool) {
	s.col, s.form, s.valid = c, c.Form(), nil
	switch s.form {
	case batch.FormConstant:
		s.bindConstant(d, c.Const, member)
		return
	case batch.FormDictionary:
		s.valid, s.index = c.Valid, c.Index
		if s.dict == nil {
			dict := newSource(s.outStep)
			s.dict = &dict
		}
		s.dict.bind(d, c.Dict, member)
		return
	}
	s.valid = c.Valid
	switch s.schema.Kind() {
	case batch.KindInt8:
		s.int8s = c.Int8s()
	case batch.KindInt16:
		s.int16s = c.Int16s()
	case batch.KindInt32:
		s.int32s = c.Int32s()
	case batch.KindInt64:
		s.int64s = c.Int64s()
	case batch.KindFloat32:
		s.words4 = c.Float32s()
	case batch.KindFloat64:
		s.words8 = c.Float64s()
	case batch.KindBoolean:
		s.bools = c.Booleans()
	case batch.KindArray, batch.KindMap, batch.KindStruct:
		for i := range s.sub {
			s.sub[i].bind(d, c.Children[i], s.schema.Kind() == batch.KindStruct)
		}
	}
}

// bindConstant writes the value of all rows once. In a union's member it stands without the index of its branch.
func (s *source) bindConstant(d *data, v batch.Value, member bool) {
	s.bad = false
	if v.IsNull() {
		s.constant, s.bad = s.def, s.def == nil && !s.nullable
		if s.def == nil && s.nullable {
			s.constant = append(s.constant[:0:0], s.null)
		}
		return
	}
	w := plainWriter{data: d, dst: s.constant[:0:0]}
	var err error
	if s.avro == nil { // the key of a map of text
		w.text(v.Str())
	} else if s.nullable || s.op == writeUnion {
		err = w.value(s.schema, s.avro, v)
	} else {
		err = w.branchValue(s.schema, s.avro, v)
	}
	s.constant, s.bad = w.dst, err != nil || w.serial != nil
}

// unbind drops what belongs to the batch.
func (s *source) unbind() {
	s.col, s.valid, s.index, s.constant = nil, nil, nil, nil
	s.int8s, s.int16s, s.int32s, s.int64s, s.words4, s.words8, s.bools = nil, nil, nil, nil, nil, nil, nil
	for i := range s.sub {
		s.sub[i].unbind()
	}
	if s.dict != nil {
		s.dict.unbind()
	}
}

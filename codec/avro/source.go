package avro

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// source is a step over the column of the present batch. What a row needs comes first: it shares few cache lines.
type source struct {
	does   writeOp // the step's, or what the form of the column makes of it
	some   byte    // written before a value that is there
	lead   uint8   // how many bytes of it
	valid  bits.Bitmap
	bytes  []byte // INT8, BOOLEAN
	words2 []uint16
	words4 []uint32 // INT32, FLOAT32
	words8 []uint64 // INT64, FLOAT64
	views  []batch.View
	bufs   [2][]byte

	*outStep
	col      *batch.Column
	constant []byte   // of the constant form: what each row is written as
	index    []int32  // of the dictionary form
	dict     []source // of the dictionary form: one
	sub      []source
}

func newSource(st *outStep) source {
	s := source{outStep: st, sub: make([]source, len(st.sub))}
	for i := range st.sub {
		s.sub[i] = newSource(&st.sub[i])
	}
	return s
}

// bind points s at a column of its schema.
func (s *source) bind(d *data, c *batch.Column) {
	s.col, s.valid, s.does, s.some, s.lead = c, nil, s.op, 0, 0
	switch c.Form() {
	case batch.FormConstant:
		s.bindConstant(d, c.Const)
		return
	case batch.FormDictionary:
		s.does, s.valid, s.index = writeDictionary, c.Valid, c.Index
		if s.dict == nil {
			s.dict = []source{newSource(s.outStep)}
		}
		s.dict[0].bind(d, c.Dict)
		return
	}
	s.valid = c.Valid
	if s.nullable && s.op != writeUnion { // whose members have indexes of their own
		s.some, s.lead = s.outStep.some, 1
	}
	switch s.schema.Kind() {
	case batch.KindInt8:
		s.bytes = mem.AsBytes(c.Int8s())
	case batch.KindBoolean:
		s.bytes = mem.AsBytes(c.Booleans())
	case batch.KindInt16:
		s.words2 = mem.Cast[uint16](mem.AsBytes(c.Int16s()))
	case batch.KindInt32:
		s.words4 = mem.Cast[uint32](mem.AsBytes(c.Int32s()))
	case batch.KindFloat32:
		s.words4 = mem.Cast[uint32](mem.AsBytes(c.Float32s()))
	case batch.KindInt64:
		s.words8 = mem.Cast[uint64](mem.AsBytes(c.Int64s()))
	case batch.KindFloat64:
		s.words8 = mem.Cast[uint64](mem.AsBytes(c.Float64s()))
	case batch.KindString, batch.KindBytes:
		s.views, s.bufs = c.Bytes.Views, c.Bytes.Bufs
	case batch.KindArray, batch.KindMap, batch.KindStruct:
		for i := range s.sub {
			s.sub[i].bind(d, c.Children[i])
		}
	}
}

// bindConstant writes the value of all rows once. In a union's member it stands without the index of its branch.
func (s *source) bindConstant(d *data, v batch.Value) {
	s.does = writeConstant
	bad := false
	if v.IsNull() {
		s.constant, bad = s.def, s.def == nil && !s.nullable
		if s.def == nil && s.nullable {
			s.constant = append(s.constant[:0:0], s.null)
		}
	} else {
		w := plainWriter{data: d, dst: s.constant[:0:0]}
		var err error
		if s.avro == nil { // the key of a map of text
			w.text(v.Str())
		} else if s.nullable || s.op == writeUnion {
			err = w.value(s.schema, s.avro, v)
		} else {
			err = w.branchValue(s.schema, s.avro, v)
		}
		s.constant, bad = w.dst, err != nil || w.serial != nil
	}
	if bad {
		s.does = writeNone
	}
}

// unbind drops what belongs to the batch.
func (s *source) unbind() {
	s.col, s.valid, s.index, s.constant = nil, nil, nil, nil
	s.bytes, s.words2, s.words4, s.words8, s.views, s.bufs = nil, nil, nil, nil, nil, [2][]byte{}
	for i := range s.sub {
		s.sub[i].unbind()
	}
	for i := range s.dict {
		s.dict[i].unbind()
	}
}

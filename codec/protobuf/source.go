package protobuf

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// source is a step over the column of the present batch.
type source struct {
	*writeStep
	form  batch.Form
	col   *batch.Column
	valid bits.Bitmap
	elems *batch.Column // of a list: its elements
	offs  []int32

	int8s  []int8
	int16s []int16
	int32s []int32
	int64s []int64
	words4 []float32
	words8 []float64
	bools  []bool

	constant []byte // of the constant form: what each row is written as
	index    []int32
	dict     *source

	fields *fields // of structs and maps
}

// fields are the sources of a struct, in the order in which they are written.
type fields struct {
	list   []source
	unions []union
}

// union is a column that stands for a oneof, and its members.
type union struct {
	col     *batch.Column
	members []*batch.Column
}

func newFields(p *writePlan) *fields {
	f := &fields{list: make([]source, len(p.steps)), unions: make([]union, len(p.unions))}
	for i := range p.steps {
		f.list[i] = newSource(&p.steps[i])
	}
	return f
}

func newSource(st *writeStep) source {
	s := source{writeStep: st}
	if st.sub != nil {
		s.fields = newFields(st.sub)
	}
	return s
}

// bind points f at the columns of a struct; false where the plain writer must do it. p says how constants are written.
func (f *fields) bind(plan *writePlan, p *planner, m *Message, columns []*batch.Column) bool {
	for k, at := range plan.unions {
		u := &f.unions[k]
		u.col = columns[at]
		if u.col.Form() != batch.FormPlain {
			return false
		}
		u.members = append(u.members[:0], u.col.Children...)
	}
	for i := range f.list {
		s := &f.list[i]
		c := columns[s.path[0]]
		if len(s.path) > 1 {
			c = c.Children[s.path[1]]
		}
		if !s.bind(p, m, c) {
			return false
		}
	}
	return true
}

// bind points s at a column of its schema.
func (s *source) bind(p *planner, m *Message, c *batch.Column) bool {
	s.col, s.form, s.valid = c, c.Form(), c.Valid
	switch s.form {
	case batch.FormConstant:
		v := c.Const
		if v.IsNull() && !p.ignoreDefaults {
			v = s.whole.Default()
		}
		b, ok := p.bytesOf(s.writeStep, m, v)
		s.constant = b
		return ok
	case batch.FormDictionary:
		s.index = c.Index
		if s.dict == nil {
			dict := newSource(s.writeStep)
			s.dict = &dict
		}
		return s.dict.bind(p, m, c.Dict)
	case batch.FormPlain:
	default:
		return false
	}
	if s.entries {
		s.offs = c.Offsets
		return s.fields.bind(s.sub, p, s.field.Message, c.Children)
	}
	if s.list {
		s.offs, s.elems = c.Offsets, c.Children[0]
		if s.elems.Form() != batch.FormPlain {
			return false
		}
		c = s.elems
	}
	switch c.Schema().Kind() {
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
	case batch.KindStruct:
		return s.fields.bind(s.sub, p, s.field.Message, c.Children)
	}
	return true
}

// unbind drops what belongs to the batch.
func (f *fields) unbind() {
	for i := range f.unions {
		f.unions[i].col = nil
		clear(f.unions[i].members)
	}
	for i := range f.list {
		f.list[i].unbind()
	}
}

func (s *source) unbind() {
	s.col, s.elems, s.valid, s.offs, s.index, s.constant = nil, nil, nil, nil, nil, nil
	s.int8s, s.int16s, s.int32s, s.int64s, s.words4, s.words8, s.bools = nil, nil, nil, nil, nil, nil, nil
	if s.fields != nil {
		s.fields.unbind()
	}
	if s.dict != nil {
		s.dict.unbind()
	}
}

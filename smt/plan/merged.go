package plan

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt/internal/schemas"
)

// Merged is neighbours that edit the structs of one side: their columns go from one to the next without a
// batch, a struct and a look at nulls between. Its twin is to apply them one after the other.
//
// Not safe for concurrent use.
type Merged struct {
	key      bool
	edits    []*Editing
	programs schemas.Cache[[]*Edit]
	in, out  []*batch.Column // scratch
}

// Run does the first steps to the live rows of b, none of which has failed, and returns how many: it
// stops behind a step that some row fails at, and does nothing where the rows are not structs alone.
func (m *Merged) Run(b *batch.Batch) (done int) {
	c := b.Value
	if m.key {
		c = b.Key
	}
	if c == nil || !structsOnly(b, c) {
		return 0
	}
	program := m.programs.Get(c.Schema(), m.compile)
	m.in = append(m.in[:0], c.Children...)
	s := c.Schema()
	for _, e := range program {
		done++
		if e.Err != nil {
			failAll(b, e.Err)
			break
		}
		m.out = e.Columns(b, b.Sel, c.Valid, m.in, m.out[:0])
		m.in, m.out, s = m.out, m.in, e.Schema
		if b.Status.Any() {
			break
		}
	}
	if done > 0 {
		out := b.NewStruct(s, c.Len(), m.in)
		out.Valid = c.Valid
		if m.key {
			b.Key = out
		} else {
			b.Value = out
		}
	}
	clear(m.in)
	clear(m.out)
	return done
}

// compile returns the edits of structs of schema s, up to the first step that does not edit them.
func (m *Merged) compile(s *batch.Schema) []*Edit {
	var program []*Edit
	for _, t := range m.edits {
		e := t.Edit(s)
		if e == nil {
			break
		}
		program = append(program, e)
		if e.Err != nil {
			break
		}
		s = e.Schema
	}
	return program
}

// structsOnly reports whether c has a struct of its schema in every live row of b.
func structsOnly(b *batch.Batch, c *batch.Column) bool {
	if c.Schema() == nil || c.Schema().Kind() != batch.KindStruct || c.Form() != batch.FormPlain || c.NoSchema != nil {
		return false
	}
	if c.Valid == nil {
		return true
	}
	if b.Sel == nil {
		return c.Valid.All(b.Len())
	}
	for _, i := range b.Sel {
		if !c.Valid.Get(int(i)) {
			return false
		}
	}
	return true
}

// failAll fails the live rows of b.
func failAll(b *batch.Batch, err error) {
	for r := range b.Rows() {
		b.Status.Fail(r.Index(), b.Len(), err)
	}
}

package connectjson

import "github.com/millrace/millrace/batch"

// newFields returns the members of a STRUCT. They get columns when the first object has them: a schema may have thousands of fields
// and its records few, and a column takes many times the text of a field.
func newFields(fields []batch.Field) *object {
	o := &object{members: make([]*member, len(fields)), fields: len(fields), index: make(map[string]*member, len(fields))}
	all := make([]member, len(fields))
	for i := range fields {
		all[i] = member{name: fields[i].Name, place: int32(i)}
		o.members[i] = &all[i]
		if _, dup := o.index[fields[i].Name]; !dup {
			o.index[fields[i].Name] = &all[i]
		}
	}
	return o
}

// have gives a field of the STRUCT column c its column, in which it was not there in any row before.
func (f *fast) have(c *column, m *member) {
	k := newTyped(c.schema.Fields()[m.place].Schema, c.below, c.depth+1, c.replaceNull)
	k.begin(f.dst, f.rows)
	m.column = k
	before := f.present
	if c.below {
		before = c.rows - 1
	}
	if k.optional || !k.standard.IsNull() {
		for r := range before {
			f.absent(k, r)
		}
	} else if before > 0 {
		k.room(before - 1)
	}
}

// without gives row r of a field of the STRUCT column c what a missing value stands for; false where it has to be there.
func (f *fast) without(c *column, m *member, r int) bool {
	if m.column != nil {
		return f.absent(m.column, r)
	}
	s := c.schema.Fields()[m.place].Schema
	if c.replaceNull && !s.Default().IsNull() {
		return operationOf(s) != opOdd
	}
	return s.Optional()
}

// finishField returns the column of a field of the STRUCT column c.
func (c *column) finishField(m *member, dst *batch.Batch, n int, src, text []byte) *batch.Column {
	if m.column != nil {
		return m.column.finish(dst, n, src, text)
	}
	s := c.schema.Fields()[m.place].Schema
	if c.replaceNull && operationOf(s) != opOdd { // whose default no column can have: rows without it failed
		return dst.NewConstant(s, n, s.Default())
	}
	return dst.NewConstant(s, n, batch.Null())
}

package batch

// WithSchema returns the rows of c under s as a column of b: for another name, version, doc, optional flag
// or default. s must have c's kind, fields and elements; a plain column may change its logical type, its
// values are then read anew. All arrays are shared: b must keep c's owner alive.
func (b *Batch) WithSchema(c *Column, s *Schema) *Column {
	out := b.NewColumn(s, c.n)
	children := out.Children[:0] // the header's own array
	children = append(children, c.Children...)
	*out = *c
	out.schema, out.Children = s, children
	switch c.form {
	case FormDictionary:
		out.Dict = b.WithSchema(c.Dict, s)
	case FormConstant:
		if st := c.Const.Struct(); st != nil {
			out.Const = StructValueOf(&StructValue{Schema: s, Fields: st.Fields})
		}
	}
	return out
}

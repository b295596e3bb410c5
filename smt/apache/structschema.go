package apache

import "github.com/millrace/millrace/batch"

// structSchema collects the fields of a new struct schema; the first one that is refused stays as err.
// Source: SchemaBuilder.
type structSchema struct {
	b    *batch.Builder
	seen map[string]bool
	err  error
}

// newStruct starts a schema without a name.
func newStruct() *structSchema {
	return &structSchema{b: batch.NewSchema(batch.KindStruct), seen: map[string]bool{}}
}

// structLike starts a schema with the name, version, doc and parameters of s.
func structLike(s *batch.Schema) *structSchema {
	return &structSchema{b: batch.Basics(batch.KindStruct, s), seen: map[string]bool{}}
}

func (s *structSchema) field(name string, f *batch.Schema) {
	switch {
	case s.err != nil:
	case name == "":
		s.err = exception(schemaBuilderException, "fieldName cannot be null.")
	case s.seen[name]:
		s.err = exception(schemaBuilderException, "Cannot create field because of field name duplication "+name)
	default:
		s.seen[name] = true
		s.b.Field(name, f)
	}
}

func (s *structSchema) build() (*batch.Schema, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.b.Build(), nil
}

// withDefault sets the default of b, which must fit. Source: SchemaBuilder.defaultValue.
func withDefault(b *batch.Builder, v batch.Value) error {
	if v.IsNull() {
		return nil
	}
	if b.Build().Validate(v) != nil {
		return exception(schemaBuilderException, "Invalid default value")
	}
	b.Default(v)
	return nil
}

// rewrite is what becomes of structs of one input schema: their new schema, or the error that every one
// of them meets.
type rewrite struct {
	schema *batch.Schema
	err    error
	// from is the field of the input that each new field is read from.
	from []int32
	// odd asks for the plain form.
	odd bool
}

// carry appends the columns of c's fields for a struct copied into w.schema, read with or without defaults,
// and fails those of rows, which have a struct, that the new struct refuses.
func carry(b *batch.Batch, rows batch.Selection, c *batch.Column, w *rewrite, withDefault bool, children []*batch.Column) []*batch.Column {
	fields := w.schema.Fields()
	for k, from := range w.from {
		child := reading(b, rows, c.Children[from], withDefault)
		put(b, rows, &fields[k], child, c.Valid)
		children = append(children, child)
	}
	return children
}

// copied is the from of structs that keep all fields.
func copied(s *batch.Schema) []int32 {
	from := make([]int32, len(s.Fields()))
	for i := range from {
		from[i] = int32(i)
	}
	return from
}

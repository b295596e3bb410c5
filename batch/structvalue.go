package batch

// NewStructValue returns a struct of s with every field unset.
func NewStructValue(s *Schema) *StructValue {
	return &StructValue{Schema: s, Fields: make([]Value, len(s.fields))}
}

// Put sets the named field. Errors: *DataError for an unknown name, a class that does not fit, or null
// where the field is required. Source: Struct.put.
func (s *StructValue) Put(name string, v Value) error {
	f := s.Schema.Field(name)
	if f == nil {
		return dataErrorf("%s is not a valid field name", name)
	}
	if err := f.Schema.ValidateField(name, v); err != nil {
		return err
	}
	s.Fields[f.Index] = v
	return nil
}

// Get returns the named field, its default where it is null. Errors: *DataError for an unknown name.
// Source: Struct.get.
func (s *StructValue) Get(name string) (Value, error) {
	f := s.Schema.Field(name)
	if f == nil {
		return Value{}, dataErrorf("%s is not a valid field name", name)
	}
	if v := s.Fields[f.Index]; !v.IsNull() {
		return v, nil
	}
	return f.Schema.def, nil
}

// Validate reports whether every field holds what its schema asks for; null passes where the field is
// optional or has a default. Errors: *DataError. Source: Struct.validate.
func (s *StructValue) Validate() error {
	return checker{}.structure(s.Schema, StructValueOf(s))
}

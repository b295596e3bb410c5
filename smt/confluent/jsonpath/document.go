package jsonpath

import "github.com/millrace/millrace/batch"

// isObject reports whether v has members by name.
func isObject(v batch.Value) bool { return v.Tag() == batch.TagMap || v.Tag() == batch.TagStruct }

// member returns the named member of an object.
func member(v batch.Value, name string) (batch.Value, bool) {
	if v.Tag() == batch.TagMap {
		return v.Map().Get(batch.StringValue(name))
	}
	st := v.Struct()
	f := st.Schema.Field(name)
	if f == nil {
		return batch.Value{}, false
	}
	return fieldValue(st, f), true
}

// fieldValue reads a field as Struct.get does.
func fieldValue(st *batch.StructValue, f *batch.Field) batch.Value {
	if v := st.Fields[f.Index]; !v.IsNull() {
		return v
	}
	return f.Schema.Default()
}

// children returns the members or elements of v, nil where it has neither.
func children(v batch.Value) []batch.Value {
	switch v.Tag() {
	case batch.TagArray:
		return v.Array()
	case batch.TagMap:
		return v.Map().Values
	case batch.TagStruct:
		st := v.Struct()
		fields := st.Schema.Fields()
		out := make([]batch.Value, len(fields))
		for i := range fields {
			out[i] = fieldValue(st, &fields[i])
		}
		return out
	}
	return nil
}

// size returns how many members or elements v has.
func size(v batch.Value) int {
	switch v.Tag() {
	case batch.TagArray:
		return len(v.Array())
	case batch.TagMap:
		return len(v.Map().Values)
	case batch.TagStruct:
		return len(v.Struct().Fields)
	}
	return 0
}

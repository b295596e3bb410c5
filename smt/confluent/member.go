package confluent

import "github.com/millrace/millrace/batch"

// isObject reports whether v has members by name.
func isObject(v batch.Value) bool { return v.Tag() == batch.TagMap || v.Tag() == batch.TagStruct }

// member returns the named member of a map or struct, a null field as its default.
func member(v batch.Value, name string) (batch.Value, bool) {
	if v.Tag() == batch.TagMap {
		return v.Map().Get(batch.StringValue(name))
	}
	f, err := v.Struct().Get(name)
	return f, err == nil
}

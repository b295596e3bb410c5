package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// Java classes of errors, beside batch.DataException.
const (
	connectException         = "org.apache.kafka.connect.errors.ConnectException"
	schemaBuilderException   = "org.apache.kafka.connect.errors.SchemaBuilderException"
	illegalArgumentException = "java.lang.IllegalArgumentException"
	illegalStateException    = "java.lang.IllegalStateException"
	nullPointerException     = "java.lang.NullPointerException"
	classCastException       = "java.lang.ClassCastException"
)

func dataError(text string) error { return &batch.DataError{Text: text} }

func exception(class, text string) error { return &java.Exception{Class: class, Message: text} }

// refused is the error for a configuration that the original refuses with one sentence, having logged why.
func refused(err error) error {
	return exception(connectException, "Unable to validate config. "+err.Error())
}

// notStruct is the error for a value of the given class. Source: Requirements.requireStruct.
func notStruct(purpose string, found batch.Tag) error {
	return dataError("Only Struct objects supported for [" + purpose + "], found: " + found.JavaClass())
}

// requireStruct returns the struct in v.
func requireStruct(v batch.Value, purpose string) (*batch.StructValue, error) {
	if v.Tag() != batch.TagStruct {
		return nil, notStruct(purpose, v.Tag())
	}
	return v.Struct(), nil
}

// castToStruct returns the struct in v, nil for null. Source: a cast in the original.
func castToStruct(v batch.Value) (*batch.StructValue, error) {
	if v.IsNull() || v.Tag() == batch.TagStruct {
		return v.Struct(), nil
	}
	return nil, exception(classCastException, "class "+v.Tag().JavaClass()+" cannot be cast to class org.apache.kafka.connect.data.Struct")
}

// noSuchField is the error for a name that a struct does not have. Source: Struct.lookupField.
func noSuchField(name string) error { return dataError(name + " is not a valid field name") }

// nullField is the error for the schema of a field that is not there.
func nullField() error {
	return exception(nullPointerException, `Cannot invoke "org.apache.kafka.connect.data.Field.schema()" because the return value of "org.apache.kafka.connect.data.Schema.field(String)" is null`)
}

// rawField returns a field of the given type, null also where it has a default. Source: Struct.getCheckType.
func rawField(st *batch.StructValue, name string, k batch.Kind) (batch.Value, error) {
	f := st.Schema.Field(name)
	if err := checkType(f, name, k); err != nil {
		return batch.Value{}, err
	}
	v := st.Fields[f.Index]
	if f.Schema.Logical() != batch.LogicalNone && !v.IsNull() {
		return v, exception(classCastException, "class "+v.Tag().JavaClass()+" cannot be cast to the class of "+k.String())
	}
	return v, nil
}

func checkType(f *batch.Field, name string, k batch.Kind) error {
	switch {
	case f == nil:
		return noSuchField(name)
	case f.Schema.Kind() != k:
		return dataError("Field '" + name + "' is not of type " + k.String())
	}
	return nil
}

// checkHeader refuses null under a required schema. Source: ConnectHeaders.checkSchemaMatches.
func checkHeader(s *batch.Schema, v batch.Value) error {
	if !v.IsNull() || s.Optional() {
		return nil
	}
	text := s.Kind().String()
	if s.HasName() {
		text = s.Name() + ":" + text
	}
	return dataError("A null value requires an optional schema but was Schema{" + text + "}")
}

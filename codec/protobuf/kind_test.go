package protobuf

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/codec/schemaregistry"
)

// TestKind_Compatible: which changes the original takes. Source: SchemaDiff.COMPATIBLE_CHANGES, diff-schema-examples.
func TestKind_Compatible(t *testing.T) {
	k := Kind()
	text := func(body string) schemaregistry.Parsed {
		return schemaregistry.Parsed{Text: `syntax = "proto3"; package p; message M { ` + body + ` } message O {}`}
	}
	for _, c := range []struct {
		was, is string
		want    []string
	}{
		{"int32 a = 1;", "int32 b = 1; string c = 2;", nil},
		{"int32 a = 1; string b = 2;", "int64 a = 1;", nil},
		{"int32 a = 1;", "sint32 a = 1;", []string{`{errorType:"FIELD_SCALAR_KIND_CHANGED", description:"FIELD_SCALAR_KIND_CHANGED at path '#/M/1'"}`}},
		{"int32 a = 1;", "O a = 1;", []string{`{errorType:"FIELD_KIND_CHANGED", description:"FIELD_KIND_CHANGED at path '#/M/1'"}`}},
		{"string a = 1;", "bytes a = 1;", nil},
		{"message I { int32 x = 1; } I i = 1;", "message J { int32 x = 1; } J i = 1;",
			[]string{`{errorType:"MESSAGE_REMOVED", description:"MESSAGE_REMOVED at path '#/M/I'"}`, `{errorType:"FIELD_NAMED_TYPE_CHANGED", description:"FIELD_NAMED_TYPE_CHANGED at path '#/M/1'"}`}},
		{"string a = 1; int32 b = 2;", "oneof o { string a = 1; int32 b = 2; }", []string{`{errorType:"MULTIPLE_FIELDS_MOVED_TO_ONEOF", description:"MULTIPLE_FIELDS_MOVED_TO_ONEOF at path '#/M/o'"}`}},
		{"oneof o { string a = 1; int32 b = 2; }", "oneof o { string a = 1; }", []string{`{errorType:"ONEOF_FIELD_REMOVED", description:"ONEOF_FIELD_REMOVED at path '#/M/2'"}`}},
		{"oneof o { string a = 1; }", "string a = 1;", nil},
		{"map<string, int32> m = 1;", "map<string, string> m = 1;", []string{`{errorType:"FIELD_SCALAR_KIND_CHANGED", description:"FIELD_SCALAR_KIND_CHANGED at path '#/M/1'"}`}},
	} {
		got := k.Compatible(text(c.is), text(c.was))
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %v, want %v", c.was, c.is, got, c.want)
		}
	}
	canonical, err := k.Canonical(schemaregistry.Parsed{Text: "message  M{optional int32 a=1;}"}, false)
	if want := "\nmessage M {\n  optional int32 a = 1;\n}\n"; err != nil || canonical != want {
		t.Errorf("%q, %v", canonical, err)
	}
	if _, err := k.Canonical(text("Nobody n = 1;"), false); err == nil {
		t.Error("an unknown type is a schema")
	}
	if !k.Same(text("int32 a = 1;"), text("int32 a = 1;")) || k.Same(text("int32 a = 1;"), text("int64 a = 1;")) {
		t.Error("texts are compared otherwise")
	}
}

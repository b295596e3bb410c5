package protobuf

import (
	"encoding/base64"
	"encoding/binary"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestKnown_PrintAsTheyAre: the files that the original knows are read, linked and printed as it prints them.
func TestKnown_PrintAsTheyAre(t *testing.T) {
	files := 0
	err := fs.WalkDir(knownFiles, "known", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name := strings.TrimPrefix(p, "known/")
		text, _ := knownText(name)
		f, err := ParseFile(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return nil
		}
		if got := f.String(); got != text {
			t.Errorf("%s is printed as\n%s", name, got)
		}
		if _, err := Link(f, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		files++
		return nil
	})
	if err != nil || files < 30 {
		t.Errorf("%d files, %v", files, err)
	}
	if path.Ext("known/../doc.go") == ".proto" || known("../doc.go") != nil {
		t.Error("a file outside is known")
	}
}

// TestParse_PrintsAsJavaPrints: what Java's parser and printer make of text.
func TestParse_PrintsAsJavaPrints(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{order, order},
		{"/* c */ syntax = 'proto2'; // d\npackage a.b;import weak \"x.proto\";import public \"y.proto\";\n" +
			"message M{optional int32 a=1[default=-5,deprecated=true];repeated group G=2{optional string s=1;}extensions 100 to max,7;reserved 4,9 to 11,'q';enum E{option allow_alias=true;A=0x10;B=1[(x.y).z=\"\\\"\\x41\"];}" +
			"oneof o{string s=3;}map<string,E> m=12[json_name='mm'];extend M{optional bytes e=101;}}service S{rpc R(stream M)returns(M){option idempotency_level=NO_SIDE_EFFECTS;}}",
			"syntax = \"proto2\";\npackage a.b;\n\nimport \"x.proto\";\nimport public \"y.proto\";\n\nmessage M {\n  reserved 4, 9 to 11, \"q\";\n\n  optional int32 a = 1 [\n    deprecated = true,\n    default = -5\n  ];\n" +
				"  map<string, E> m = 12 [json_name = \"mm\"];\n\n  oneof o {\n    string s = 3;\n  }\n\n  repeated group G = 2 {\n    optional string s = 1;\n  }\n\n  extensions 100 to max, 7;\n\n  extend M {\n    optional bytes e = 101;\n  }\n\n" +
				"  enum E {\n    option allow_alias = true;\n    A = 16;\n    B = 1 [(x.y).z = \"\\\"A\"];\n  }\n}\n\nservice S {\n  rpc R (stream M) returns (M) {\n    option idempotency_level = NO_SIDE_EFFECTS;\n  };\n}\n"},
	} {
		f, err := ParseFile(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := strings.ReplaceAll(f.String(), "    \n", "\n"); strings.ReplaceAll(got, "  \n", "\n") != c.want {
			t.Errorf("%s\nis printed as\n%s\nnot\n%s", c.text, got, c.want)
		}
	}
	for _, bad := range []string{"message M { int32 a = ; }", "message M { int32 a = 1 }", "syntax = \"proto4\";", "message M {", "import foo \"x\";", "message M { map<string, int32 m = 1; }", "x", "\"", "/*", strings.Repeat("message M { ", depthMax+1)} {
		if f, err := ParseFile(bad); err == nil {
			t.Errorf("%q is %s", bad, f)
		}
	}
}

// TestReferences: names are found in files that a schema refers to, in what those import publicly, and in what the original knows;
// a user's own file wins over one of those.
func TestReferences(t *testing.T) {
	r := newFakeRegistry(t, `syntax = "proto3"; package a; import "b.proto"; import "google/type/date.proto"; import "nobody.proto";
		message M { b.N n = 1; .c.O o = 2; google.type.Date d = 3; Inner i = 4; message Inner { N x = 1; } message N { int32 y = 1; } }`)
	r.refer(1, "b.proto", "c.proto")
	r.named["b.proto"] = `syntax = "proto3"; package b; import public "c.proto"; message N { string s = 1; }`
	r.named["c.proto"] = `syntax = "proto3"; package c; message O { enum E { A = 0; } E e = 1; }`
	c := r.open(t, nil)
	raw := text(text(head(1), 1, "\x0a\x01x"), 4, "\x0a\x02\x08\x05")
	got := codectest.CheckDecoder(t, c, codectest.Rows{Raw: [][]byte{raw}})[0]
	const want = `((x), null, null, ((5)))`
	if got.Err != nil || !strings.HasPrefix(got.String(), want) {
		t.Errorf("%s, not %s", got, want)
	}
}

// TestDescriptor: the binary form of a schema is the schema. The bytes are what protoc makes of the text.
func TestDescriptor(t *testing.T) {
	// name "m.proto", package "p", message M { optional sint32 a = 1 (proto3), repeated string l = 2, oneof o { bool b = 3; } }, proto3
	field := func(name string, number, label, typ byte, more string) string {
		return text3(1, name) + "\x18" + string(number) + "\x20" + string(label) + "\x28" + string(typ) + more
	}
	message := text3(1, "M") + text3(2, field("a", 1, 1, 17, "\x48\x01\x88\x01\x01")) + text3(2, field("l", 2, 3, 9, "")) + text3(2, field("b", 3, 1, 8, "\x48\x00")) +
		text3(8, text3(1, "o")) + text3(8, text3(1, "_a"))
	file := text3(1, "m.proto") + text3(2, "p") + text3(4, message) + text3(12, "proto3")
	f, err := parseSchema(base64.StdEncoding.EncodeToString([]byte(file)))
	const want = "syntax = \"proto3\";\npackage p;\n\nmessage M {\n  optional sint32 a = 1;\n  repeated string l = 2;\n\n  oneof o {\n    bool b = 3;\n  }\n}\n"
	if err != nil || strings.ReplaceAll(f.String(), "  \n", "\n") != want {
		t.Errorf("%v\n%s", err, f)
	}
	if _, err := parseSchema("AAAA"); err == nil {
		t.Error("zeros are a schema")
	}
}

// text3 is a field of text.
func text3(number uint64, s string) string {
	return string(append(binary.AppendUvarint(binary.AppendUvarint(nil, number<<3|2), uint64(len(s))), s...))
}

// TestRecursive: a message that contains itself is refused by name.
func TestRecursive(t *testing.T) {
	r := newFakeRegistry(t, `syntax = "proto3"; message Tree { repeated Tree children = 1; }`)
	got := codectest.CheckDecoder(t, r.open(t, nil), codectest.Rows{Raw: [][]byte{head(1)}})[0]
	if got.Err == nil || !strings.Contains(got.Err.Error(), `message "Tree" contains itself`) {
		t.Error(got)
	}
}

// TestNames: Guava's conversions of names.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{"marks": "marksEntry", "some_field": "SomeFieldEntry", "_a__bC": "ABcEntry", "fooBar": "fooBarEntry"} {
		if got := mapEntryName(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, want := range map[string]string{"MarksEntry": "marks", "a.b.SomeFieldEntry": "a.b.some_field", "ABEntry": "a_b", "fooBarEntry": "foo_bar", "Entry": "", "X": "X"} {
		if got := mapFieldName(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, want := range map[string]string{"ok": "ok", "1a": "x1a", "_a": "x_a", "a b": "a_b", "é": "_C3_A9", "": ""} {
		if got := scrubbed(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}

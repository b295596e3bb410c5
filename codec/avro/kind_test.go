package avro

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/codec/schemaregistry"
)

func TestKind(t *testing.T) {
	k := Kind()
	parsed := func(text string, refs ...string) schemaregistry.Parsed {
		p := schemaregistry.Parsed{Text: text}
		for _, r := range refs {
			p.References = append(p.References, schemaregistry.ParsedReference{Name: "r", Text: r})
		}
		return p
	}
	for _, c := range []struct {
		text, want string
		normalize  bool
		refs       []string
	}{
		{` "int" `, `"int"`, false, nil},
		{`{"type":"int"}`, `"int"`, false, nil},
		{`{"type":"int","b":1,"a":{"y":1,"x":2}}`, `{"type":"int","b":1,"a":{"y":1,"x":2}}`, false, nil},
		{`{"type":"int","b":1,"a":2}`, `{"type":"int","a":2,"b":1}`, true, nil},
		{`{"type": "array", "items": "n.R"}`, `{"type":"array","items":"n.R"}`, false, []string{`{"type":"record","name":"R","namespace":"n","fields":[]}`}},
	} {
		got, err := k.Canonical(parsed(c.text, c.refs...), c.normalize)
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v", c.text, got, err)
		}
	}
	if _, err := k.Canonical(parsed(`"n.R"`), false); err == nil {
		t.Error("an unknown name is a schema")
	}
	if !k.Same(parsed(`{"type":"int","b":1,"a":2}`), parsed(`{"type":"int","a":2,"b":1}`)) || k.Same(parsed(`"int"`), parsed(`"long"`)) {
		t.Error("the order of properties counts, or the type does not")
	}
	if got := k.Compatible(parsed(`"long"`), parsed(`"int"`)); len(got) > 0 {
		t.Errorf("long does not read int: %v", got)
	}
	if got := k.Compatible(parsed(`"int"`), parsed(`"long"`)); !slices.Equal(got, []string{"reader type: INT not compatible with writer type: LONG at /"}) {
		t.Errorf("%v", got)
	}
}

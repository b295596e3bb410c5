package debezium

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

// What is deliberately unlike the original, whose record no converter takes: text that cannot be expanded
// after a schema was inferred keeps its own schema, and an array at the root becomes a list.
func TestExpand_UnlikeTheOriginal(t *testing.T) {
	for text, want := range map[string]string{
		`{"big":123456789012345678901234567890}`: "",
		`[]`:                                     "",
		`[1,2]`:                                  "[1, 2]",
		`[{"a":1},{"b":"x"}]`:                    "[(1, null), (null, x)]",
		`{"a":[]}`:                               "()",
		strings.Repeat(`{"a":`, 2000) + "1":      "",
	} {
		var p jsonPayload
		s, v, ok := p.expand("payload", text)
		if got := string(batch.AppendLiteral(nil, s, v)); ok != (want != "") || ok && got != want {
			t.Errorf("%.40s: %s %v, want %s", text, got, ok, want)
		}
	}
}

// Names that are adjusted keep their values, and empty arrays may stay.
func TestExpand_Options(t *testing.T) {
	p := jsonPayload{adjust: fieldNames("avro"), emptyArrays: true, nullBytes: true}
	s, v, ok := p.expand("payload", `{"a-b":1,"1c":[],"d":null}`)
	const want = `(a_b int32?, _1c [string?]?, d bytes?)?:"payload"`
	if got := string(batch.AppendSchema(nil, s)); !ok || got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := string(batch.AppendLiteral(nil, s, v)); got != "(1, [], null)" {
		t.Error(got)
	}
}

func TestAdjuster_Names(t *testing.T) {
	for _, c := range []struct {
		a          adjuster
		name, want string
	}{
		{schemaNames("none"), "a-b", "a-b"},
		{schemaNames("avro"), "1a.b-ö", "_1a.b__"},
		{schemaNames("avro_unicode"), "_a.b-ö𝄞", "_u005fa.b_u002d_u00f6_ud834_udd1e"},
		{fieldNames("avro"), "a.b", "a_b"},
		{fieldNames("avro_unicode"), "1.x", "_u0031_u002ex"},
	} {
		if got := c.a.name(c.name); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

// Nothing is known of what an empty array inside an array holds; reading it must not panic.
func TestExpand_EmptyArrayInAnArray(t *testing.T) {
	for _, text := range []string{"[[]]", `{"a":[[]]}`, "[[[]]]"} {
		p := jsonPayload{}
		if s, v, ok := p.expand("n", text); ok {
			t.Errorf("%s became %s", text, batch.AppendLiteral(nil, s, v))
		}
	}
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{`{"a":[{"b":null},{"b":1.5}],"c":{"d":[]}}`, `[[1],[2]]`, `{"a":1}x`, `{"a":1,"a":[true]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range []jsonPayload{{}, {nullBytes: true, emptyArrays: true, adjust: fieldNames("avro")}} {
			if s, v, ok := p.expand("p", text); ok {
				if err := s.Validate(v); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

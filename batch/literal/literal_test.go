package literal_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
)

// vector is one answer of the original; see testdata/README.
type vector struct {
	Text   string
	Schema json.RawMessage
	Value  json.RawMessage
}

func vectors(t testing.TB, file string) []vector {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []vector
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		t.Fatalf("%s is empty", file)
	}
	return out
}

// schema reads a schema of the conformance protocol; nil for null.
func schema(t testing.TB, raw json.RawMessage) *batch.Schema {
	t.Helper()
	var s *struct {
		Type                string
		Optional            bool
		Name                *string
		Version             *int32
		Parameters          map[string]string
		Default             json.RawMessage
		Items, Keys, Values json.RawMessage
		Fields              []struct {
			Field  string
			Schema json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	if s == nil {
		return nil
	}
	kind := batch.KindInt8
	for strings.ToLower(kind.String()) != s.Type {
		kind++
	}
	b := batch.NewSchema(kind).Optional(s.Optional)
	if s.Name != nil {
		b.Name(*s.Name)
	}
	if s.Version != nil {
		b.Version(*s.Version)
	}
	for k, v := range s.Parameters {
		b.Param(k, v)
	}
	for _, f := range s.Fields {
		b.Field(f.Field, schema(t, f.Schema))
	}
	switch kind {
	case batch.KindArray:
		b.Elem(schema(t, s.Items))
	case batch.KindMap:
		b.Key(schema(t, s.Keys)).Elem(schema(t, s.Values))
	}
	if s.Default != nil {
		b.Default(value(t, b.Build(), s.Default))
	}
	return b.Build()
}

// value reads a tagged value of the conformance protocol.
func value(t testing.TB, s *batch.Schema, raw json.RawMessage) batch.Value {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for tag, v := range m {
		text := strings.Trim(string(v), `"`)
		number := func(bits int) int64 {
			n, err := strconv.ParseInt(text, 10, bits)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		float := func(bits int) float64 {
			f, err := strconv.ParseFloat(text, bits)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		switch tag {
		case "i8":
			return batch.Int8Value(int8(number(8)))
		case "i16":
			return batch.Int16Value(int16(number(16)))
		case "i32":
			return batch.Int32Value(int32(number(32)))
		case "i64":
			return batch.Int64Value(number(64))
		case "f32":
			return batch.Float32Value(float32(float(32)))
		case "f64":
			return batch.Float64Value(float(64))
		case "bool":
			return batch.BooleanValue(text == "true")
		case "millis":
			return batch.DateValue(number(64))
		case "s":
			var text string
			if err := json.Unmarshal(v, &text); err != nil {
				t.Fatal(err)
			}
			return batch.StringValue(text)
		case "b":
			b, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			return batch.BytesValue(b)
		case "decimal":
			var d struct {
				Unscaled string
				Scale    int32
			}
			if err := json.Unmarshal(v, &d); err != nil {
				t.Fatal(err)
			}
			n, _ := new(big.Int).SetString(d.Unscaled, 10)
			return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: n, Scale: d.Scale})
		}
		return nested(t, s, tag, v)
	}
	return batch.Value{}
}

func nested(t testing.TB, s *batch.Schema, tag string, raw json.RawMessage) batch.Value {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if tag == "list" {
		out := []batch.Value{}
		for _, e := range list {
			out = append(out, value(t, nil, e))
		}
		return batch.ArrayValue(out)
	}
	m, fields := &batch.MapValue{}, []batch.Value{}
	for i, e := range list {
		var pair [2]json.RawMessage
		if err := json.Unmarshal(e, &pair); err != nil {
			t.Fatal(err)
		}
		if tag == "struct" {
			fields = append(fields, value(t, s.Fields()[i].Schema, pair[1]))
			continue
		}
		m.Keys = append(m.Keys, value(t, nil, pair[0]))
		m.Values = append(m.Values, value(t, nil, pair[1]))
	}
	if tag == "struct" {
		return batch.StructValueOf(&batch.StructValue{Schema: s, Fields: fields})
	}
	return batch.MapValueOf(m)
}

func TestParse_AnswersOfTheOriginal(t *testing.T) {
	for _, v := range vectors(t, "parse.jsonl") {
		wantSchema := schema(t, v.Schema)
		want := value(t, wantSchema, v.Value)
		gotSchema, got := literal.Parse(v.Text)
		if !got.Equal(want) || !gotSchema.Equal(wantSchema) {
			t.Errorf("%q: got %s %s, want %s %s", v.Text, gotSchema, batch.AppendLiteral(nil, nil, got), wantSchema, batch.AppendLiteral(nil, nil, want))
		}
		if m := got.Map(); m != nil {
			for i := range m.Keys {
				if !m.Keys[i].Equal(want.Map().Keys[i]) {
					t.Errorf("%q: entry %d is %s", v.Text, i, batch.AppendLiteral(nil, nil, m.Keys[i]))
				}
			}
		}
	}
}

func TestAppend_TextsOfTheOriginal(t *testing.T) {
	for _, v := range vectors(t, "text.jsonl") {
		if got := string(literal.Append(nil, value(t, schema(t, v.Schema), v.Value))); got != v.Text {
			t.Errorf("%s: got %s, want %s", v.Value, got, v.Text)
		}
	}
}

func TestParse_HostileTextTakesLinearWork(t *testing.T) {
	const n = 200_000
	for _, text := range []string{
		strings.Repeat("[", n), strings.Repeat("{", n), strings.Repeat("[1,", n), strings.Repeat(`{"a":`, n),
		strings.Repeat("1:", n), "[" + strings.Repeat("1:", n), "[" + strings.Repeat(" ", n), `["` + strings.Repeat(`\:`, n),
		strings.Repeat(`"`, n), "[" + strings.Repeat(`"",`, n), strings.Repeat("[]", n), strings.Repeat(" ", n) + "[1]",
		"[" + strings.Repeat("1,", n) + "1]", strings.Repeat("\\", n), "1e" + strings.Repeat("9", n),
	} {
		if s, v := literal.Parse(text); s == nil || v.IsNull() {
			t.Errorf("%.20q: no value", text)
		}
	}
	var m strings.Builder
	m.WriteByte('{')
	for i := range n {
		m.WriteString(strconv.Itoa(i) + ":" + strconv.Itoa(i%7) + ",")
	}
	m.WriteByte('}')
	if _, v := literal.Parse(m.String()); v.Map() == nil || len(v.Map().Keys) != n {
		t.Error("a map of many entries was not read")
	}
}

func FuzzParse(f *testing.F) {
	for _, v := range vectors(f, "parse.jsonl") {
		f.Add(v.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd")
		s, v := literal.Parse(text)
		if s == nil {
			if strings.TrimFunc(text, func(r rune) bool { return r <= ' ' }) != "null" || !v.IsNull() {
				t.Fatalf("%q has no schema", text)
			}
			return
		}
		again := literal.Append(nil, v)
		if s.Kind() == batch.KindString && !strings.Contains(text, string(again)) {
			t.Fatalf("%q became %q", text, again)
		}
		if s2, v2 := literal.Parse(text); !s2.Equal(s) || !v2.Equal(v) {
			t.Fatalf("%q has two answers", text)
		}
		literal.Parse(string(again))
	})
}

package tagged

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

// plain returns what encoding/json makes of the same text.
func (n Node) plain() any {
	switch n.Kind {
	case 'n':
		return nil
	case 't', 'f':
		return n.Kind == 't'
	case '"':
		return n.Text
	case '0':
		return json.Number(n.Text)
	case '[':
		out := []any{}
		for _, e := range n.Items {
			out = append(out, e.plain())
		}
		return out
	}
	out := map[string]any{}
	for i, e := range n.Items {
		out[n.Names[i]] = e.plain()
	}
	return out
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`null`, ` [ 1 , -2.5e+3,true,false,"a\"\\\/\b\f\n\r\té\ud83d\ude00" ] `, `{"a":{"b":[]},"c":{}}`, `""`, `{"":0}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse([]byte(text))
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var want any
		if wantErr := d.Decode(&want); wantErr != nil || !json.Valid([]byte(text)) {
			if err == nil {
				t.Fatalf("%q was read", text)
			}
			return
		}
		lower := strings.ToLower(text)
		if strings.Contains(lower, `\ud`) || strings.ToValidUTF8(text, "") != text {
			return // lone surrogates and malformed bytes, which encoding/json replaces
		}
		if err != nil || !reflect.DeepEqual(n.plain(), want) {
			t.Fatalf("%q became %v, %v; want %v", text, n.plain(), err, want)
		}
	})
}

func TestParseValue_KeepsSurrogatesAndOrder(t *testing.T) {
	s, err := ParseSchema([]byte(`{"type":"struct","parameters":{"b":"1","a":"2"},"version":3,"doc":"d","name":"N","fields":[` +
		`{"field":"x","schema":{"type":"map","keys":{"type":"string"},"values":{"type":"int64","optional":true}}},` +
		`{"field":"y","schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"default":{"decimal":{"unscaled":"5","scale":2}}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Params(); len(p) != 2 || p[0].Key != "b" || s.Version() != 3 || s.Doc() != "d" || s.Name() != "N" {
		t.Errorf("%v %d %s %s", p, s.Version(), s.Doc(), s.Name())
	}
	if d := s.Field("y").Schema.Default(); d.Decimal() == nil || d.Decimal().Unscaled.Int64() != 5 {
		t.Errorf("default %v", d)
	}
	v, err := ParseValue(s, []byte(`{"struct":[["x",{"map":[[{"s":"\ud83d\ude00"},{"i64":"7"}],[{"s":"a\ud800"},null]]}],["y",null]]}`))
	if err != nil {
		t.Fatal(err)
	}
	m := v.Struct().Fields[0].Map()
	if m.Keys[0].Str() != "😀" || m.Keys[1].Str() != "a\xed\xa0\x80" || m.Values[0].Int() != 7 || !m.Values[1].IsNull() {
		t.Errorf("%s", batch.AppendLiteral(nil, s, v))
	}
	for _, bad := range []string{`5`, `{}`, `{"i8":300}`, `{"zip":1}`, `{"b":"?"}`, `{"decimal":{"unscaled":"x","scale":1}}`, `{"map":[[null]]}`, `{"struct":[["z",null]]}`, `[`} {
		if v, err := ParseValue(s, []byte(bad)); err == nil {
			t.Errorf("%s became %s", bad, batch.AppendLiteral(nil, nil, v))
		}
	}
	for _, bad := range []string{`{"type":"zip"}`, `{"type":"int8","version":"x"}`, `{"type":"int8","default":{"i8":"x"}}`, `{"type":"array","items":{}}`, `{"type":"struct","fields":[{"field":"a","schema":{}}]}`, `{`,
		`{"type":"struct","fields":[{"field":"a","schema":{"type":"int8"}},{"field":"a","schema":{"type":"int8"}}]}`} {
		if _, err := ParseSchema([]byte(bad)); err == nil {
			t.Errorf("%s is a schema", bad)
		}
	}
}

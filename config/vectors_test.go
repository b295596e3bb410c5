package config

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vectors reads a file of answers given by the Java classes that its first line names: fields are
// separated by tabs, texts are JSON strings.
func vectors(t *testing.T, name string, each func(line int, f []string)) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, asked := 0, 0
	for s := bufio.NewScanner(f); s.Scan(); {
		n++
		if line := s.Text(); line != "" && line[0] != '#' {
			asked++
			each(n, strings.Split(line, "\t"))
		}
	}
	if asked < 100 {
		t.Fatalf("%s: only %d answers", name, asked)
	}
}

func unquote(t *testing.T, s string) string {
	t.Helper()
	var out string
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return out
}

func unquoteList(t *testing.T, s string) []string {
	t.Helper()
	out := []string{}
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return out
}

func typeOf(t *testing.T, name string) Type {
	t.Helper()
	for ty := Boolean; ty <= Password; ty++ {
		if ty.String() == name {
			return ty
		}
	}
	t.Fatalf("no type %s", name)
	return 0
}

func latin1(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

func TestProperties_AsJava(t *testing.T) {
	vectors(t, "properties.txt", func(n int, f []string) {
		in := unquote(t, f[1])
		switch f[0] {
		case "load":
			p, err := ParseProperties(strings.NewReader(latin1(in)))
			if err != nil {
				t.Errorf("line %d: %q: %v", n, in, err)
				return
			}
			want := map[string]string{}
			for i := 2; i < len(f); i += 2 {
				want[unquote(t, f[i])] = unquote(t, f[i+1])
			}
			got := p.Map()
			same := len(got) == len(want)
			for k, v := range want {
				if g, ok := got[k]; !ok || g != v {
					same = false
				}
			}
			if !same {
				t.Errorf("line %d: %q: got %q, Java %q", n, in, got, want)
			}
		case "fail":
			_, err := ParseProperties(strings.NewReader(latin1(in)))
			if err == nil || !strings.HasSuffix(err.Error(), unquote(t, f[2])) {
				t.Errorf("line %d: %q: error %v, Java %s", n, in, err, f[2])
			}
		case "store":
			var p Properties
			p.Set(in, unquote(t, f[2]))
			if got := string(p.AppendTo(nil)); got != unquote(t, f[3]) {
				t.Errorf("line %d: %q=%s: wrote %q, Java %s", n, in, f[2], got, f[3])
			}
		}
	})
}

// mapProvider is the provider of the Java side.
type mapProvider map[string]map[string]string

func (m mapProvider) Get(path string, keys []string) (Data, error) {
	d := Data{Values: map[string]string{}}
	for _, k := range keys {
		if v, ok := m[path][k]; ok {
			d.Values[k] = v
		}
	}
	if path == "t" {
		d.TTL, d.HasTTL = 5e6, true
	}
	return d, nil
}

func newMapTransformer() *Transformer {
	return NewTransformer(map[string]Provider{
		"p": mapProvider{
			"":  {"k": "V", "c:d": "CD", "": "E", "r": "${p:k}", "n": `a\$1`},
			"a": {"k": "PV", "c:d": "PCD", "": "PE"},
			"t": {"k": "TV"},
		},
		"": mapProvider{"": {"k": "N"}},
	})
}

func TestTransformer_AsJava(t *testing.T) {
	tr := newMapTransformer()
	vectors(t, "transform.txt", func(n int, f []string) {
		in := unquote(t, f[0])
		out, _, err := tr.Transform(map[string]string{"x": in})
		if err != nil {
			t.Fatal(err)
		}
		if want := unquote(t, f[1]); out["x"] != want {
			t.Errorf("line %d: %q: got %q, Java %q", n, in, out["x"], want)
		}
		if got := HasVariable(in); strconv.FormatBool(got) != f[2] {
			t.Errorf("line %d: HasVariable(%q) = %v", n, in, got)
		}
	})
}

func TestParseText_AsJava(t *testing.T) {
	vectors(t, "parse.txt", func(n int, f []string) {
		in := unquote(t, f[2])
		got, err := ParseText("k.e", in, typeOf(t, f[1]))
		if f[0] == "fail" {
			if err == nil || err.Error() != unquote(t, f[3]) {
				t.Errorf("line %d: %s %q: got %v, %v; Java %s", n, f[1], in, got, err, f[3])
			}
			return
		}
		if err != nil {
			t.Errorf("line %d: %s %q: %v; Java %s", n, f[1], in, err, f[3])
			return
		}
		switch v := got.(type) {
		case []string:
			if want := unquoteList(t, f[3]); !slices.Equal(v, want) {
				t.Errorf("line %d: LIST %q: got %q, Java %q", n, in, v, want)
			}
			return
		case Secret:
			got = v.Reveal()
		}
		if text := JavaText(got); text != unquote(t, f[3]) {
			t.Errorf("line %d: %s %q: got %q, Java %s", n, f[1], in, text, f[3])
		}
	})
}

func validatorsOfJava() map[string]Validator {
	return map[string]Validator{
		"atLeast1": AtLeast(1), "between0and10": Between(0, 10), "atLeast0.5": AtLeast(0.5),
		"between1e7": Between(-1.0, 1e7), "atLeastLong": AtLeast(int64(-1)),
		"in": In("a", "b"), "inOrNull": InOrNull("a"),
		"inIgnoreCase":  InIgnoreCase("only_scan", "hybrid_warn", "hybrid_fail", "service_load"),
		"inIgnoreCase2": InIgnoreCase("disabled", "preparing", "enabled"),
		"nonNull":       NonNullValidator{}, "nonEmpty": NonEmptyString{}, "noControl": NonEmptyStringWithoutControlChars{},
		"anyTT": AnyNonDuplicateValues(true, true), "anyFF": AnyNonDuplicateValues(false, false),
		"listIn": ListIn("a", "b"), "nonEmptyListIn": NonEmptyListIn("a", "b"), "atMost2": AtMostOfSize(2),
		"composite": Composite(NonNullValidator{}, NonEmptyString{}, In("x", "y")),
	}
}

// validationDef is the definition that the Java side validates.
func validationDef() *Def {
	d := NewDef().
		Define(Key{Name: "tasks.max", Type: Int, Default: 1, Validator: AtLeast(1), Group: "Common", Order: 1, Width: WidthShort, DisplayName: "Tasks"}).
		Define(Key{Name: "name", Type: String, Required: true}).
		Define(Key{Name: "transforms", Type: List, Default: "", Validator: AnyNonDuplicateValues(true, false), Importance: Low}).
		Define(Key{Name: "a.parent", Type: String, Default: "x", Group: "g", Order: 1, Dependents: []string{"child", "lost"}}).
		Define(Key{Name: "b.parent", Type: String, Default: "x", Group: "g", Order: 2, Dependents: []string{"child"}}).
		Define(Key{Name: "child", Type: Int, Default: 5}).
		Define(Key{Name: "pass", Type: Password}).
		Define(Key{Name: "ring.a", Type: Int, Default: 5, Group: "g", Order: 3, Dependents: []string{"ring.b"}}).
		Define(Key{Name: "ring.b", Type: Int, Default: 6, Group: "g", Order: 4, Dependents: []string{"ring.a"}})
	for i := range 20 {
		d.Define(Key{Name: "filler." + strconv.Itoa(i), Type: Int, Default: i})
	}
	return d
}

func TestValidators_AsJava(t *testing.T) {
	all := validatorsOfJava()
	values := validationDef().Validate(map[string]string{"tasks.max": "x", "transforms": "a,b,a", "child": "y", "pass": "p"})
	vectors(t, "validators.txt", func(n int, f []string) {
		switch f[0] {
		case "text":
			if got := all[f[1]].String(); got != unquote(t, f[2]) {
				t.Errorf("line %d: %s prints %q, Java %s", n, f[1], got, f[2])
			}
		case "ask":
			var value any
			if f[3] != "null" {
				var err error
				if value, err = ParseText("k.e", unquote(t, f[3]), typeOf(t, f[2])); err != nil {
					t.Fatal(err)
				}
			}
			got := "null"
			if err := all[f[1]].Validate("k.e", value); err != nil {
				got = err.Error()
			}
			want := f[4]
			if want != "null" {
				want = unquote(t, want)
			}
			if got != want {
				t.Errorf("line %d: %s of %s %s: got %q, Java %q", n, f[1], f[2], f[3], got, want)
			}
		case "value":
			v := values[0]
			values = values[1:]
			want := f[2]
			if want != "null" {
				want = unquote(t, want)
			}
			if v.Name != unquote(t, f[1]) || JavaText(v.Value) != want || strconv.FormatBool(v.Visible) != f[3] || !slices.Equal(v.Errors, unquoteList(t, f[4])) {
				t.Errorf("line %d: got %+v, Java %q", n, v, f[1:])
			}
		case "default":
			k := Key{Name: f[1], Type: Long}
			k.Default, _ = strconv.ParseInt(f[2], 10, 64)
			if got := k.DefaultText(); got != unquote(t, f[3]) {
				t.Errorf("line %d: default of %s %s: %q, Java %s", n, f[1], f[2], got, f[3])
			}
		}
	})
	if len(values) > 0 {
		t.Errorf("Java does not have %v", values)
	}
}

package jsonpath

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
)

// What the original finds: a line per path, for the document before it.
//
//go:embed testdata/vectors.jsonl
var vectors []byte

type vector struct {
	Doc, Found           json.RawMessage
	Path, Refused, Error string
}

func eachVector(t testing.TB, f func(doc batch.Value, v vector)) {
	lines := bufio.NewScanner(bytes.NewReader(vectors))
	lines.Scan() // names the version
	var doc batch.Value
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if v.Doc != nil {
			doc = parsed(t, v.Doc)
			continue
		}
		f(doc, v)
	}
}

func parsed(t testing.TB, text []byte) batch.Value {
	v, err := parseJSON(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sortedText shows values in an order of their own: objects are read in any order.
func sortedText(v []batch.Value) string {
	var texts []string
	for _, e := range v {
		texts = append(texts, string(inOrder(e).AppendKey(nil)))
	}
	slices.Sort(texts)
	return strings.Join(texts, "\n")
}

// inOrder sorts the members of objects.
func inOrder(v batch.Value) batch.Value {
	switch v.Tag() {
	case batch.TagArray:
		out := slices.Clone(v.Array())
		for i := range out {
			out[i] = inOrder(out[i])
		}
		return batch.ArrayValue(out)
	case batch.TagMap:
		m := v.Map()
		out := &batch.MapValue{}
		names := slices.Clone(m.Keys)
		slices.SortFunc(names, func(a, b batch.Value) int { return strings.Compare(a.Str(), b.Str()) })
		for _, n := range names {
			e, _ := m.Get(n)
			out.Put(n, inOrder(e))
		}
		return batch.MapValueOf(out)
	}
	return v
}

// refusedHere are paths that work in the original and are refused at compilation.
var refusedHere = []string{"$.foo()", "$.list.index(1)"}

func TestSelect_FindsWhatTheOriginalFinds(t *testing.T) {
	n := 0
	eachVector(t, func(doc batch.Value, v vector) {
		n++
		p, err := Compile(v.Path)
		if err != nil {
			if v.Refused == "" && !slices.Contains(refusedHere, v.Path) {
				t.Errorf("%s: %v, want it accepted", v.Path, err)
			}
			return
		}
		if v.Refused != "" {
			t.Errorf("%s is accepted, want %s", v.Path, v.Refused)
			return
		}
		found, err := p.Select(doc)
		class := ""
		if j, ok := err.(interface{ JavaClass() string }); ok {
			class = j.JavaClass()
		}
		if class != v.Error {
			t.Errorf("%s: %v, want %s %s", v.Path, err, v.Error, v.Found)
			return
		}
		if err != nil {
			return
		}
		if want := parsed(t, v.Found).Array(); sortedText(found) != sortedText(want) {
			t.Errorf("%s: found %s, want %s", v.Path, batch.AppendLiteral(nil, nil, batch.ArrayValue(found)), v.Found)
		}
	})
	if n < 200 {
		t.Fatalf("%d vectors", n)
	}
}

func TestSelect_ReadsStructsAsMaps(t *testing.T) {
	inner := batch.NewSchema(batch.KindStruct).Field("x", batch.From(batch.Of(batch.KindInt32, true)).Default(batch.Int32Value(7)).Build()).Build()
	s := batch.NewSchema(batch.KindStruct).Field("in", inner).Field("s", batch.Of(batch.KindString, true)).Build()
	st := batch.NewStructValue(s)
	st.Fields[0] = batch.StructValueOf(batch.NewStructValue(inner))
	doc := batch.StructValueOf(st)
	for path, want := range map[string]int{"$.in[?(@.x == 7)]": 1, "$.in[?(@.x == 8)]": 0, "$[?(@.s)]": 1, "$..x": 1, "$.*": 2, "$[?(@.in.length() == 1)]": 1} {
		p, err := Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := p.Select(doc); err != nil || len(found) != want {
			t.Errorf("%s: %d found, %v, want %d", path, len(found), err, want)
		}
	}
}

func TestCompile_BoundsDepth(t *testing.T) {
	for _, path := range []string{
		"$" + strings.Repeat("[?(@", 5000) + strings.Repeat(")]", 5000),
		"$[?(" + strings.Repeat("(", 5000) + "@.a" + strings.Repeat(")", 5000) + ")]",
		"$[?(" + strings.Repeat("!(", 5000) + "@.a" + strings.Repeat(")", 5000) + ")]",
	} {
		if _, err := Compile(path); err == nil || !strings.Contains(err.Error(), "nest deeper") {
			t.Errorf("%.20s…: %v", path, err)
		}
	}
}

func TestSelect_BoundsWork(t *testing.T) {
	v := batch.Int32Value(1)
	for range 12 {
		v = batch.ArrayValue([]batch.Value{v, v, v, v})
	}
	for _, path := range []string{"$..*", "$[-2147483648:4]", "$[?(@..*)]"} {
		p, err := Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Select(v); err == nil || !strings.Contains(err.Error(), "visits more than") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func FuzzCompile(f *testing.F) {
	eachVector(f, func(_ batch.Value, v vector) { f.Add(v.Path, uint64(1)) })
	f.Fuzz(func(t *testing.T, path string, seed uint64) {
		p, err := Compile(path)
		if err != nil {
			return
		}
		doc := batchtest.NewRandom(seed).Schemaless()
		found, err := p.Select(doc)
		again, err2 := p.Select(doc)
		if (err == nil) != (err2 == nil) || sortedText(found) != sortedText(again) {
			t.Fatalf("%s on seed %d: two runs differ: %v, %v", path, seed, err, err2)
		}
		if p.definite && err == nil && len(found) != 1 {
			t.Fatalf("%s is definite and finds %d values", path, len(found))
		}
	})
}

package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/config"
)

// A file is read without panic, every place is in it, and where nothing is found wrong, the values are those
// that encoding/json and package config read.
func FuzzParseFile(f *testing.F) {
	for _, text := range []string{`{"name":"a","tasks.max":1,"b":true}`, `{"name":"a","config":{"x":"y"}}`, "a=b\n c : d\\\n e\nf", `{"a":[1,{}],"b":null,"a":1}`, "{", "\ufeff{}", `a=\u12`, `{"a":"b"} x`} {
		f.Add("c.json", text)
		f.Add("c.properties", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		file := ParseFile(name, []byte(text))
		lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
		if !isJSON(name, []byte(text)) {
			lines = propertyLines(text)
		}
		inside := func(p Position) bool {
			return p.Line >= 1 && p.Line <= len(lines) && p.Column >= 1 && p.Column <= len(lines[p.Line-1])+1
		}
		for _, e := range file.Entries {
			if !inside(e.At) || !inside(e.ValueAt) {
				t.Errorf("%q at %v, its value at %v of %q", e.Key, e.At, e.ValueAt, text)
			}
		}
		for _, d := range file.Findings {
			if !inside(d.Position) {
				t.Errorf("%+v of %q", d, text)
			}
		}
		if len(file.Findings) > 0 {
			return
		}
		want := map[string]string{}
		if isJSON(name, []byte(text)) {
			var all map[string]any
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			if err := d.Decode(&all); err != nil {
				t.Fatalf("%q: nothing is wrong, but %v", text, err)
			}
			if inner, ok := all["config"].(map[string]any); ok {
				if _, named := all["name"]; named {
					inner["name"] = all["name"]
				}
				all = inner
			}
			for k, v := range all {
				want[k] = fmt.Sprint(v)
			}
		} else {
			props, err := config.ParseProperties(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%q: nothing is wrong, but %v", text, err)
			}
			want = props.Map()
		}
		if got := file.Map(); !maps.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	})
}

// Records of any text are read without panic; plain JSON that became data and plain JSON again stays so.
func FuzzReadRecords(f *testing.F) {
	for _, text := range []string{`{"value":{"a":[1,2.5,-0,1e300,"x",null,true,{}]}}`, `{"key":{"$base64":"AAE="},"headers":{"a":1}}`, `{"headers":[{"name":"a","value":1}],"timestamp":"5"}`,
		`{"value":{"schema":{"type":"int8"},"value":{"i8":5}}}`, `{"topic":"t","partition":1,"offset":2}`, "{}\n\n{}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		records, err := ReadRecords(strings.NewReader(text), "r")
		if err != nil {
			return
		}
		for _, r := range records {
			if r.Value.Form != DatumPlain {
				continue
			}
			v, err := plainValue(r.Value.Plain)
			if err != nil {
				continue // a number that no double holds
			}
			once := appendPlain(nil, v)
			n, err := tagged.Parse(once)
			if err != nil {
				t.Fatalf("%s: %v", once, err)
			}
			again, err := plainValue(n)
			if err != nil || string(appendPlain(nil, again)) != string(once) {
				t.Errorf("%s is %s the second time: %v", once, appendPlain(nil, again), err)
			}
			s := &State{Topic: r.Topic, Partition: batch.NoPartition, Timestamp: batch.NoTimestamp, Value: v}
			want := tagged.Node{Kind: '{', Names: []string{"value"}, Items: []tagged.Node{n}}
			if isTyped(n) || isBase64(n) || n.IsNull() {
				continue
			}
			if d := compare(want, &Trace{Record: r, Start: s}); d != "" {
				t.Errorf("%s differs from itself: %s", once, d)
			}
		}
	})
}

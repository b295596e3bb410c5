package engine_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/file"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
)

// recorded is one request of e2e/testdata/rest and what Java 4.3.1 answered.
type recorded struct {
	name, request, body string
	status              int
	answer              any
}

// readRecorded reads a script and its golden file.
func readRecorded(t *testing.T, script string) []recorded {
	t.Helper()
	read := func(name string) map[string][]string {
		text, err := os.ReadFile("../e2e/testdata/rest/" + name)
		if err != nil {
			t.Fatal(err)
		}
		cases := map[string][]string{}
		name = ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			if c, ok := strings.CutPrefix(line, "== "); ok {
				name = c
			} else if name != "" {
				cases[name] = append(cases[name], line)
			}
		}
		return cases
	}
	scripts, golden := read(script+".txt"), read(script+".java-4.3.1.golden")
	var out []recorded
	for name, lines := range scripts {
		r := recorded{name: name, request: lines[0], body: strings.TrimSpace(strings.Join(lines[1:], "\n"))}
		if _, err := fmt.Sscan(golden[name][0], &r.status); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var body strings.Builder
		for _, l := range golden[name][1:] {
			if b, ok := strings.CutPrefix(l, "| "); ok {
				body.WriteString(b + "\n")
			}
		}
		if err := json.Unmarshal([]byte(body.String()), &r.answer); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, r)
	}
	sort.Slice(out, func(i, k int) bool { return out[i].name < out[k].name })
	return out
}

// standalone is the worker that the answers were recorded on, with the classes that exist.
func standalone(t *testing.T) *engine.Worker {
	t.Helper()
	w, err := engine.NewWorker(engine.Options{
		Config: pairs("bootstrap.servers=127.0.0.1:1", "key.converter=org.apache.kafka.connect.json.JsonConverter",
			"value.converter=org.apache.kafka.connect.json.JsonConverter"),
		Plugins: plugin.Set{
			Converters: codec.NewSet(append(append(primitive.Classes(), header.Classes()...), connectjson.Classes()...)...),
			Connectors: connectors.NewSet(append(file.Classes(), mirrors()...)...),
			Transforms: transformClasses(), Predicates: predicateClasses(),
		},
		Transformer: config.NewTransformer(nil),
		Pool:        batch.NewPool(mem.Checked(t)),
		Offsets:     &memoryOffsets{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// mirrors are the further connectors of the recorded worker, of which only the names show.
func mirrors() (out []*connectors.Class) {
	for _, n := range []string{"Checkpoint", "Heartbeat", "Source"} {
		out = append(out, &connectors.Class{Name: "org.apache.kafka.connect.mirror.Mirror" + n + "Connector", Version: "4.3.1",
			NewSource: func() connectors.SourceConnector { return fakeSourceConnector{&fakeConnector{}} }})
	}
	return out
}

func TestValidate_AnswersAsTheOriginal(t *testing.T) {
	w := standalone(t)
	// The original had been asked for this class before, which changes its text.
	if _, err := w.Validate(t.Context(), pairs("connector.class=NoSuch")); err == nil ||
		!strings.HasPrefix(err.Error(), "Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: PluginDesc{klass=class ") {
		t.Errorf("error is %v", err)
	}
	tested := 0
	for _, r := range readRecorded(t, "20-validate") {
		path, ok := strings.CutPrefix(r.request, "PUT /connector-plugins/")
		if !ok {
			continue // REST refuses it before the worker sees it
		}
		var body map[string]any
		if json.Unmarshal([]byte(r.body), &body) != nil || body == nil || r.status == 400 {
			continue // the same
		}
		props := map[string]string{}
		var nulls []string
		for k, v := range body {
			switch v.(type) {
			case nil:
				nulls = append(nulls, k)
			case string, bool:
				props[k] = fmt.Sprint(v)
			case float64: // as its text stands
				_, rest, _ := strings.Cut(r.body, `"`+k+`":`)
				props[k] = rest[:strings.IndexAny(rest, ",}")]
			}
		}
		if r.status == 500 && strings.HasPrefix(r.answer.(map[string]any)["message"].(string), "Cannot deserialize") {
			continue
		}
		tested++
		t.Run(r.name, func(t *testing.T) {
			v, err := w.Validate(t.Context(), props, nulls...)
			if r.status != 200 {
				compareError(t, err, r.answer.(map[string]any)["message"].(string))
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			diff(t, "", validationJSON(v), r.answer)
		})
	}
	if tested < 54 {
		t.Errorf("%d cases were compared", tested)
	}
}

// compareError compares with the text of an answer that is the exception as a string. Where the plugins
// lie in the original's file system is its own.
func compareError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %s", want)
	}
	var j interface{ JavaClass() string }
	if !errors.As(err, &j) {
		t.Fatalf("%v has no class", err)
	}
	got := j.JavaClass() + ": " + err.Error()
	if got, want := withoutLocation(got), withoutLocation(want); got != want {
		t.Errorf("error is\n%s\nwant\n%s", got, want)
	}
}

func withoutLocation(s string) string {
	for {
		before, rest, ok := strings.Cut(s, "location='")
		if !ok {
			return s
		}
		_, after, _ := strings.Cut(rest, "'")
		s = before + "location" + after
	}
}

// diff reports where two JSON values differ.
func diff(t *testing.T, path string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for k := range w {
			if _, ok := g[k]; !ok {
				t.Errorf("%s/%s is missing", path, k)
				continue
			}
			diff(t, path+"/"+k, g[k], w[k])
		}
		for k := range g {
			if _, ok := w[k]; !ok {
				t.Errorf("%s/%s is too much", path, k)
			}
		}
		return
	case []any:
		g, ok := got.([]any)
		if !ok {
			break
		}
		for i := range max(len(g), len(w)) {
			switch {
			case i >= len(g):
				t.Errorf("%s/%d is missing: %v", path, i, w[i])
			case i >= len(w):
				t.Errorf("%s/%d is too much: %v", path, i, g[i])
			default:
				diff(t, path+"/"+nameAt(w, i), g[i], w[i])
			}
		}
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %#v, want %#v", path, got, want)
	}
}

// nameAt is the name of a config in a list of them, or its position.
func nameAt(list []any, i int) string {
	m, _ := list[i].(map[string]any)
	v, _ := m["value"].(map[string]any)
	if name, ok := v["name"].(string); ok {
		return fmt.Sprintf("%d %s", i, name)
	}
	return fmt.Sprint(i)
}

// validationJSON renders a validation as the REST API does.
func validationJSON(v *connectors.Validation) any {
	configs := []any{}
	for _, c := range v.Configs {
		m := map[string]any{"definition": nil, "value": nil}
		if c.Definition != nil {
			m["definition"] = keyJSON(c.Definition)
		}
		if c.Value != nil {
			m["value"] = valueJSON(c.Value)
		}
		configs = append(configs, m)
	}
	return map[string]any{"name": v.Name, "error_count": float64(v.ErrorCount), "groups": texts(v.Groups), "configs": configs}
}

func keyJSON(k *config.Key) any {
	m := map[string]any{
		"name": k.Name, "type": k.Type.String(), "required": k.Required, "default_value": nil, "importance": k.Importance.String(),
		"documentation": digest(k.Doc), "group": nil, "order_in_group": float64(k.Order), "width": k.Width.String(),
		"display_name": k.DisplayName, "dependents": texts(k.Dependents),
	}
	if d, ok := config.ConvertToString(k.Default); ok && !k.Required {
		m["default_value"] = d
	}
	if k.Group != "" {
		m["group"] = k.Group
	} else if k.Order == 0 {
		m["order_in_group"] = float64(-1)
	}
	if k.DisplayName == "" {
		m["display_name"] = k.Name
	}
	return m
}

func valueJSON(c *config.ConfigValue) any {
	m := map[string]any{"name": c.Name, "value": nil, "recommended_values": texts(c.RecommendedTexts()), "errors": texts(c.Errors), "visible": c.Visible}
	if v, ok := c.Text(); ok {
		m["value"] = v
	}
	return m
}

func texts(list []string) []any {
	out := []any{}
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// digest stands for a documentation text as the golden files do.
func digest(text string) string {
	words := strings.Fields(text)
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%s… (%d bytes, %x)", strings.Join(words[:min(4, len(words))], " "), len(text), sum[:6])
}

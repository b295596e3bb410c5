package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

func TestReadConnectorFile(t *testing.T) {
	type m = map[string]string
	for name, c := range map[string]struct {
		text    string
		name    string
		config  m
		initial connectors.TargetState
		fails   string // @ stands for the path
	}{
		"properties":              {text: "name=c1\nconnector.class=X\n", name: "c1", config: m{"name": "c1", "connector.class": "X"}},
		"properties without name": {text: "connector.class=X\n", fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
		"broken escape":           {text: "name=\\u12", fails: "@: "},
		"empty":                   {text: "", fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
		"flat JSON":               {text: `{"name":"c1","tasks.max":2,"x":1.50,"b":true,"gone":null}`, name: "c1", config: m{"name": "c1", "tasks.max": "2", "x": "1.50", "b": "true"}},
		"a member twice":          {text: `{"name":"a","name":"c1"}`, name: "c1", config: m{"name": "c1"}},
		"more after the object":   {text: `{"name":"c1"} x`, name: "c1", config: m{"name": "c1"}},
		"flat JSON without name":  {text: `{"tasks.max":"2"}`, fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
		"create request":          {text: `{"name":"c1","config":{"tasks.max":2}}`, name: "c1", config: m{"name": "c1", "tasks.max": "2"}},
		"create request, paused":  {text: `{"name":"c1","config":{"name":"c1"},"initial_state":"paused","unknown":[1]}`, name: "c1", config: m{"name": "c1"}, initial: connectors.TargetPaused},
		"create request, stopped": {text: `{"name":"c1","config":{},"initial_state":"STOPPED"}`, name: "c1", config: m{"name": "c1"}, initial: connectors.TargetStopped},
		"create request, running": {text: `{"name":"c1","config":{},"initial_state":"RUNNING"}`, name: "c1", config: m{"name": "c1"}, initial: connectors.TargetStarted},
		"null config":             {text: `{"name":"c1","config":null}`, name: "c1", config: m{"name": "c1"}},
		"two names":               {text: `{"name":"c1","config":{"name":"c2"}}`, fails: "Connector name configuration in 'config' doesn't match the one specified in 'name' at '@'"},
		"no config":               {text: `{"name":"c1","x":[]}`, fails: "connector configuration at '@' has no config"},
		"unknown state":           {text: `{"name":"c1","config":{},"initial_state":"ASLEEP"}`, fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
		"nested config":           {text: `{"name":"c1","config":{"a":{}}}`, fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
		"cut JSON":                {text: `{"name":"c1",`, fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
		"list":                    {text: `["name"]`, fails: "Connector configuration at '@' is missing the mandatory 'name' configuration"},
	} {
		path := filepath.Join(t.TempDir(), "c")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		have, err := readConnectorFile(path)
		switch want := strings.ReplaceAll(c.fails, "@", path); {
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%s: %v, want %s", name, err, want)
		case want != "":
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case have.name != c.name || !maps.Equal(have.config, c.config) || have.initial != c.initial:
			t.Errorf("%s: %+v", name, have)
		}
	}
	if _, err := readConnectorFile("none.properties"); err == nil || !strings.Contains(err.Error(), "none.properties") {
		t.Errorf("missing file: %v", err)
	}
}

// FuzzFlatJSON compares with the library's own reading of the same object.
func FuzzFlatJSON(f *testing.F) {
	for _, s := range []string{`{"a":"b"}`, `{"a":1e9,"b":null,"c":true}`, `{`, `{"a":[]}`, `{"a":1,"a":null}`, `[]`, `{"a":"\ud83d"} x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, flat := map[string]string{}, true
		var all map[string]any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&all); err != nil || all == nil {
			flat = false
		}
		for k, v := range all {
			switch v.(type) {
			case map[string]any, []any:
				flat = false
			case nil:
			default:
				want[k] = fmt.Sprint(v)
			}
		}
		have, err := flatJSON(text)
		// A later member hides a nested earlier one of its name from the library, and not from Java.
		nested := bytes.ContainsRune(text, '[') || bytes.Count(text, []byte("{")) > 1
		if flat && (err != nil && !nested || err == nil && !maps.Equal(have, want)) {
			t.Fatalf("%q, %v, want %q", have, err, want)
		}
		if !flat && err == nil {
			t.Fatalf("%q is no flat object", text)
		}
	})
}

package protobuf

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/codec"
)

// fakeRegistry keeps texts by id, as a registry does. What a schema refers to has the subject of its name.
type fakeRegistry struct {
	*httptest.Server
	mu    sync.Mutex
	texts []string // of id 1, 2, …
	refs  map[int][]map[string]any
	named map[string]string // texts that are referred to, by name
}

func newFakeRegistry(t testing.TB, texts ...string) *fakeRegistry {
	r := &fakeRegistry{texts: texts, refs: map[int][]map[string]any{}, named: map[string]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

// refer lets a schema refer to others by name.
func (r *fakeRegistry) refer(id int, names ...string) {
	for _, n := range names {
		r.refs[id] = append(r.refs[id], map[string]any{"name": n, "subject": n, "version": 1})
	}
}

func (r *fakeRegistry) serve(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var body struct{ Schema string }
	if q.Method == http.MethodPost {
		if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	answer := map[string]any{"schemaType": "PROTOBUF"}
	switch parts := strings.Split(strings.Trim(q.URL.Path, "/"), "/"); {
	case parts[0] == "schemas":
		var id int
		_, _ = fmt.Sscan(parts[2], &id)
		if id < 1 || id > len(r.texts) {
			w.WriteHeader(http.StatusNotFound)
			answer["error_code"], answer["message"] = 40403, "Schema not found"
			break
		}
		answer["schema"] = r.texts[id-1]
		if refs := r.refs[id]; refs != nil {
			answer["references"] = refs
		}
	case q.Method == http.MethodGet:
		name := strings.TrimSuffix(strings.TrimPrefix(q.URL.Path, "/subjects/"), "/versions/1")
		answer["schema"], answer["subject"], answer["version"], answer["id"] = r.named[name], name, 1, 99
	default:
		id := 0
		for i, text := range r.texts {
			if text == body.Schema {
				id = i + 1
			}
		}
		if id == 0 {
			r.texts = append(r.texts, body.Schema)
			id = len(r.texts)
		}
		answer["id"], answer["version"], answer["subject"], answer["schema"] = id, 1, parts[1], body.Schema
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		panic(err)
	}
}

// open returns a converter of r with further properties.
func (r *fakeRegistry) open(t testing.TB, props map[string]string) *converter {
	t.Helper()
	all := map[string]string{"schema.registry.url": r.URL}
	for k, v := range props {
		all[k] = v
	}
	c, err := Classes()[0].New(all, false, codec.Context{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c.(*converter)
}

package avro

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

// fakeRegistry keeps texts by id and subject, as a registry does.
type fakeRegistry struct {
	*httptest.Server
	mu     sync.Mutex
	texts  []string       // of id 1, 2, …
	ids    map[string]int // by text
	latest map[string]int
}

func newFakeRegistry(t testing.TB, texts ...string) *fakeRegistry {
	r := &fakeRegistry{ids: map[string]int{}, latest: map[string]int{}}
	for _, text := range texts {
		r.add(text)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *fakeRegistry) add(text string) int {
	if id, ok := r.ids[text]; ok {
		return id
	}
	r.texts = append(r.texts, text)
	r.ids[text] = len(r.texts)
	return len(r.texts)
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
	answer := map[string]any{}
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
	case q.Method == http.MethodGet: // latest
		id := r.latest[parts[1]]
		answer["id"], answer["version"], answer["schema"], answer["subject"] = id, 1, r.texts[id-1], parts[1]
	default:
		id := r.add(body.Schema)
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

var _ codec.Converter = (*converter)(nil)

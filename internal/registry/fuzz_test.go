package registry

import (
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzRequests: whatever comes, answers are JSON, nothing is the server's own failure, and the journal gives the same
// state back.
func FuzzRequests(f *testing.F) {
	for _, body := range []string{
		`{"schema":"\"int\""}`, `{"schemaType":"JSON","schema":"{}","references":[{"name":"a","subject":"s","version":1}]}`,
		`{"id":-5,"version":-1,"schema":"1"}`, `{"mode":"IMPORT"}`, `{"compatibility":"NONE","normalize":true}`, `{"schema":7}`, `null`, `[`, `{"schema":"x","metadata":{"properties":{"a":"b"}},"ruleSet":{"x":[]}}`,
	} {
		f.Add("/subjects/s/versions", body)
	}
	f.Add("/config/s", `{"compatibility":"FULL"}`)
	f.Add("/mode?force=true", `{"mode":"IMPORT"}`)
	f.Add("/subjects/s/versions/latest?permanent=true", "")
	f.Fuzz(func(t *testing.T, target, body string) {
		if !strings.HasPrefix(target, "/") || strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return
		}
		path := filepath.Join(t.TempDir(), "schemas.jsonl")
		s, err := Open(path, letters)
		if err != nil {
			t.Fatal(err)
		}
		s.journal.sync = func() error { return nil } // a fuzzer does not wait for disks
		ask := func(method, target string) string {
			r := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
			u, err := r.URL.Parse(target)
			if err != nil {
				return ""
			}
			r.URL = u
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if w.Code >= 500 || w.Code < 300 && !strings.HasSuffix(u.Path, "/schema") && !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s %s %s: %d %s", method, target, body, w.Code, w.Body)
			}
			return w.Body.String()
		}
		for _, method := range []string{"PUT", "POST", "POST", "GET", "DELETE", "DELETE", "POST"} {
			ask(method, target)
		}
		want := ask("GET", "/schemas?deleted=true") + ask("GET", "/config/s") + ask("GET", "/mode/s")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(path, letters); err != nil {
			t.Fatal(err)
		}
		if got := ask("GET", "/schemas?deleted=true") + ask("GET", "/config/s") + ask("GET", "/mode/s"); got != want {
			t.Errorf("%s %s: before\n%s\nafter\n%s", target, body, want, got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

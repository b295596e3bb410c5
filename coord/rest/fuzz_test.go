package rest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// newFuzzed is a server whose herder neither fails nor keeps anything: every status from 500 on is a fault.
func newFuzzed(f *testing.F) *Server {
	s := newServer(f, nil)
	s.Ready(&fakeHerder{calm: true, health: coord.Health{Ready: true, Live: true}}, newLoggers())
	return s
}

// FuzzBody sends a body to every method that reads one. Whatever it is: no panic, a JSON answer, and not
// the server's fault.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"name":"a","config":{"connector.class":"C","n":1.0,"b":true,"z":null}}`, `{"name":"n","initial_state":"paused","config":{}}`, `{"level":"DEBUG"}`,
		`{"offsets":[{"partition":{"a":1},"offset":{"o":[1,{"x":2e3}]}},{"partition":null}]}`, `[{"a":"b"},{}]`, `{"a":{`, "\xef\xbb\xbf[]", `"\ud800"`, "[[[[", `{"a":1,"a":2}`, "null", "", " ",
	} {
		f.Add(s)
	}
	s := newFuzzed(f)
	paths := []string{
		"POST /connectors", "PUT /connectors/a/config", "PATCH /connectors/a/config", "PATCH /connectors/a/offsets", "POST /connectors/a/tasks",
		"PUT /connectors/a/fence", "PUT /connectors/a/pause", "PUT /connector-plugins/x/config/validate", "PUT /admin/loggers/org.a",
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range paths {
			got := ask(t, s, fmt.Sprintf("%s HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body))
			if got.body != "" && !json.Valid([]byte(got.body)) {
				t.Fatalf("%s: %s", path, got.body)
			}
			if got.code >= 500 {
				t.Fatalf("%s: %d %s", path, got.code, got.body)
			}
			if got.code == 400 && !json.Valid([]byte(body)) && !strings.Contains(got.body, "error_code") {
				t.Fatalf("%s: %s", path, got.body)
			}
		}
	})
}

// FuzzTarget sends any path and query with any method and headers.
func FuzzTarget(f *testing.F) {
	f.Add("GET", "/connectors?expand=info&expand=%zz", "*/*", "")
	f.Add("POST", "/connectors/a%2Fb;x=1/restart?includeTasks=true&&=;", "application/json;q=0", "application/json")
	f.Add("OPTIONS", "/admin/loggers//", "image/*, got.body/plain", "a/b; c")
	f.Add("HEAD", "/connectors/%FF/tasks/-1/status/", ",;", "junk")
	f.Add("PUT", "//..//%2e%2e/?", "", "")
	s := newFuzzed(f)
	f.Fuzz(func(t *testing.T, method, target, accept, media string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: w\r\nAccept: " + accept + "\r\nContent-Type: " + media + "\r\n\r\n")))
		if err != nil {
			return // the HTTP server itself refuses it
		}
		w := httptest.NewRecorder()
		s.servers[0].Handler.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if kind := w.Header().Get("Content-Type"); kind == mediaJSON && r.Method != http.MethodOptions && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s", w.Body)
		}
		if l := w.Header().Get("Location"); strings.ContainsFunc(l, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("Location %q", l)
		}
	})
}

// FuzzParseJSON compares the parser with encoding/json, and what it makes of a config.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":"b"}`, `{"a":1e5,"b":[{}]}`, `[1,2`, `"x"`, "\xff", `{"a":null,"a":true}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := parseJSON(body)
		valid := json.Valid([]byte(strings.TrimPrefix(string(body), "\xef\xbb\xbf"))) && utf8.Valid(body)
		if (err == nil) != valid && !(err != nil && strings.Contains(err.Error(), "inside of each other")) {
			t.Fatalf("%q: %v, valid is %v", body, err, valid)
		}
		if err != nil || v.kind != kindObject {
			return
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(string(body), "\xef\xbb\xbf")), &want); err != nil {
			t.Fatal(err)
		}
		m, err := texts(&v, "body")
		if err != nil {
			return
		}
		if len(m) != len(want) {
			t.Fatalf("%q: %d keys, want %d", body, len(m), len(want))
		}
		for k, s := range m {
			if w, ok := want[k].(string); ok && (s == nil || *s != w) || want[k] == nil && s != nil {
				t.Fatalf("%q: %q is %v, want %v", body, k, s, want[k])
			}
		}
	})
}

func TestInitialState_IsJavasEnum(t *testing.T) {
	for text, want := range map[string]connectors.TargetState{"running": connectors.TargetStarted, "PAUSED": connectors.TargetPaused, "Stopped": connectors.TargetStopped} {
		if got, err := initialState(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if _, err := initialState(""); err == nil {
		t.Error("the empty text is a state")
	}
}

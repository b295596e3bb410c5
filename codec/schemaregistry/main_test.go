package schemaregistry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"context"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/registry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// def is what a converter of these tests knows.
var def = Define(config.NewDef())

// exchange is one request as a server saw it.
type exchange struct {
	call, body string
	header     http.Header
}

// server is a registry that writes down what it is asked and may answer wrongly.
type server struct {
	*httptest.Server
	*registry.Store

	mu   sync.Mutex
	seen []exchange
	// wrong answers the nth request (from 0) and returns true, or leaves it to the registry.
	wrong func(n int, w http.ResponseWriter, r *http.Request) bool
}

func newServer(t *testing.T) *server {
	s := &server{Store: registry.New()}
	inner := s.Handler()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		s.mu.Lock()
		n, wrong := len(s.seen), s.wrong
		s.seen = append(s.seen, exchange{r.Method + " " + r.RequestURI, string(body), r.Header})
		s.mu.Unlock()
		if wrong == nil || !wrong(n, w, r) {
			inner.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) Close() { s.Server.Close() }

// take returns the calls since the last take.
func (s *server) take() []exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

func (s *server) calls() (list []string) {
	for _, e := range s.take() {
		list = append(list, e.call)
	}
	return list
}

// always answers every request with a status and a body.
func always(status int, body string) func(int, http.ResponseWriter, *http.Request) bool {
	return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// open opens a registry; pairs are keys and values after the URL.
func open(t *testing.T, url string, o Options, pairs ...string) *Registry {
	t.Helper()
	r, err := tryOpen(url, o, pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	r.client.wait = func(context.Context, time.Duration) error { return nil }
	return r
}

func tryOpen(url string, o Options, pairs ...string) (*Registry, error) {
	props := map[string]string{keyURL: url}
	for i := 0; i < len(pairs); i += 2 {
		props[pairs[i]] = pairs[i+1]
	}
	v, err := def.Parse(props)
	if err != nil {
		return nil, err
	}
	if o.Format == "" {
		o.Format = Avro
	}
	return Open(v, o)
}

// schema is an Avro schema of the given text.
func schema(text string) *Schema { return &Schema{Type: Avro, Text: text} }

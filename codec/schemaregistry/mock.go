package schemaregistry

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/registry"
)

// Kind is what a format knows of its schemas: what an embedded registry asks.
type Kind = registry.Kind

// Parsed is a schema with what it refers to, as a Kind sees it.
type Parsed = registry.Parsed

// ParsedReference is a schema that a Parsed one refers to.
type ParsedReference = registry.Resolved

// Mocks are the in-memory registries of mock:// URLs: one for each scope, shared by the converters of a process.
// Safe for concurrent use. Source: MockSchemaRegistry.
type Mocks struct {
	kinds []Kind

	mu     sync.Mutex
	scopes map[string]http.Handler
}

// NewMocks returns registries that check schemas of the given formats.
func NewMocks(kinds ...Kind) *Mocks { return &Mocks{kinds: kinds, scopes: map[string]http.Handler{}} }

// scope returns the registry of a name, made when it is first asked for.
func (m *Mocks) scope(name string) http.Handler {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.scopes[name]
	if !ok {
		h = registry.New(m.kinds...).Handler()
		m.scopes[name] = h
	}
	return h
}

// mock makes c speak to the registry of a scope.
func (c *client) mock(scope string, m *Mocks) error {
	if m == nil {
		return config.InvalidValue(keyURL, "mock://"+scope, "in-memory registries are not there")
	}
	c.urls, c.users = []*url.URL{{Scheme: "mock", Host: "registry"}}, []*url.Userinfo{nil}
	c.http = &http.Client{Transport: inProcess{m.scope(scope)}}
	return nil
}

// inProcess answers requests without a network.
type inProcess struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	w := &written{status: http.StatusOK, header: http.Header{}}
	p.ServeHTTP(w, r)
	return &http.Response{
		StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
	}, nil
}

// written is an answer in memory.
type written struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(b []byte) (int, error) { return w.body.Write(b) }

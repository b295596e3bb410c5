package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// bodyBytesMax bounds a request.
const bodyBytesMax = 16 << 20

const contentType = "application/vnd.schemaregistry.v1+json"

// Handler answers the REST calls of a registry out of s.
func (s *Store) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, bodyBytesMax)
			out, err := f(r)
			reply(w, out, err)
		})
	}
	handle("GET /{$}", func(*http.Request) (any, error) { return struct{}{}, nil })
	s.routeSubjects(handle)
	s.routeSchemas(handle)
	s.routeSettings(handle)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, nil, &Error{404, 404, "HTTP 404 Not Found"})
	})
	return mux
}

type handle func(pattern string, f func(*http.Request) (any, error))

func (s *Store) routeSubjects(handle handle) {
	handle("GET /subjects", func(r *http.Request) (any, error) {
		prefix := r.URL.Query().Get("subjectPrefix")
		if prefix == ":*:" {
			prefix = ""
		}
		return s.list(prefix, asked(r, "deleted"), asked(r, "deletedOnly")), nil
	})
	handle("POST /subjects/{subject}", func(r *http.Request) (any, error) {
		var q request
		if err := body(r, &q); err != nil {
			return nil, err
		}
		return s.lookup(r.PathValue("subject"), &q, asked(r, "normalize"), asked(r, "deleted"))
	})
	handle("DELETE /subjects/{subject}", func(r *http.Request) (any, error) {
		return s.deleteSubject(r.PathValue("subject"), asked(r, "permanent"))
	})
	handle("GET /subjects/{subject}/metadata", func(r *http.Request) (any, error) {
		q := r.URL.Query()
		return s.withMetadata(r.PathValue("subject"), q["key"], q["value"], asked(r, "deleted"))
	})
	handle("GET /subjects/{subject}/versions", func(r *http.Request) (any, error) {
		return s.versions(r.PathValue("subject"), asked(r, "deleted"), asked(r, "deletedOnly"))
	})
	handle("POST /subjects/{subject}/versions", func(r *http.Request) (any, error) {
		var q request
		if err := body(r, &q); err != nil {
			return nil, err
		}
		e, err := s.register(r.PathValue("subject"), &q, asked(r, "normalize"))
		return registeredEntity(e), err
	})
	one := func(r *http.Request) (entity, error) {
		return s.version(r.PathValue("subject"), r.PathValue("version"), asked(r, "deleted"))
	}
	handle("GET /subjects/{subject}/versions/{version}", func(r *http.Request) (any, error) { return one(r) })
	handle("GET /subjects/{subject}/versions/{version}/schema", func(r *http.Request) (any, error) {
		e, err := one(r)
		return schemaText(e.Text), err
	})
	handle("GET /subjects/{subject}/versions/{version}/referencedby", func(r *http.Request) (any, error) {
		e, err := one(r)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return append([]int{}, s.referrers(e.Subject, e.Version, asked(r, "deleted"))...), nil
	})
	handle("DELETE /subjects/{subject}/versions/{version}", func(r *http.Request) (any, error) {
		return s.deleteVersion(r.PathValue("subject"), r.PathValue("version"), asked(r, "permanent"))
	})
}

// registeredEntity is the answer to a registration. Source: RegisterSchemaResponse.
func registeredEntity(e entity) any {
	return struct {
		ID         int             `json:"id"`
		Version    int             `json:"version,omitempty"`
		GUID       string          `json:"guid,omitempty"`
		Type       string          `json:"schemaType,omitempty"`
		References []Reference     `json:"references,omitempty"`
		Metadata   *Metadata       `json:"metadata,omitempty"`
		Rules      json.RawMessage `json:"ruleSet,omitempty"`
		Text       string          `json:"schema,omitempty"`
	}{e.ID, e.Version, e.GUID, e.Type, e.References, e.Metadata, e.Rules, e.Text}
}

// schemaText is an answer that is a schema's text.
type schemaText string

func (s *Store) routeSchemas(handle handle) {
	byID := func(r *http.Request) (int, entity, error) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			return 0, entity{}, &Error{404, 404, "HTTP 404 Not Found"}
		}
		e, err := s.byID(id)
		return id, e, err
	}
	handle("GET /schemas", func(r *http.Request) (any, error) {
		return s.all(r.URL.Query().Get("subjectPrefix"), asked(r, "deleted"), asked(r, "latestOnly")), nil
	})
	handle("GET /schemas/types", func(*http.Request) (any, error) {
		names := []string{}
		for _, k := range s.kinds {
			names = append(names, k.Name)
		}
		return names, nil
	})
	handle("GET /schemas/ids/{id}", func(r *http.Request) (any, error) { _, e, err := byID(r); return e, err })
	handle("GET /schemas/ids/{id}/schema", func(r *http.Request) (any, error) { _, e, err := byID(r); return schemaText(e.Text), err })
	uses := func(r *http.Request) ([]use, error) {
		id, _, err := byID(r)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.uses(id, asked(r, "deleted")), nil
	}
	handle("GET /schemas/ids/{id}/versions", func(r *http.Request) (any, error) { return uses(r) })
	handle("GET /schemas/ids/{id}/subjects", func(r *http.Request) (any, error) {
		list, err := uses(r)
		names := []string{}
		for _, u := range list {
			if n := len(names); n == 0 || names[n-1] != u.Subject {
				names = append(names, u.Subject)
			}
		}
		return names, err
	})
	handle("GET /schemas/guids/{guid}", func(r *http.Request) (any, error) {
		id, err := s.byGUID(r.PathValue("guid"))
		if err != nil {
			return nil, err
		}
		return s.byID(id)
	})
	handle("GET /schemas/guids/{guid}/ids", func(r *http.Request) (any, error) {
		id, err := s.byGUID(r.PathValue("guid"))
		return []struct {
			Context string `json:"context"`
			ID      int    `json:"id"`
		}{{".", id}}, err
	})
	handle("GET /contexts", func(*http.Request) (any, error) { return s.contexts(), nil })
	handle("GET /v1/metadata/id", func(*http.Request) (any, error) {
		return json.RawMessage(`{"scope":{"path":[],"clusters":{"schema-registry-cluster":"millrace"}}}`), nil
	})
}

func (s *Store) routeSettings(handle handle) {
	for _, at := range []string{"/config", "/config/{subject}"} {
		handle("GET "+at, func(r *http.Request) (any, error) {
			return s.getConfig(r.PathValue("subject"), asked(r, "defaultToGlobal"))
		})
		handle("PUT "+at, func(r *http.Request) (any, error) {
			var q configRequest
			if err := body(r, &q); err != nil {
				return nil, err
			}
			return &q, s.setConfig(r.PathValue("subject"), &q)
		})
		handle("DELETE "+at, func(r *http.Request) (any, error) { return s.dropConfig(r.PathValue("subject")) })
	}
	type mode struct {
		Mode string `json:"mode"`
	}
	for _, at := range []string{"/mode", "/mode/{subject}"} {
		handle("GET "+at, func(r *http.Request) (any, error) {
			m, err := s.getMode(r.PathValue("subject"), asked(r, "defaultToGlobal"))
			return mode{m}, err
		})
		handle("PUT "+at, func(r *http.Request) (any, error) {
			var q mode
			if err := body(r, &q); err != nil {
				return nil, err
			}
			m, err := s.setMode(r.PathValue("subject"), q.Mode, asked(r, "force"))
			return mode{m}, err
		})
		handle("DELETE "+at, func(r *http.Request) (any, error) {
			m, err := s.dropMode(r.PathValue("subject"))
			return mode{m}, err
		})
	}
	check := func(r *http.Request) (any, error) {
		var q request
		if err := body(r, &q); err != nil {
			return nil, err
		}
		why, unchecked, err := s.check(r.PathValue("subject"), r.PathValue("version"), &q, asked(r, "normalize"))
		var no *Error
		if asked(r, "verbose") && errors.As(err, &no) && no.Code == 42201 {
			why, err = []string{no.Message}, nil
		}
		out := struct {
			Compatible bool     `json:"is_compatible"`
			Messages   []string `json:"messages,omitempty"`
		}{Compatible: len(why) == 0}
		if asked(r, "verbose") {
			out.Messages = why
		}
		if unchecked != "" {
			out.Messages = append(out.Messages, unchecked)
		}
		return out, err
	}
	handle("POST /compatibility/subjects/{subject}/versions/{$}", check)
	handle("POST /compatibility/subjects/{subject}/versions", check)
	handle("POST /compatibility/subjects/{subject}/versions/{version}", check)
}

func asked(r *http.Request, name string) bool {
	on, err := strconv.ParseBool(r.URL.Query().Get(name))
	return err == nil && on
}

// body reads a request's JSON.
func body(r *http.Request, into any) error {
	text, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return unprocessable(42209, "Register operation failed because schema is too large")
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return &Error{http.StatusBadRequest, 400, fmt.Sprintf("the body cannot be read: %s", err)}
	}
	return nil
}

// reply writes an answer, or the error where there is one.
func reply(w http.ResponseWriter, out any, err error) {
	status := http.StatusOK
	if err != nil {
		var no *Error
		if !errors.As(err, &no) {
			no = &Error{http.StatusInternalServerError, 50001, err.Error()}
		}
		status, out = no.Status, no
	}
	var text bytes.Buffer
	if t, ok := out.(schemaText); ok {
		text.WriteString(string(t))
	} else {
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if err := e.Encode(out); err != nil {
			status = http.StatusInternalServerError
		}
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n"))) // the other side is gone
}

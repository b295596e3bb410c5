package codectest

import (
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// SchemasURL stands for the address of Schemas where it is not known yet: in files of vectors and in generated cases.
const SchemasURL = "http://schemas.invalid"

// Schemas is a schema registry that gives every schema the number that its text has, so that two processes that ask it agree
// without a memory of it, and a wrong text is seen as a wrong number. What a record's number stands for may be said in
// the URL: see SchemaPath.
type Schemas struct {
	*httptest.Server
	mu    sync.Mutex
	texts map[int32]string // of numbers that were given
}

// NewSchemas starts a registry on a free port of the loopback interface. The caller closes it.
func NewSchemas() *Schemas {
	s := &Schemas{texts: map[int32]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// SchemaPath is what follows the URL of a registry for which every number stands for text.
func SchemaPath(text string) string { return "/" + base64.RawURLEncoding.EncodeToString([]byte(text)) }

// TypedSchemaPath is SchemaPath for a schema that is not Avro's.
func TypedSchemaPath(schemaType, text string) string { return SchemaPath(schemaType + "\n" + text) }

// EvolvedSchemaPath is SchemaPath for a subject whose latest version is another text.
func EvolvedSchemaPath(text, latest string) string { return SchemaPath(text + latestMark + latest) }

// latestMark stands before the latest version.
const latestMark = "\x00"

// SchemaNumber is the number of a schema.
func SchemaNumber(text string) int32 { return int32(crc32.ChecksumIEEE([]byte(text)) & 0x7fffffff) }

// Text returns the schema that was given a number, "" for others.
func (s *Schemas) Text(number int32) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[number]
}

func (s *Schemas) serve(w http.ResponseWriter, q *http.Request) {
	path := strings.Split(strings.Trim(q.URL.Path, "/"), "/")
	fixed := ""
	if path[0] != "schemas" && path[0] != "subjects" {
		text, err := base64.RawURLEncoding.DecodeString(path[0])
		if err != nil || len(path) == 1 {
			http.NotFound(w, q)
			return
		}
		fixed, path = string(text), path[1:]
	}
	var answer map[string]any
	fixed, latest, _ := strings.Cut(fixed, latestMark)
	schemaType := ""
	if before, text, ok := strings.Cut(fixed, "\n"); ok && (before == "PROTOBUF" || before == "JSON") {
		schemaType, fixed = before, text
	}
	switch {
	case path[0] == "schemas":
		answer = map[string]any{"schema": fixed}
	case q.Method == http.MethodGet && path[len(path)-1] == "latest":
		answer = map[string]any{"subject": path[1], "version": 4, "id": SchemaNumber(latest), "schema": latest}
	default:
		var body struct{ Schema, SchemaType string }
		if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		n := SchemaNumber(body.Schema)
		s.mu.Lock()
		s.texts[n] = body.Schema
		s.mu.Unlock()
		answer = map[string]any{"subject": path[1], "version": 3, "id": n, "schema": body.Schema}
		schemaType = body.SchemaType
	}
	if schemaType != "" && schemaType != "AVRO" {
		answer["schemaType"] = schemaType
	}
	w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return // the client is gone
	}
}

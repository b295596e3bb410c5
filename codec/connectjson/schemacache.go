package connectjson

import (
	"sync"

	"github.com/millrace/millrace/batch"
)

// schemaCache makes schemas that are equal the same pointer for all decoders of a converter, so that
// equal texts and texts that differ in spelling alone do not cut batches. Safe for concurrent use.
//
// It holds at most size schemas and forgets them all when it is full: a topic that has more schemas at
// once than that pays by comparison, never by a wrong answer.
type schemaCache struct {
	size int

	mu    sync.Mutex
	known map[string]*batch.Schema // by the text that schemaKey gives
}

func newSchemaCache(size int) *schemaCache {
	return &schemaCache{size: max(size, 1), known: map[string]*batch.Schema{}}
}

// intern returns the schema that is kept for all schemas equal to s; nil for nil.
func (c *schemaCache) intern(s *batch.Schema) *batch.Schema {
	if s == nil {
		return nil
	}
	key, err := schemaKey(s)
	if err != nil {
		return s
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.known[key]; ok {
		return k
	}
	if len(c.known) >= c.size {
		clear(c.known)
	}
	c.known[key] = s
	return s
}

// schemaKey returns a text that equal schemas share and others do not: the schema as JSON. Parameters
// count in their order, which only makes more schemas than needed.
func schemaKey(s *batch.Schema) (string, error) {
	w := writer{numeric: true}
	text, err := w.schema(nil, s, 1)
	return string(text), err
}

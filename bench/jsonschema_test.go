package bench_test

import (
	"testing"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/jsonschema"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// BenchmarkJSONSchema reads and writes the records of BenchmarkDecode as JSON whose schema is in a registry, and rewrites them as JSON
// without one. Its steps are measured against BenchmarkDecode and BenchmarkEncode.
func BenchmarkJSONSchema(b *testing.B) {
	benchmarkRegistry(b, jsonschema.Classes()[0], func(text string) string { return codectest.TypedSchemaPath(schemaregistry.JSON, text) })
}

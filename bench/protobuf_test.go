package bench_test

import (
	"testing"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/protobuf"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// BenchmarkProtobuf reads and writes the records of BenchmarkDecode as Protobuf, and rewrites them as JSON.
func BenchmarkProtobuf(b *testing.B) {
	benchmarkRegistry(b, protobuf.Classes()[0], func(text string) string { return codectest.TypedSchemaPath(schemaregistry.Protobuf, text) })
}

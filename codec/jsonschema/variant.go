package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// readVariant is in work.
func readVariant(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	return batch.Null(), codec.Data("Variant")
}
func (w *plainWriter) variant(dst []byte, v batch.Value) ([]byte, error) {
	return dst, codec.Data("Variant")
}

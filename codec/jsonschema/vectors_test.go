package jsonschema

import (
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestAnswersOfTheOriginal compares with Confluent's converter: schemas and values of random records, bytes of random values, and in their
// numbers the texts of their schemas.
func TestAnswersOfTheOriginal(t *testing.T) {
	cases := codectest.Answers(t, "testdata/original.jsonl", Classes()[0], nil)
	if cases < 300 {
		t.Errorf("%d answers", cases)
	}
}

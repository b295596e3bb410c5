package avro

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestAnswersOfTheOriginal compares with Confluent's converter 7.0.16: schemas and values of random records, bytes of random
// values, and in their numbers the texts of their schemas. Where 8.5 says something else, its words count.
func TestAnswersOfTheOriginal(t *testing.T) {
	cases := codectest.Answers(t, "../../fuzz/differential/corpus/avro/seed.jsonl", Classes()[0], newerWords)
	if cases < 300 {
		t.Errorf("%d answers", cases)
	}
}

// TestDefaultsOfTheOriginal: a record whose schema has a struct as a default is no member of a union, and a default that does not fit fails where the
// schema that the warning would show has two types of one name.
func TestDefaultsOfTheOriginal(t *testing.T) {
	codectest.Answers(t, "testdata/defaults.jsonl", Classes()[0], newerWords)
}

// newerWords returns what 8.5 says in place of 7.0.16.
func newerWords(f codectest.Failure, topic string) codectest.Failure {
	const read = "Failed to deserialize data for topic "
	switch {
	case f.Type == "BufferUnderflowException":
		return codectest.Failure{Type: "DataException", Message: read + topic + " to Avro:"}
	case strings.HasPrefix(f.Message, read):
		f.Message = strings.TrimSuffix(f.Message, " ")
	case strings.HasPrefix(f.Message, "Failed to serialize Avro data from topic "):
		f.Message = strings.TrimSuffix(f.Message, " :") + ":"
	}
	return f
}

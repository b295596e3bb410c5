package jsonschema

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestAnswersOfTheOriginal compares with Confluent's converter: schemas and values of random records, bytes of random values, and in their
// numbers the texts of their schemas.
func TestAnswersOfTheOriginal(t *testing.T) {
	schemas := codectest.NewSchemas()
	defer schemas.Close()
	class := Classes()[0]
	cases := 0
	for _, v := range codectest.ReadVectors(t, "testdata/original.jsonl") {
		for k, value := range v.Config {
			v.Config[k] = strings.ReplaceAll(value, codectest.SchemasURL, schemas.URL)
		}
		v.Run(t, class, nil)
		cases += len(v.Cases)
	}
	if cases < 300 {
		t.Errorf("%d answers", cases)
	}
}

package codectest

import (
	"strings"

	"github.com/millrace/millrace/codec"
)

// Answers runs the vectors of path, whose schemas are in a registry of their own, and returns how many cases they have. newer, if it is
// there, returns what the version that is followed says in place of a failure that an older one answered.
func Answers(t TB, path string, class *codec.Class, newer func(f Failure, topic string) Failure) (cases int) {
	t.Helper()
	schemas := NewSchemas()
	defer schemas.Close()
	for _, v := range ReadVectors(t, path) {
		for k, value := range v.Config {
			v.Config[k] = strings.ReplaceAll(value, SchemasURL, schemas.URL)
		}
		for i := range v.Cases {
			if f := v.Cases[i].Failure; f != nil && newer != nil {
				*f = newer(*f, v.Topic)
			}
		}
		v.Run(t, class, nil)
		cases += len(v.Cases)
	}
	return cases
}

package jsonschema

import "github.com/millrace/millrace/codec"

// validator checks texts against a schema.
type validator struct{}

func newValidator(text string, references []named) (*validator, error) {
	return nil, codec.Data("validation")
}

func (v *validator) check(payload []byte) error { return nil }

package header

import (
	"bytes"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
)

// Version is the release of the original whose behaviour the converter has.
const Version = "4.3.1"

// losslessKey is a key that the original does not have. It stands in no class's definition, because the REST API shows those as the
// original does.
const losslessKey = "millrace.lossless"

// Classes returns the converter classes of this package.
func Classes() []*codec.Class {
	own := config.NewDef().Define(config.Key{
		Name: losslessKey, Type: config.Boolean, Default: false, Importance: config.Low,
		Doc: "Whether text that its inferred value would not be written as again is read as a string.",
	})
	return []*codec.Class{{
		Name: "org.apache.kafka.connect.storage.SimpleHeaderConverter", Version: Version, Def: config.NewDef(),
		NewHeader: func(props map[string]string) (codec.HeaderConverter, error) {
			v, err := own.Parse(props)
			if err != nil {
				return nil, err
			}
			return simple{lossless: v.Bool(losslessKey)}, nil
		},
	}}
}

// simple writes values as text and infers them from text.
// Source: org.apache.kafka.connect.storage.SimpleHeaderConverter.
type simple struct {
	lossless bool // the text 1,2 is a string, not the INT8 1 that Java makes of it
}

var (
	_ codec.HeaderConverter = simple{}
	_ codec.HeaderTexts     = simple{}
)

// ToConnect infers schema and value from UTF-8 text, malformed bytes read as U+FFFD; null, and the text
// null, have neither, the latter only where texts may be lost. Every text has a value, so there is no error.
func (c simple) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	if raw == nil {
		return nil, batch.Value{}, nil
	}
	if !utf8.Valid(raw) {
		raw = java.AppendUTF8(nil, raw)
	}
	text := string(raw)
	s, v := literal.Parse(text)
	if c.lossless && (v.IsNull() || string(literal.Append(nil, v)) != text) {
		return batch.Of(batch.KindString, false), batch.StringValue(text), nil
	}
	return s, v, nil
}

// FromConnect writes v as literal.Append does, whatever its schema; null is null. Lone surrogates become
// '?'.
func (simple) FromConnect(dst []byte, _, _ string, _ *batch.Schema, v batch.Value) (out []byte, null bool, err error) {
	if v.IsNull() {
		return dst, true, nil
	}
	before := len(dst)
	dst = literal.Append(dst, v)
	if isNumber(v.Tag()) {
		return dst, false, nil
	}
	if text := dst[before:]; !utf8.Valid(text) {
		dst = java.AppendEncodedUTF8(dst[:before], bytes.Clone(text))
	}
	return dst, false, nil
}

// isNumber reports whether the text of a value is ASCII, whatever the value.
func isNumber(t batch.Tag) bool {
	switch t {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64, batch.TagFloat32, batch.TagFloat64, batch.TagBoolean:
		return true
	}
	return false
}

// WritesTexts implements codec.HeaderTexts.
func (simple) WritesTexts() bool { return true }

// Close does nothing.
func (simple) Close() error { return nil }

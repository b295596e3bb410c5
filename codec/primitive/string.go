package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

var optionalString = batch.Of(batch.KindString, true)

// stringConverter converts text in a charset. Source: org.apache.kafka.connect.storage.StringConverter.
type stringConverter struct {
	in, out *java.Charset // of bytes read and written; both as converter.encoding unless set apart
}

var (
	_ codec.Converter       = (*stringConverter)(nil)
	_ codec.HeaderConverter = (*stringConverter)(nil)
	_ codec.HeaderTexts     = (*stringConverter)(nil)
)

// newString configures a converter; props hold converter.type.
//
// The serializers beneath Java's converter see all its properties and prefer keys of their own, such as
// value.serializer.encoding: so do we. Source: StringSerializer.configure, StringDeserializer.configure.
func newString(props map[string]string) (*stringConverter, error) {
	parsed, err := stringDef().Parse(props)
	if err != nil {
		return nil, err
	}
	side := typeOfValue
	if props[typeKey] == typeOfKey {
		side = typeOfKey
	}
	charset := func(key string) (*java.Charset, error) {
		name, ok := props[side+key]
		if !ok {
			name = parsed.String(encodingKey)
		}
		cs, err := java.CharsetForName(name)
		if err != nil {
			return nil, &codec.Error{Class: codec.SerializationException, Text: "Unsupported encoding " + name, Pos: -1, Err: err}
		}
		return cs, nil
	}
	c := &stringConverter{}
	if c.out, err = charset(".serializer.encoding"); err != nil {
		return nil, err
	}
	if c.in, err = charset(".deserializer.encoding"); err != nil {
		return nil, err
	}
	return c, nil
}

// NewDecoder returns a decoder of OPTIONAL_STRING columns.
func (c *stringConverter) NewDecoder() codec.Decoder { return &stringDecoder{charset: c.in} }

// NewEncoder returns an encoder of any column as text.
func (c *stringConverter) NewEncoder() codec.Encoder { return &stringEncoder{charset: c.out} }

// Close does nothing.
func (c *stringConverter) Close() error { return nil }

// ToConnect reads a header as OPTIONAL_STRING.
func (c *stringConverter) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	if raw == nil {
		return optionalString, batch.Value{}, nil
	}
	return optionalString, batch.StringValue(string(c.in.Append(nil, raw))), nil
}

// FromConnect writes a header as Java's toString has it. Maps are in the order that v has.
func (c *stringConverter) FromConnect(dst []byte, _, _ string, _ *batch.Schema, v batch.Value) (out []byte, null bool, err error) {
	if v.IsNull() {
		return dst, true, nil
	}
	return c.out.AppendEncoded(dst, literal.JavaText{Linked: true}.Append(nil, v)), false, nil
}

// WritesTexts implements codec.HeaderTexts.
func (c *stringConverter) WritesTexts() bool { return c.out.IsUTF8() }

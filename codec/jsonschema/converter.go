package jsonschema

import (
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// converter is a configured JsonSchemaConverter. Its decoders and encoders may work at the same time.
type converter struct {
	data
	settings
	registry *schemaregistry.Registry

	readings *schemaregistry.Kept[schemaregistry.ReadKey, *reading]
	writings *schemaregistry.Kept[*batch.Schema, *writing]
}

var _ codec.Converter = (*converter)(nil)

// NewDecoder implements codec.Converter.
func (c *converter) NewDecoder() codec.Decoder { return newDecoder(c) }

// NewEncoder implements codec.Converter.
func (c *converter) NewEncoder() codec.Encoder { return newEncoder(c) }

// Close implements codec.Converter.
func (c *converter) Close() error { return c.registry.Close() }

// reading is how the records of a schema are read. Shared, and not changed after it was made.
type reading struct {
	of        *schemaregistry.Reading
	schema    *batch.Schema
	validator *validator // nil: nothing is validated
	err       error      // of the mapping to Connect: of every row that is valid
}

// reading returns how records of a topic that carry id are read; the answer is kept.
//
// Errors: as the original throws them, for one row or for all.
func (c *converter) reading(topic string, id schemaregistry.ID) (*reading, error) {
	of, err := c.registry.Read(topic, id)
	if err != nil {
		return nil, c.registry.ReadError(topic, err)
	}
	same := func(r *reading) bool { return r.of == of }
	return c.readings.Get(schemaregistry.ReadKey{Topic: topic, ID: id}, same, func() (*reading, error) { return c.newReading(of) })
}

// newReading maps the schema that of is read as.
func (c *converter) newReading(of *schemaregistry.Reading) (*reading, error) {
	as := of.Schema
	if of.Latest != nil {
		as = of.Latest
	}
	references, err := c.references(as)
	if err != nil {
		return nil, c.registry.ReadError(of.Topic, err)
	}
	s, err := load(as.Text, references, c.ignoreModern)
	if err != nil {
		return nil, c.unreadable(of, err)
	}
	r := &reading{of: of}
	if c.validate {
		if r.validator, err = newValidator(as.Text, references); err != nil {
			return nil, c.unreadable(of, err)
		}
	}
	version, err := c.registry.Version(of)
	if err != nil {
		return nil, c.registry.ReadError(of.Topic, err)
	}
	v := int32(version)
	if of.Latest != nil && of.Latest.Version > 0 {
		v = int32(of.Latest.Version)
	}
	if r.schema, err = c.toConnect(s, &v); err != nil {
		r.err = asError(err)
	}
	return r, nil
}

// references returns what a schema refers to.
func (c *converter) references(s *schemaregistry.Schema) ([]named, error) {
	if len(s.References) == 0 {
		return nil, nil
	}
	all, err := c.registry.Resolve(s)
	if err != nil {
		return nil, err
	}
	out := make([]named, len(all))
	for i, r := range all {
		out[i] = named{r.Name, r.Text}
	}
	return out, nil
}

// unreadable is the error of a row that cannot be read at all.
func (c *converter) unreadable(of *schemaregistry.Reading, cause error) error {
	text := "Error deserializing JSON message for id " + of.ID.Text(schemaregistry.JSON)
	return c.registry.ReadError(of.Topic, schemaregistry.Serialization(text, cause))
}

// invalidRead is the error of a row that is not valid under its schema.
func (c *converter) invalidRead(of *schemaregistry.Reading, cause error) error {
	return c.unreadable(of, schemaregistry.Serialization("JSON does not match schema of type JSON", cause))
}

// plainRow reads one record. Source: JsonSchemaConverter.toConnectData, AbstractKafkaJsonSchemaDeserializer.deserialize.
func (c *converter) plainRow(r *reading, payload []byte) (batch.Value, error) {
	n, err := jsonscan.ParseStrict(payload)
	if err == nil && r.validator != nil && n.Kind == jsonscan.Missing {
		err = fmt.Errorf("no content to map due to end-of-input")
	}
	if err != nil {
		return batch.Null(), c.unreadable(r.of, err)
	}
	if r.validator != nil {
		if err := r.validator.check(&n); err != nil {
			return batch.Null(), c.invalidRead(r.of, err)
		}
		r.validator.complete(&n)
	}
	if r.err != nil {
		return batch.Null(), r.err
	}
	d := c.data
	d.hashed = r.validator != nil && r.validator.hashes
	v, err := d.read(r.schema, &n)
	if err != nil {
		return v, asError(err)
	}
	return outsideStructs(r.schema, v), nil
}

// writing is how values of one Connect schema are written. Shared, and not changed after it was made.
type writing struct {
	registered *schemaregistry.Schema
	err        error // of the schema: no value can be written
}

// writing returns how values of s are written, schemaless ones for nil; the answer is kept.
func (c *converter) writing(s *batch.Schema) *writing {
	w, _ := c.writings.Get(s, schemaregistry.Always, func() (*writing, error) { return c.newWriting(s), nil })
	return w
}

func (c *converter) newWriting(s *batch.Schema) *writing {
	w := &writing{}
	if s != nil {
		text, err := c.fromConnect(s)
		w.registered, w.err = &schemaregistry.Schema{Type: schemaregistry.JSON, Text: text}, asError(err)
	}
	return w
}

// unwritable is the error of a row that the serializer refuses.
func (c *converter) unwritable(topic string, cause error) error {
	return c.registry.WriteError(topic, schemaregistry.Serialization("Error serializing JSON message", cause))
}

// schemaless is the error of a value without a schema. Source: AbstractKafkaJsonSchemaSerializer.serializeImpl.
func (c *converter) schemaless(topic string) error {
	return c.unwritable(topic, nullPointer("the value has no schema: JSON Schema writes none without one"))
}

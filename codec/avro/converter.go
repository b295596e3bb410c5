package avro

import (
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// converter is a configured AvroConverter. Its decoders and encoders may work at the same time.
type converter struct {
	data
	settings
	registry *schemaregistry.Registry

	readings *schemaregistry.Kept[schemaregistry.ReadKey, *reading]
	writings *schemaregistry.Kept[*batch.Schema, *writing]
	pins     *schemaregistry.Kept[pin, *writing]
}

var _ codec.Converter = (*converter)(nil)

// NewDecoder implements codec.Converter.
func (c *converter) NewDecoder() codec.Decoder { return newDecoder(c) }

// NewEncoder implements codec.Converter.
func (c *converter) NewEncoder() codec.Encoder { return newEncoder(c) }

// Close implements codec.Converter.
func (c *converter) Close() error { return c.registry.Close() }

// reading is how the records of one writer's schema are read. Shared, and not changed after it was made.
type reading struct {
	of      *schemaregistry.Reading
	rewrite *rewrite      // nil: records are read as they were written
	writer  *Schema       // of the bytes that are read: of those that rewrite makes, if it is there
	schema  *batch.Schema // nil: schemaless
	raw     bool          // the bytes of a record are the value itself
	step    step
	fast    bool // step says how
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

// newReading maps the schema of of, and compiles its plan.
func (c *converter) newReading(of *schemaregistry.Reading) (*reading, error) {
	writer, err := parseWith(c.registry, of.Schema)
	if err != nil {
		return nil, c.registry.ReadError(of.Topic, schemaregistry.Serialization(fmt.Sprintf("Error retrieving Avro %s schema for id %d", c.use(), of.ID.Number), err))
	}
	r := &reading{of: of, writer: writer, raw: writer.Type == Bytes}
	if of.Latest != nil {
		if err := c.readAs(r, of.Latest); err != nil {
			return nil, err
		}
	}
	version, err := c.registry.Version(of)
	if err != nil {
		return nil, c.registry.ReadError(of.Topic, err)
	}
	v := int32(version)
	if r.schema, err = c.toConnect(r.writer, &v); err != nil {
		return nil, codec.AsError(err)
	}
	r.step, r.fast = c.readPlan(r.schema, r.writer)
	return r, nil
}

// readAs makes r read its records under the schema of a reader; they keep the version of the writer's.
// Source: AbstractKafkaAvroDeserializer.DeserializationContext.read.
func (c *converter) readAs(r *reading, latest *schemaregistry.Schema) error {
	writer := r.writer
	reader, err := parseWith(c.registry, latest)
	if err != nil {
		return c.unreadable(r.of.Topic, r, err)
	}
	r.writer = reader
	if one, _ := (&schemaReader{data: &c.data}).single(reader); reader.Type == Union && one != nil {
		reader = one
	}
	switch { // of a record that is nothing else the original makes a value before it looks at the reader's schema
	case r.raw && reader.Type == String:
		return codec.Data("Invalid class for string type, expecting String or CharSequence but found class [B")
	case r.raw && reader.Type != Bytes:
		return codec.Data("records of bytes cannot be read as %s", reader.Type)
	case r.raw:
		return nil
	case writer.Type == String && reader.Type == Bytes:
		return codec.Data("Invalid class for bytes type, expecting byte[] or ByteBuffer but found class java.lang.String")
	}
	o, err := resolve(writer, r.writer)
	if err != nil {
		return c.unreadable(r.of.Topic, r, err)
	}
	if o.op != keepValue {
		r.rewrite = o
	}
	return nil
}

func (c *converter) use() string {
	if c.isKey {
		return "key"
	}
	return "value"
}

// malformed is the error of a row whose bytes are no value of its schema.
func (c *converter) malformed(topic string, r *reading) error {
	return c.unreadable(topic, r, errBytes)
}

// trailing is the error of a row that has bytes behind its value.
func (c *converter) trailing(topic string, r *reading) error {
	return c.unreadable(topic, r, codec.Data("bytes follow the value"))
}

func (c *converter) unreadable(topic string, r *reading, cause error) error {
	return c.registry.ReadError(topic, schemaregistry.Serialization(fmt.Sprintf("Error deserializing Avro message for id %d", r.of.ID.Number), cause))
}

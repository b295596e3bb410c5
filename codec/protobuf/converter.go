package protobuf

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// converter is a configured ProtobufConverter. Its decoders and encoders may work at the same time.
type converter struct {
	data
	registry *schemaregistry.Registry
	standard standard

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

// reading is how the records of one message are read. Shared, and not changed after it was made.
type reading struct {
	of      *schemaregistry.Reading
	message *Message
	schema  *batch.Schema
	steps   *messagePlan // nil: a value at a time
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

// newReading maps the message of of, and compiles its plan. As in the original, records are read with the latest version where the config
// says so, and keep the version of their own.
func (c *converter) newReading(of *schemaregistry.Reading) (*reading, error) {
	m, err := c.messageOf(of, of.Schema)
	if err == nil && of.Latest != nil {
		var latest *Linked
		if latest, err = c.linked(of.Latest); err == nil {
			if named := latest.Message(m.FullName); named != nil {
				m = named
			} else {
				err = javaError(codec.SerializationException, "Could not find descriptor with name "+m.FullName)
			}
		}
	}
	if err != nil {
		return nil, c.unreadable(of.Topic, of.ID, err)
	}
	version, err := c.registry.Version(of)
	if err != nil {
		return nil, c.registry.ReadError(of.Topic, err)
	}
	if of.Latest != nil && of.Latest.Version > 0 {
		version = of.Latest.Version
	}
	v := int32(version)
	s, err := c.toConnect(m, &v)
	if err != nil {
		return nil, codec.AsError(err)
	}
	r := &reading{of: of, message: m, schema: s}
	if steps, ok := c.readPlan(s, m, 0); ok {
		r.steps = steps
	}
	return r, nil
}

// messageOf returns the message that the frame of of points at in s.
func (c *converter) messageOf(of *schemaregistry.Reading, s *schemaregistry.Schema) (*Message, error) {
	l, err := c.linked(s)
	if err != nil {
		return nil, err
	}
	indexes := of.ID.Indexes()
	if len(indexes) == 0 {
		indexes = []int32{0}
	}
	return l.MessageAt(indexes)
}

// linked parses a schema of the registry, with what it refers to.
func (c *converter) linked(s *schemaregistry.Schema) (*Linked, error) {
	f, err := parseSchema(s.Text)
	if err != nil {
		return nil, err
	}
	refs, err := c.registry.Resolve(s)
	if err != nil {
		return nil, err
	}
	imports := make(map[string]*File, len(refs))
	for i := range refs {
		if imports[refs[i].Name], err = parseSchema(refs[i].Text); err != nil {
			return nil, err
		}
	}
	return Link(f, imports)
}

// parseSchema reads .proto text, or a FileDescriptorProto in Base64. Source: ProtobufSchema.toProtoFile.
func parseSchema(text string) (*File, error) {
	f, err := ParseFile(text)
	if err == nil {
		return f, nil
	}
	b, no := base64.StdEncoding.DecodeString(text)
	if no != nil {
		return nil, err
	}
	if f, no = parseDescriptor(b); no != nil {
		return nil, err
	}
	return f, nil
}

// unreadable is the error of a row whose bytes are no message, or of rows whose message cannot be told.
func (c *converter) unreadable(topic string, id schemaregistry.ID, cause error) error {
	var own *codec.Error
	if errors.As(cause, &own) && schemaregistry.AllRows(own) {
		return c.registry.ReadError(topic, own)
	}
	return c.registry.ReadError(topic, schemaregistry.Serialization(fmt.Sprintf("Error deserializing Protobuf message for id %d", id.Number), cause))
}

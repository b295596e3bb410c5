package protobuf

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/internal/java"
)

// writing is how values of one Connect schema are written. Shared, and not changed after it was made.
type writing struct {
	schema *schemaregistry.Schema // as it is registered
	linked *Linked
	name   string // of the message
	raw    bool   // values that are no structs stand in wrappers
	steps  *writePlan
	err    error // of the schema: no value can be written
}

// writing returns how values of s are written; the answer is kept.
func (c *converter) writing(s *batch.Schema) *writing {
	w, _ := c.writings.Get(s, schemaregistry.Always, func() (*writing, error) { return c.newWriting(s), nil })
	return w
}

func (c *converter) newWriting(s *batch.Schema) *writing {
	w := &writing{}
	if s == nil {
		w.err = javaError(nullPointer, `Cannot invoke "org.apache.kafka.connect.data.Schema.name()" because "schema" is null`)
		return w
	}
	f, name, err := c.fromConnect(s)
	if err == nil {
		w.name, w.raw = name, s.Kind() != batch.KindStruct
		w.linked, err = Link(f, nil)
	}
	if err != nil {
		w.err = codec.AsError(err)
		return w
	}
	if s.HasName() && s.Name() == "" {
		w.name = "" // Java looks for a message of that name, and finds none
	}
	text := f.String()
	if w.raw {
		text, _ = knownText(wrappersFile)
	}
	w.schema = &schemaregistry.Schema{Type: schemaregistry.Protobuf, Text: string(java.AppendEncodedUTF8(nil, []byte(text)))}
	w.steps = c.writePlan(s, w)
	return w
}

// plain makes the message of one value; nil for null.
func (c *converter) plain(s *batch.Schema, w *writing, v batch.Value) (*dynamic, error) {
	p := plainWriter{data: &c.data, standard: c.standard, file: w.linked, raw: w.raw}
	return p.record(s, w.name, v)
}

// indexes are the positions of a message in a file, as they stand in frames. Source: ProtobufSchema.toMessageIndexes.
func indexes(f *File, name string) []int32 {
	var out []int32
	types := f.Messages
	for part := range strings.SplitSeq(name, ".") {
		for i, m := range types {
			if m.Name == part {
				out, types = append(out, int32(i)), m.Messages
				break
			}
		}
	}
	if len(out) == 0 {
		return []int32{0}
	}
	return out
}

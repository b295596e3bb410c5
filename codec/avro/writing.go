package avro

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/internal/java"
)

// writing is how values of one Connect schema are written. Shared, and not changed after it was made.
type writing struct {
	schema *schemaregistry.Schema // as it is registered
	avro   *Schema
	raw    bool // the value itself is the bytes of a record
	step   outStep
	fast   bool  // step says how
	err    error // of the schema: no value can be written
}

// writing returns how values of s are written, schemaless ones for nil; the answer is kept.
func (c *converter) writing(s *batch.Schema) *writing {
	w, _ := c.writings.Get(s, schemaregistry.Always, func() (*writing, error) { return c.newWriting(s), nil })
	return w
}

func (c *converter) newWriting(s *batch.Schema) *writing {
	w := &writing{}
	if w.avro, w.err = c.fromConnect(s); w.err == nil {
		w.schema = &schemaregistry.Schema{Type: schemaregistry.Avro, Text: string(java.AppendEncodedUTF8(nil, []byte(c.registered(w.avro).String())))}
		w.raw = w.avro.Type == Bytes
		w.step, w.fast = c.writePlan(s, w.avro)
	} else {
		w.err = codec.AsError(w.err)
	}
	return w
}

// pinned returns how values are written that w is for, when the config pins another schema than theirs.
//
// Errors: *codec.Error where records of w cannot be written so; the schema then is at fault, and every row.
func (c *converter) pinned(w *writing, of *schemaregistry.Written) (*writing, error) {
	a, err := parseWith(c.registry, of.Schema)
	if err != nil {
		return nil, err
	}
	if a.Equal(w.avro) {
		return w, nil
	}
	return c.pins.Get(pin{w, of.Schema.Text}, schemaregistry.Always, func() (*writing, error) { return c.newPinned(w, of, a) })
}

// newPinned is pinned for the schema a.
func (c *converter) newPinned(w *writing, of *schemaregistry.Written, a *Schema) (*writing, error) {
	if !sameShape(w.avro, a, map[pair]bool{}) {
		return nil, codec.Data("records of schema %s cannot be written with schema id %d of subject %q, whose fields are of other types: set auto.register.schemas=true or send records of that schema",
			w.avro.FullName(), of.ID.Number, of.Subject)
	}
	p := &writing{schema: of.Schema, avro: a, raw: w.raw}
	p.step, p.fast = c.writePlan(w.step.schema, a)
	return p, nil
}

// pin says which records are written with which text of a schema.
type pin struct {
	w    *writing
	text string
}

// sameShape reports whether values of a can be written as b, field by field: names, docs, defaults and properties may
// differ, types may not. Source: GenericDatumWriter, which takes fields by their positions.
func sameShape(a, b *Schema, seen map[pair]bool) bool {
	if seen[pair{a, b}] {
		return true
	}
	seen[pair{a, b}] = true
	if a.Type != b.Type || a.Size != b.Size || len(a.Fields) != len(b.Fields) || len(a.Types) != len(b.Types) {
		return false
	}
	switch a.Type {
	case Array, Map:
		return sameShape(a.Elem, b.Elem, seen)
	case Enum:
		return a.Name == b.Name
	case Union:
		for _, t := range a.Types {
			at := b.branch(t.FullName())
			if at < 0 || !sameShape(t, b.Types[at], seen) {
				return false
			}
		}
	}
	for i := range a.Fields {
		if !sameShape(a.Fields[i].Schema, b.Fields[i].Schema, seen) {
			return false
		}
	}
	return true
}

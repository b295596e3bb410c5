package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func valueToKeyClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "fields", Type: config.List, Required: true, Validator: config.AnyNonDuplicateValues(false, false), Importance: config.High,
			Doc: "Field names on the record value to extract as the record key.",
		}).
		Define(replaceNullKey())
	return single("ValueToKey", def, func(v *config.Values) (smt.Transform, error) {
		t := &valueToKey{fields: v.List("fields"), withDefault: v.Bool(replaceNull)}
		return transform(t), nil
	})
}

const copyingToKey = "copying fields from value to key"

// valueToKey makes the key of fields of the value. Source: ValueToKey.
type valueToKey struct {
	fields      []string
	withDefault bool
	keys        schemas.Cache[keySchema]
	children    []*batch.Column // scratch
}

// keySchema is the schema of keys, or the error for values that lack a field.
type keySchema struct {
	schema *batch.Schema
	err    error
}

func (t *valueToKey) keySchema(value *batch.Schema) keySchema {
	return t.keys.Get(value, func(value *batch.Schema) keySchema {
		key := batch.NewSchema(batch.KindStruct)
		for _, name := range t.fields {
			f := value.Field(name)
			if f == nil {
				return keySchema{err: dataError("Field does not exist: " + name)}
			}
			key.Field(name, f.Schema)
		}
		return keySchema{schema: key.Build()}
	})
}

func (t *valueToKey) effect() smt.Effect {
	e := smt.Effect{Key: smt.Access{Form: smt.Made, Writes: t.fields}, Value: smt.Access{Form: smt.Looked}}
	for _, name := range t.fields {
		e.Value.Reads = append(e.Value.Reads, smt.Path{name})
	}
	return e
}

func (t *valueToKey) record(r smt.Record) (smt.Record, bool, error) {
	if r.ValueSchema == nil {
		m, err := requireMap(r.Value, copyingToKey)
		if err != nil {
			return r, false, err
		}
		key := &batch.MapValue{}
		for _, name := range t.fields {
			v, _ := m.Get(batch.StringValue(name))
			key.Put(batch.StringValue(name), v)
		}
		r.KeySchema, r.Key = nil, batch.MapValueOf(key)
		return r, true, nil
	}
	st, err := requireStruct(r.Value, copyingToKey)
	if err != nil {
		return r, false, err
	}
	to := t.keySchema(st.Schema)
	if to.err != nil {
		return r, false, to.err
	}
	key := batch.NewStructValue(to.schema)
	for _, name := range t.fields {
		if err := key.Put(name, fieldOf(st, name, t.withDefault)); err != nil {
			return r, false, err
		}
	}
	r.KeySchema, r.Key = to.schema, batch.StructValueOf(key)
	return r, true, nil
}

func (t *valueToKey) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := columnar.Value.Column(b)
	t.children = t.children[:0]
	if c.Schema() == nil {
		c, p, ok := objects(b, c, copyingToKey)
		if !ok {
			return nil, false
		}
		failNull(b, p.bare, copyingToKey)
		if columnar.IsEmpty(p.present) {
			return nil, true
		}
		for _, name := range t.fields {
			t.children = append(t.children, memberOf(b, c, p.present, name))
		}
		b.Key = newObjects(b, t.fields, t.children, java.TableSize(len(t.fields)))
		return nil, true
	}
	c, present := structs(b, c, copyingToKey)
	if columnar.IsEmpty(present) {
		return nil, true
	}
	to := t.keySchema(c.Schema())
	if to.err != nil {
		columnar.Fail(b, present, to.err)
		return nil, true
	}
	for i := range to.schema.Fields() {
		f := &to.schema.Fields()[i]
		child := reading(b, present, c.Child(f.Name), t.withDefault)
		columnar.Put(b, present, f, child, c.Valid)
		t.children = append(t.children, child)
	}
	b.Key = b.NewStruct(to.schema, b.Len(), t.children)
	return nil, true
}

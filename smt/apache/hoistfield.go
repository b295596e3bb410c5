package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
)

func hoistFieldClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: "field", Type: config.String, Required: true, Importance: config.Medium,
		Doc: "Field name for the single field that will be created in the resulting Struct or Map.",
	})
	return twoSided("HoistField", def, func(s side, v *config.Values) (smt.Transform, error) {
		t := &hoistField{side: s, field: v.String("field")}
		return newTransform(t.columns, t.record), nil
	})
}

// hoistField wraps values into a struct or map with one field. Source: HoistField.
type hoistField struct {
	side
	field   string
	schemas cached[rewrite]
}

func (t *hoistField) wrapped(s *batch.Schema) rewrite {
	return t.schemas.get(s, func(s *batch.Schema) (w rewrite) {
		out := newStruct()
		out.field(t.field, s)
		w.schema, w.err = out.build()
		return w
	})
}

func (t *hoistField) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.of(&r)
	if schema == nil {
		m := &batch.MapValue{}
		m.Put(batch.StringValue(t.field), value)
		return t.with(r, nil, batch.MapValueOf(m)), true, nil
	}
	w := t.wrapped(schema)
	if w.err != nil {
		return r, false, w.err
	}
	st := batch.NewStructValue(w.schema)
	if err := st.Put(t.field, value); err != nil {
		return r, false, err
	}
	return t.with(r, w.schema, batch.StructValueOf(st)), true, nil
}

func (t *hoistField) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := t.column(b)
	if c.Schema() == nil {
		t.setColumn(b, t.inMap(b, withoutAbsent(b, c)))
		return nil, true
	}
	if c.NoSchema != nil {
		if bare := split(b, c).bare; !isEmpty(bare) {
			f := leave(b, bare)
			t.setColumn(f, t.inMap(f, f.NullColumn(f.Len())))
			more = append(more, f)
		}
		c = b.WithSchema(c, c.Schema())
		c.NoSchema = nil
	}
	w := t.wrapped(c.Schema())
	if w.err != nil {
		fail(b, live(b), w.err)
		return more, true
	}
	put(b, live(b), &w.schema.Fields()[0], c, nil)
	t.setColumn(b, b.NewStruct(w.schema, b.Len(), []*batch.Column{c}))
	return more, true
}

func (t *hoistField) inMap(b *batch.Batch, c *batch.Column) *batch.Column {
	return newObjects(b, []string{t.field}, []*batch.Column{c}, java.TableSize(16))
}

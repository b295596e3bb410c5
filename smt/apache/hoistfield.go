package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func hoistFieldClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: "field", Type: config.String, Required: true, Importance: config.Medium,
		Doc: "Field name for the single field that will be created in the resulting Struct or Map.",
	})
	return twoSided("HoistField", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &hoistField{Side: s, field: v.String("field")}
		return transform(t), nil
	})
}

// hoistField wraps values into a struct or map with one field. Source: HoistField.
type hoistField struct {
	columnar.Side
	field   string
	schemas schemas.Cache[rewrite]
}

func (t *hoistField) wrapped(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) (w rewrite) {
		out := newStruct()
		out.Field(t.field, s)
		w.schema, w.err = out.Build()
		return w
	})
}

func (t *hoistField) effect() smt.Effect {
	return t.On(smt.Access{Form: smt.Wrapped, Writes: []string{t.field}})
}

func (t *hoistField) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	if schema == nil {
		m := &batch.MapValue{}
		m.Put(batch.StringValue(t.field), value)
		return t.With(r, nil, batch.MapValueOf(m)), true, nil
	}
	w := t.wrapped(schema)
	if w.err != nil {
		return r, false, w.err
	}
	st := batch.NewStructValue(w.schema)
	if err := st.Put(t.field, value); err != nil {
		return r, false, err
	}
	return t.With(r, w.schema, batch.StructValueOf(st)), true, nil
}

func (t *hoistField) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		t.SetColumn(b, t.inMap(b, withoutAbsent(b, c)))
		return nil, true
	}
	if c.NoSchema != nil {
		if bare := split(b, c).bare; !columnar.IsEmpty(bare) {
			f := leave(b, bare)
			t.SetColumn(f, t.inMap(f, f.NullColumn(f.Len())))
			more = append(more, f)
		}
		c = b.WithSchema(c, c.Schema())
		c.NoSchema = nil
	}
	w := t.wrapped(c.Schema())
	if w.err != nil {
		columnar.Fail(b, columnar.Live(b), w.err)
		return more, true
	}
	columnar.Put(b, columnar.Live(b), &w.schema.Fields()[0], c, nil)
	t.SetColumn(b, b.NewStruct(w.schema, b.Len(), []*batch.Column{c}))
	return more, true
}

func (t *hoistField) inMap(b *batch.Batch, c *batch.Column) *batch.Column {
	return newObjects(b, []string{t.field}, []*batch.Column{c}, java.TableSize(16))
}

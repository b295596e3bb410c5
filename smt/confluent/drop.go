package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const schemaBehavior = "schema.behavior"

func dropClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: schemaBehavior, Type: config.String, Default: "nullify", Importance: config.Medium,
		Validator: config.In("nullify", "retain", "validate", "force_optional"),
		Doc: "How to handle the schema of the dropped key or value: nullify sets it to null, retain keeps it, " +
			"validate refuses records whose schema is not optional, force_optional makes it optional.",
	})
	return twoSided("Drop", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &drop{side: s, behavior: v.String(schemaBehavior)}
		return newTransform(t.columns, t.record, t.effect()), nil
	})
}

// drop sets keys or values to null. Source: documentation of Drop.
type drop struct {
	side     columnar.Side
	behavior string

	from, to *batch.Schema // the schema made optional last
}

// schema returns what a schema becomes.
func (t *drop) schema(s *batch.Schema) (*batch.Schema, error) {
	switch {
	case s == nil || t.behavior == "nullify":
		return nil, nil
	case s.Optional() || t.behavior == "retain":
		return s, nil
	case t.behavior == "validate":
		return nil, dataError("Drop: the " + t.side.String() + " schema " + s.String() +
			" is not optional, so the " + t.side.String() + " can not be null; set " + schemaBehavior + " to another value than validate")
	}
	if t.from != s {
		t.from, t.to = s, batch.From(s).Optional(true).Build()
	}
	return t.to, nil
}

// effect: what was there is gone, but the schema may stay.
func (t *drop) effect() smt.Effect { return t.side.On(smt.Access{Form: smt.Made}) }

func (t *drop) record(r smt.Record) (smt.Record, bool, error) {
	s, _ := t.side.Of(&r)
	to, err := t.schema(s)
	return t.side.With(r, to, batch.Null()), err == nil, err
}

func (t *drop) columns(b *batch.Batch) bool {
	c := t.side.Column(b)
	to, err := t.schema(c.Schema())
	if err != nil {
		for _, i := range liveRows(b) {
			if c.HasSchema(int(i)) {
				b.Status.Fail(i, b.Len(), err)
			}
		}
	}
	if to == nil {
		t.side.SetColumn(b, b.NullColumn(b.Len()))
		return true
	}
	out := b.NewConstant(to, b.Len(), batch.Null())
	out.NoSchema = c.NoSchema
	t.side.SetColumn(b, out)
	return true
}

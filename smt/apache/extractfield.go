package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func extractFieldClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "field", Type: config.String, Required: true, Importance: config.Medium,
			Doc: "Field name to extract.",
		}).
		Define(replaceNullKey()).
		Define(fieldSyntaxKey())
	return twoSided("ExtractField", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &extractField{Side: s, text: v.String("field"), withDefault: v.Bool(replaceNull)}
		var err error
		if t.path, err = parsePath(t.text, v.String(fieldSyntaxVersion)); err != nil {
			return nil, err
		}
		return transform(t), nil
	})
}

const fieldExtraction = "field extraction"

// extractField replaces values by one of their fields. Source: ExtractField.
type extractField struct {
	columnar.Side
	text        string // as configured
	path        fieldPath
	withDefault bool
}

func (t *extractField) effect() smt.Effect {
	return t.On(smt.Access{Form: smt.Taken, Reads: []smt.Path{smt.Path(t.path)}})
}

func (t *extractField) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	if schema == nil {
		if value.IsNull() {
			return r, true, nil
		}
		m, err := requireMap(value, fieldExtraction)
		if err != nil {
			return r, false, err
		}
		v, err := t.path.inMap(m)
		return t.With(r, nil, v), err == nil, err
	}
	var st *batch.StructValue
	if !value.IsNull() {
		var err error
		if st, err = requireStruct(value, fieldExtraction); err != nil {
			return r, false, err
		}
	}
	field, err := t.field(schema)
	if err != nil || st == nil {
		return t.With(r, field, batch.Value{}), err == nil, err
	}
	v, err := t.path.inStruct(st, t.withDefault)
	return t.With(r, field, v), err == nil, err
}

// field returns the schema of the field in s.
func (t *extractField) field(s *batch.Schema) (*batch.Schema, error) {
	field, err := t.path.schema(s)
	if err == nil && field == nil {
		err = exception(illegalArgumentException, "Unknown field: "+t.text)
	}
	return field, err
}

func (t *extractField) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, t.inMaps(b, c)
	}
	p := split(b, c)
	if !onlyStructs(b, c, p.present, fieldExtraction) {
		p.present = none
	}
	if columnar.IsEmpty(p.present) && columnar.IsEmpty(p.null) {
		return nil, true
	}
	field, err := t.field(c.Schema())
	if err != nil {
		columnar.Fail(b, p.present, err)
		columnar.Fail(b, p.null, err)
		return nil, true
	}
	c = columnar.PlainStructs(b, c)
	out, valid := c, c.Valid
	for k, name := range t.path {
		out = out.Child(name)
		if k == len(t.path)-1 {
			break
		}
		if out.Schema().HasDefault() {
			return nil, false // a default struct stands for null on the way
		}
		out = columnar.PlainStructs(b, out)
		valid = columnar.Both(&b.Arena, valid, out.Valid)
	}
	out = columnar.Where(b, reading(b, p.present, out, t.withDefault), valid)
	if c.NoSchema != nil {
		out = b.WithSchema(out, field)
		out.NoSchema = c.NoSchema
	}
	t.SetColumn(b, out)
	return nil, true
}

// inMaps is columns for rows without schema.
func (t *extractField) inMaps(b *batch.Batch, c *batch.Column) bool {
	before, last, err := t.path.split()
	c, p, ok := objects(b, c, fieldExtraction)
	if !ok {
		return false
	}
	if columnar.IsEmpty(p.present) {
		return true
	}
	if err != nil {
		columnar.Fail(b, p.present, err)
		return true
	}
	maps := p.present
	for _, name := range before {
		if c, maps, ok = nestedMaps(b, c, maps, name); !ok {
			return false
		}
	}
	t.SetColumn(b, memberOf(b, c, maps, last))
	return true
}

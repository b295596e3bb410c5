package apache

import (
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func castClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "spec", Type: config.List, Required: true, Importance: config.High,
			Validator: config.Lambda(func(_ string, v any) error {
				l, _ := v.([]string)
				if len(l) == 0 {
					return configError("Must specify at least one field to cast.")
				}
				_, err := parseCasts(l)
				return err
			}, "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>"),
			Doc: "List of fields and the type to cast them to of the form field1:type,field2:type to cast fields of " +
				"Maps or Structs. A single type to cast the entire value. Valid types are int8, int16, int32, " +
				"int64, float32, float64, boolean, and string. Note that binary fields can only be cast to string.",
		}).
		Define(replaceNullKey())
	return twoSided("Cast", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		casts, err := parseCasts(v.List("spec"))
		if err != nil {
			return nil, err
		}
		t := &cast{Side: s, casts: casts, withDefault: v.Bool(replaceNull)}
		t.to.dates = newDateText(datetext.ZoneFor(time.Local))
		return editing(s, t), nil
	})
}

// fieldCast is the type that a field gets.
type fieldCast struct {
	field string
	to    batch.Kind
}

// castSpec is what Cast is configured with: a type for whole values, or for fields, in the order of a HashMap.
type castSpec struct {
	whole  bool
	to     batch.Kind // whole
	fields []fieldCast
}

// of returns the type that a field gets.
func (s *castSpec) of(field string) (batch.Kind, bool) {
	for i := range s.fields {
		if s.fields[i].field == field {
			return s.fields[i].to, true
		}
	}
	return 0, false
}

// parseCasts reads a spec. Source: Cast.parseFieldTypes.
func parseCasts(list []string) (castSpec, error) {
	var s castSpec
	types := map[string]batch.Kind{}
	var names []string
	for _, text := range list {
		parts := splitColons(text)
		if len(parts) > 2 {
			return s, invalidMapping(list, text)
		}
		if len(parts) == 0 {
			return s, exception("java.lang.ArrayIndexOutOfBoundsException", "Index 1 out of bounds for length 0")
		}
		to, err := castTarget(java.Trim(parts[len(parts)-1]))
		if err != nil {
			return s, err
		}
		if len(parts) == 1 {
			s.whole, s.to = true, to
			continue
		}
		name := java.Trim(parts[0])
		types[name] = to
		names = append(names, name)
	}
	if s.whole && len(list) > 1 {
		return s, configError("Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec")
	}
	for _, i := range java.HashMapOrder(names) {
		s.fields = append(s.fields, fieldCast{names[i], types[names[i]]})
	}
	return s, nil
}

const (
	castOutputs = "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]"
	castInputs  = "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]"
)

// castTarget reads the name of a type.
func castTarget(text string) (batch.Kind, error) {
	upper := strings.ToUpper(text)
	for k := batch.KindInt8; k <= batch.KindStruct; k++ {
		if k.String() != upper {
			continue
		}
		if k > batch.KindString {
			return 0, configError("Cast transformation does not support casting to " + upper + "; supported types are " + castOutputs)
		}
		return k, nil
	}
	return 0, configError("Invalid value java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type." +
		upper + " for configuration Invalid type found in casting spec: " + text)
}

const castTypes = "cast types"

// cast changes the types of values or fields. Source: Cast.
type cast struct {
	columnar.Side
	casts       castSpec
	withDefault bool
	to          caster
	schemas     schemas.Cache[rewrite]
	children    []*batch.Column // scratch
	maps        mapOrders
}

// rewrite computes the resulting schema. Source: Cast.getOrBuildSchema.
func (t *cast) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) (w rewrite) {
		if t.casts.whole {
			w.schema, w.err = t.finish(batch.Basics(t.casts.to, s), s, t.casts.to)
			w.whole = true
			// A number under the name of a logical type has no column: the original's converter refuses it.
			w.odd = w.err == nil && (w.schema.Logical() != batch.LogicalNone || misnamedTime(s))
			return w
		}
		if s.Kind() != batch.KindStruct {
			w.err = noFields()
			return w
		}
		out := structLike(s)
		for _, f := range s.Fields() {
			to, ok := t.casts.of(f.Name)
			if !ok {
				out.Field(f.Name, f.Schema)
				continue
			}
			schema, err := t.finish(batch.NewSchema(to), f.Schema, to)
			if err != nil {
				w.err = err
				return w
			}
			out.Field(f.Name, schema)
			w.odd = w.odd || misnamedTime(f.Schema)
		}
		if w.err = out.Err; w.err == nil {
			w.schema, w.err = t.finish(out.Builder(), s, batch.KindStruct)
		}
		w.from = copied(s)
		return w
	})
}

// finish adds the optional flag and the default of s, cast, to b.
func (t *cast) finish(b *batch.Builder, s *batch.Schema, to batch.Kind) (*batch.Schema, error) {
	b.Optional(s.Optional())
	if s.HasDefault() {
		v, err := t.to.value(s, s.Default(), to)
		if err == nil {
			err = withDefault(b, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return b.Build(), nil
}

func (t *cast) effect() smt.Effect {
	if t.casts.whole {
		return t.On(smt.Access{Form: smt.Opaque})
	}
	a := smt.Access{Form: smt.Edited}
	for _, f := range t.casts.fields {
		a.Reads, a.Writes = append(a.Reads, smt.Path{f.field}), append(a.Writes, f.field)
	}
	return t.On(a)
}

func (t *cast) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	switch {
	case value.IsNull():
		return r, true, nil
	case schema == nil:
		out, err := t.untyped(value)
		return t.With(r, nil, out), err == nil, err
	}
	w := t.rewrite(schema)
	if w.err != nil {
		return r, false, w.err
	}
	if t.casts.whole {
		out, err := t.to.value(schema, value, t.casts.to)
		return t.With(r, w.schema, out), err == nil, err
	}
	st, err := requireStruct(value, castTypes)
	if err != nil {
		return r, false, err
	}
	out := batch.NewStructValue(w.schema)
	for _, f := range st.Schema.Fields() {
		v := fieldOf(st, f.Name, t.withDefault)
		if to, ok := t.casts.of(f.Name); ok {
			if v, err = t.to.value(f.Schema, v, to); err != nil {
				return r, false, err
			}
		}
		if err := out.Put(f.Name, v); err != nil {
			return r, false, err
		}
	}
	return t.With(r, w.schema, batch.StructValueOf(out)), true, nil
}

// untyped is record for a value without schema.
func (t *cast) untyped(value batch.Value) (batch.Value, error) {
	if t.casts.whole {
		return t.to.value(nil, value, t.casts.to)
	}
	m, err := requireMap(value, castTypes)
	if err != nil {
		return value, err
	}
	out := copyMap(m)
	for _, f := range t.casts.fields {
		v, _ := m.Get(batch.StringValue(f.field))
		if v, err = t.to.value(nil, v, f.to); err != nil {
			return value, err
		}
		out.Put(batch.StringValue(f.field), v)
	}
	return batch.MapValueOf(out), nil
}

func (t *cast) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, t.untypedColumns(b, c)
	}
	p := split(b, c)
	if columnar.IsEmpty(p.present) {
		return nil, true
	}
	w := t.rewrite(c.Schema())
	if w.odd {
		return nil, false
	}
	if failed(b, p.present, w.err) {
		return nil, true
	}
	if !columnar.IsEmpty(p.null) {
		more = append(more, leave(b, p.null))
	}
	if t.casts.whole {
		out := t.to.column(b, p.present, c, w.schema)
		out.NoSchema = c.NoSchema
		t.SetColumn(b, out)
		return more, true
	}
	c = columnar.PlainStructs(b, c)
	t.children = t.fields(b, p.present, c.Valid, &w, c.Children, t.children[:0])
	t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	return more, true
}

func (t *cast) fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column {
	fields := w.schema.Fields()
	for i := range fields {
		f := &fields[i]
		child := reading(b, rows, in[i], t.withDefault)
		if _, ok := t.casts.of(f.Name); ok {
			child = t.to.column(b, presentOf(b, rows, child), child, f.Schema)
		}
		columnar.Put(b, rows, f, child, valid)
		out = append(out, child)
	}
	return out
}

// untypedColumns is columns for rows without schema.
func (t *cast) untypedColumns(b *batch.Batch, c *batch.Column) bool {
	if t.casts.whole {
		p := split(b, c)
		if columnar.IsEmpty(p.present) {
			return true
		}
		if hasPacked(c) {
			return false
		}
		t.SetColumn(b, t.to.untyped(b, p.present, c, t.casts.to))
		return true
	}
	c, p, ok := objects(b, c, castTypes)
	if !ok {
		return false
	}
	if columnar.IsEmpty(p.present) {
		return true
	}
	t.children = t.children[:0]
	for _, f := range t.casts.fields {
		m := memberOf(b, c, p.present, f.field)
		if hasPacked(m) {
			return false
		}
		t.children = append(t.children, m)
	}
	e := t.maps.copyObjects(b, c)
	for i, f := range t.casts.fields {
		m := t.children[i]
		e.put(f.field, t.to.untyped(b, presentOf(b, p.present, m), m, f.to))
	}
	t.SetColumn(b, e.column())
	return true
}

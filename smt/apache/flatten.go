package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func flattenClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: "delimiter", Type: config.String, Default: ".", Importance: config.Medium,
		Doc: "Delimiter to insert between field names from the input record when generating field names for the output record",
	})
	return twoSided("Flatten", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &flatten{Side: s, delimiter: v.String("delimiter")}
		return transform(t), nil
	})
}

const flattening = "flattening"

// flatten replaces structs and maps inside of a value by their fields. Source: Flatten.
type flatten struct {
	columnar.Side
	delimiter string
	schemas   schemas.Cache[rewrite]
	children  []*batch.Column // scratch
	maps      mapOrders
}

func (t *flatten) name(prefix, field string) string {
	if prefix == "" {
		return field
	}
	return prefix + t.delimiter + field
}

func (t *flatten) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) (w rewrite) {
		out := structLike(s)
		t.addFields(out, s, "", s.Optional(), s.Default().Struct())
		w.schema, w.err = out.Build()
		return w
	})
}

// addFields adds the fields of s and of the structs in it: optional where one on the way is, with the default
// of their own or of a struct on the way. Source: Flatten.buildUpdatedSchema.
func (t *flatten) addFields(out *columnar.StructSchema, s *batch.Schema, prefix string, optional bool, defaults *batch.StructValue) {
	for _, f := range s.Fields() {
		name := t.name(prefix, f.Name)
		optional := optional || f.Schema.Optional()
		def := f.Schema.Default()
		if def.IsNull() && defaults != nil {
			def = fieldOf(defaults, f.Name, true)
		}
		switch {
		case out.Err != nil:
			return
		case f.Schema.Kind() == batch.KindStruct:
			t.addFields(out, f.Schema, name, optional, def.Struct())
		case f.Schema.Kind() == batch.KindMap:
			out.Err = dataError("Flatten transformation does not support MAP for record with schemas (for field " + name + ").")
		default:
			leaf, err := leafSchema(f.Schema, optional, def)
			if err != nil {
				out.Err = err
			}
			out.Field(name, leaf)
		}
	}
}

func leafSchema(s *batch.Schema, optional bool, def batch.Value) (*batch.Schema, error) {
	b := batch.Basics(s.Kind(), s).Elem(s.Elem()).Optional(optional)
	err := withDefault(b, def)
	if out := b.Build(); !out.Equal(s) {
		return out, err
	}
	return s, err
}

// effect: every member may be taken apart, and what a member is decides what fails.
func (t *flatten) effect() smt.Effect { return t.On(smt.Access{Form: smt.Opaque}) }

func (t *flatten) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	switch {
	case value.IsNull():
		return r, true, nil
	case schema == nil:
		m, err := requireMap(value, flattening)
		if err != nil {
			return r, false, err
		}
		out := &batch.MapValue{}
		err = t.inMap(out, m, "", false)
		return t.With(r, nil, batch.MapValueOf(out)), err == nil, err
	}
	st, err := requireStruct(value, flattening)
	if err != nil {
		return r, false, err
	}
	w := t.rewrite(schema)
	if w.err != nil {
		return r, false, w.err
	}
	out := batch.NewStructValue(w.schema)
	if err := t.inStruct(out, st, ""); err != nil {
		return r, false, err
	}
	return t.With(r, w.schema, batch.StructValueOf(out)), true, nil
}

// inStruct puts the fields of st into out; those of a null struct stay unset.
func (t *flatten) inStruct(out, st *batch.StructValue, prefix string) error {
	for i, f := range st.Schema.Fields() {
		name := t.name(prefix, f.Name)
		if f.Schema.Kind() != batch.KindStruct {
			if err := out.Put(name, fieldOf(st, f.Name, true)); err != nil {
				return err
			}
			continue
		}
		if below := st.Fields[i].Struct(); below != nil {
			if err := t.inStruct(out, below, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// inMap puts the members of m into out in the order in which m iterates.
func (t *flatten) inMap(out, m *batch.MapValue, prefix string, linked bool) error {
	names, order, odd := namesInOrder(m, linked)
	for _, i := range order {
		name, v := t.name(prefix, names[i]), m.Values[i]
		err := flattenable(v.Tag(), name)
		if err == nil && v.Tag() == batch.TagMap {
			err = t.inMap(out, v.Map(), name, linked)
		} else if err == nil {
			out.Put(batch.StringValue(name), v)
		}
		if err != nil {
			return err
		}
	}
	if odd >= 0 {
		return notString(m.Keys[odd].Tag())
	}
	return nil
}

// namesInOrder returns the names of m's members, and the members in the order in which m iterates: a HashMap
// has its null key first. odd is the first key that is no text, -1 without one; it comes after all others, though
// in Java its hash decides.
func namesInOrder(m *batch.MapValue, linked bool) (names []string, order []int32, odd int) {
	names, odd = make([]string, len(m.Keys)), -1
	var null []int32
	var texts []string
	var at []int32
	for i, k := range m.Keys {
		switch k.Tag() {
		case batch.TagString:
			names[i] = k.Str()
			texts, at = append(texts, names[i]), append(at, int32(i))
		case batch.TagNull:
			names[i] = "null" // what concatenation makes of it below the top; above, the key stays null in Java
			null = append(null, int32(i))
		default:
			if odd < 0 {
				odd = i
			}
		}
	}
	if linked {
		at = append(at, null...)
		slices.Sort(at)
		return names, at, odd
	}
	order = null
	for _, i := range java.HashMapOrder(texts) {
		order = append(order, at[i])
	}
	return names, order, odd
}

// flattenable refuses classes that a map's members cannot have.
func flattenable(class batch.Tag, name string) error {
	switch class {
	case batch.TagStruct:
		return dataError("Flatten transformation does not support class " + class.JavaClass() + " for record without schemas (for field " + name + ").")
	case batch.TagDecimal, batch.TagDate:
		return dataError("Flatten transformation was passed a value of type class " + class.JavaClass() + " which is not supported by Connect's data API")
	}
	return nil
}

func (t *flatten) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		t.untyped(b, c)
		return nil, true
	}
	c, present, more := changing(b, c, flattening)
	if columnar.IsEmpty(present) {
		return more, true
	}
	w := t.rewrite(c.Schema())
	if failed(b, present, w.err) {
		return more, true
	}
	t.children = t.children[:0]
	t.addColumns(b, present, c, nil, w.schema.Fields())
	t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	return more, true
}

// addColumns appends the columns of the structs in c, which rows have; valid says where c, below the top,
// and all above it are there. fields are those of the result that are still to come.
func (t *flatten) addColumns(b *batch.Batch, rows batch.Selection, c *batch.Column, valid bits.Bitmap, fields []batch.Field) []batch.Field {
	for _, child := range c.Children {
		if child.Schema().Kind() == batch.KindStruct {
			child = columnar.PlainStructs(b, child)
			fields = t.addColumns(b, presentOf(b, rows, child), child, columnar.Both(&b.Arena, valid, child.Valid), fields)
			continue
		}
		f := &fields[0]
		fields = fields[1:]
		child = reading(b, rows, child, true)
		columnar.Put(b, rows, f, child, columnar.Both(&b.Arena, c.Valid, valid))
		if child.Schema() != f.Schema {
			child = b.WithSchema(child, f.Schema)
		}
		t.children = append(t.children, columnar.Where(b, child, valid))
	}
	return fields
}

package apache

import (
	"math"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func maskFieldClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "fields", Type: config.List, Required: true, Validator: config.AnyNonDuplicateValues(false, false), Importance: config.High,
			Doc: "Names of fields to mask.",
		}).
		Define(config.Key{
			Name: "replacement", Type: config.String, Validator: config.NonEmptyString{}, Importance: config.Low,
			Doc: "Custom value replacement, that will be applied to all 'fields' values (numeric or non-empty string values only).",
		}).
		Define(replaceNullKey())
	return twoSided("MaskField", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &maskField{Side: s, withDefault: v.Bool(replaceNull)}
		fields := v.List("fields")
		for _, i := range java.HashMapOrder(fields) {
			t.names = append(t.names, fields[i])
		}
		replacement, custom := v.OptString("replacement")
		for tag := range t.masks {
			t.masks[tag] = maskOf(batch.Tag(tag), replacement, custom)
		}
		return editing(s, t), nil
	})
}

const maskFields = "mask fields"

// maskField replaces values by one that says nothing. Source: MaskField.
type maskField struct {
	columnar.Side
	names       []string // in the order of a HashSet
	withDefault bool
	masks       [batch.TagEntries + 1]mask // by class of value
	children    []*batch.Column            // scratch
	maps        mapOrders
}

// mask is what values of one class become, or the error that they meet.
type mask struct {
	value batch.Value
	err   error
}

// maskOf returns the mask of a class. Source: MaskField.masked.
func maskOf(class batch.Tag, replacement string, custom bool) mask {
	switch {
	case class == batch.TagNull || class == batch.TagAbsent:
		return mask{}
	case custom:
		return replacing(class, replacement)
	}
	switch class {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return mask{value: batch.IntValue(batch.Kind(class-1), 0)}
	case batch.TagFloat32:
		return mask{value: batch.Float32Value(0)}
	case batch.TagFloat64:
		return mask{value: batch.Float64Value(0)}
	case batch.TagBoolean:
		return mask{value: batch.BooleanValue(false)}
	case batch.TagString:
		return mask{value: batch.StringValue("")}
	case batch.TagDecimal:
		return mask{value: decimalValue(java.NewDecimal(0, 0))}
	case batch.TagDate:
		return mask{value: batch.DateValue(0)}
	case batch.TagArray:
		return mask{value: batch.ArrayValue([]batch.Value{})}
	case batch.TagMap, batch.TagEntries:
		return mask{value: batch.MapValueOf(&batch.MapValue{})}
	}
	return mask{err: dataError("Cannot mask value of type: class " + class.JavaClass())}
}

// replacing returns the mask of a class for a configured text. Numbers are read as decimals and cut.
func replacing(class batch.Tag, text string) mask {
	d, err := java.ParseDecimal(text)
	if err != nil {
		err = dataError("Unable to convert " + text + " (class java.lang.String) to a number")
	}
	switch class {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return mask{batch.IntValue(batch.Kind(class-1), d.Long()), err}
	case batch.TagFloat32:
		return mask{batch.Float32Value(float32(d.Float64())), err}
	case batch.TagFloat64:
		return mask{batch.Float64Value(d.Float64()), err}
	case batch.TagString:
		return mask{value: batch.StringValue(text)}
	case batch.TagDecimal:
		if err != nil {
			err = dataError("Unable to convert " + text + " (class java.lang.String) to number")
		}
		return mask{decimalValue(d), err}
	}
	return mask{err: dataError("Cannot mask value of type class " + class.JavaClass() + " with custom replacement.")}
}

func decimalValue(d java.Decimal) batch.Value {
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: d.Unscaled(), Scale: d.Scale()})
}

func (t *maskField) effect() smt.Effect {
	a := smt.Access{Form: smt.Edited, Writes: t.names}
	for _, name := range t.names {
		a.Reads = append(a.Reads, smt.Path{name})
	}
	return t.On(a)
}

func (t *maskField) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	if schema == nil {
		m, err := requireMap(value, maskFields)
		if err != nil {
			return r, false, err
		}
		out := copyMap(m)
		for _, name := range t.names {
			v, _ := m.Get(batch.StringValue(name))
			mask := &t.masks[v.Tag()]
			if mask.err != nil {
				return r, false, mask.err
			}
			out.Put(batch.StringValue(name), mask.value)
		}
		return t.With(r, nil, batch.MapValueOf(out)), true, nil
	}
	st, err := requireStruct(value, maskFields)
	if err != nil {
		return r, false, err
	}
	out := batch.NewStructValue(st.Schema)
	for _, f := range st.Schema.Fields() {
		v := fieldOf(st, f.Name, t.withDefault)
		if slices.Contains(t.names, f.Name) {
			mask := &t.masks[v.Tag()]
			if mask.err != nil {
				return r, false, mask.err
			}
			v = mask.value
		}
		if err := out.Put(f.Name, v); err != nil {
			return r, false, err
		}
	}
	return t.With(r, schema, batch.StructValueOf(out)), true, nil
}

func (t *maskField) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, t.inMaps(b, c)
	}
	c, present := structs(b, c, maskFields)
	if columnar.IsEmpty(present) {
		return nil, true
	}
	w := t.rewrite(c.Schema())
	t.children = t.fields(b, present, c.Valid, &w, c.Children, t.children[:0])
	t.SetColumn(b, structsLike(b, c, c.Schema(), t.children))
	return nil, true
}

// rewrite keeps the schema.
func (t *maskField) rewrite(s *batch.Schema) rewrite { return rewrite{schema: s} }

func (t *maskField) fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column {
	fields := w.schema.Fields()
	for i := range fields {
		f := &fields[i]
		child := reading(b, rows, in[i], t.withDefault)
		if slices.Contains(t.names, f.Name) {
			child = t.masked(b, rows, child)
		}
		columnar.Put(b, rows, f, child, valid)
		out = append(out, child)
	}
	return out
}

// masked returns the mask of a field's values: one for all, null where they are.
func (t *maskField) masked(b *batch.Batch, rows batch.Selection, c *batch.Column) *batch.Column {
	mask := &t.masks[classOf(c.Schema())]
	if columnar.NeverNull(c) {
		if mask.err != nil {
			columnar.Fail(b, rows, mask.err)
			return c
		}
		return b.NewConstant(c.Schema(), b.Len(), mask.value)
	}
	plain := b.PlainColumn(c)
	if mask.err != nil {
		for _, i := range columnar.Listed(b, rows) {
			if !plain.IsNull(int(i)) {
				b.Status.Fail(i, b.Len(), mask.err)
			}
		}
		return c
	}
	return columnar.ConstantWhere(b, c.Schema(), mask.value, plain.Valid)
}

// inMaps is columns for rows without schema.
func (t *maskField) inMaps(b *batch.Batch, c *batch.Column) bool {
	c, p, ok := objects(b, c, maskFields)
	if !ok {
		return false
	}
	failNull(b, p.bare, maskFields)
	if columnar.IsEmpty(p.present) {
		return true
	}
	t.children = t.children[:0]
	for _, name := range t.names {
		m := memberOf(b, c, p.present, name)
		if hasPacked(m) {
			return false
		}
		t.children = append(t.children, m)
	}
	e := t.maps.copyObjects(b, c)
	for i, name := range t.names {
		e.put(name, t.untyped(b, p.present, t.children[i]))
	}
	t.SetColumn(b, e.column())
	return true
}

// untyped is masked for values without schema.
func (t *maskField) untyped(b *batch.Batch, rows batch.Selection, c *batch.Column) *batch.Column {
	if class, ok := oneClass(c); ok {
		if failed(b, rows, t.masks[class].err) {
			return c
		}
		return b.NewConstant(nil, b.Len(), t.masks[class].value)
	}
	for _, i := range columnar.Listed(b, rows) {
		if err := t.masks[c.Dyn.Tag(int(i))].err; err != nil {
			b.Status.Fail(i, b.Len(), err)
		}
	}
	return t.byClass(b, c.Dyn)
}

// oneClass returns the class of all values of a schemaless column, if it is one.
func oneClass(c *batch.Column) (batch.Tag, bool) {
	switch {
	case c.Form() == batch.FormConstant:
		return c.Const.Tag(), true
	case c.Dyn.Tags == nil:
		return c.Dyn.Uniform, true
	}
	return 0, false
}

// byClass returns a schemaless column with the mask of every value's class.
func (t *maskField) byClass(b *batch.Batch, d *batch.Dynamic) *batch.Column {
	c := b.NewDynamic(len(d.Tags))
	var tags [batch.TagEntries + 1]batch.Tag
	var slots [batch.TagEntries + 1]uint64
	views := mem.Cast[batch.View](mem.AsBytes(slots[:]))
	var text []byte
	view := func(class int, start int) {
		views[class] = batch.View{Pos: uint32(start) | batch.InArena, Len: uint32(len(text) - start)}
	}
	for class := range t.masks {
		m := t.masks[class].value
		tags[class] = m.Tag()
		start := len(text)
		switch m.Tag() {
		case batch.TagString:
			text = append(text, m.Str()...)
			view(class, start)
		case batch.TagDecimal:
			text = batch.AppendDecimal(text, m.Decimal().Unscaled, m.Decimal().Scale)
			view(class, start)
		case batch.TagFloat32, batch.TagFloat64:
			slots[class] = math.Float64bits(m.Float())
		case batch.TagArray, batch.TagMap: // empty: no elements, the only shape
		default:
			slots[class] = uint64(m.Int())
		}
	}
	c.Dyn.Shapes = append(c.Dyn.Shapes, batch.Shape{})
	c.Bufs[1] = b.Arena.Bytes(len(text))
	copy(c.Bufs[1], text)
	for i, tag := range d.Tags {
		c.Dyn.Tags[i], c.Dyn.Slots[i] = tags[tag], slots[tag]
	}
	return c
}

package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func headerFromClasses() []*smt.Class {
	list := func(name, doc string) config.Key {
		return config.Key{Name: name, Type: config.List, Required: true, Validator: nonEmptyList{}, Importance: config.High, Doc: doc}
	}
	def := config.NewDef().
		Define(list("fields", "Field names in the record whose values are to be copied or moved to headers.")).
		Define(list("headers", "Header names, in the same order as the field names listed in the fields configuration property.")).
		Define(config.Key{
			Name: "operation", Type: config.String, Required: true, Validator: config.In("move", "copy"), Importance: config.High,
			Doc: "Either <code>move</code> if the fields are to be moved to the headers (removed from the key/value), " +
				"or <code>copy</code> if the fields are to be copied to the headers (retained in the key/value).",
		}).
		Define(replaceNullKey())
	return twoSided("HeaderFrom", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &headerFrom{
			Side: s, fields: v.List("fields"), headers: v.List("headers"),
			move: v.String("operation") == "move", purpose: "header " + v.String("operation"), withDefault: v.Bool(replaceNull),
		}
		if len(t.fields) != len(t.headers) {
			return nil, configError("'fields' config must have the same number of elements as 'headers' config.")
		}
		return transform(t), nil
	})
}

// nonEmptyList refuses lists without elements. Source: NonEmptyListValidator.
type nonEmptyList struct{}

func (nonEmptyList) Validate(name string, value any) error {
	if l, ok := value.([]string); ok && len(l) > 0 {
		return nil
	}
	return config.InvalidValue(name, value, "Empty list")
}

func (nonEmptyList) String() string { return "non-empty list" }

// headerFrom copies or moves fields to headers. Source: HeaderFrom.
type headerFrom struct {
	columnar.Side
	fields, headers []string
	move            bool
	purpose         string
	withDefault     bool
	schemas         schemas.Cache[rewrite]
	children        []*batch.Column // scratch
	maps            mapOrders
	columnsOf       []*batch.Column      // scratch: per header
	added           []batch.HeaderColumn // scratch
}

// rewrite is the schema without the fields that are moved.
func (t *headerFrom) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) (w rewrite) {
		out := structLike(s)
		for _, f := range s.Fields() {
			if !slices.Contains(t.fields, f.Name) {
				out.Field(f.Name, f.Schema)
				w.from = append(w.from, f.Index)
			}
		}
		w.schema, w.err = out.Build()
		return w
	})
}

// unknownField is what the original meets where the schema has no such field.
func unknownField() error {
	return exception(nullPointerException, `Cannot invoke "org.apache.kafka.connect.data.Field.schema()" because the return value of "org.apache.kafka.connect.data.Schema.field(String)" is null`)
}

// checkHeader refuses null under a required schema. Source: ConnectHeaders.checkSchemaMatches.
func checkHeader(s *batch.Schema, v batch.Value) error {
	if s != nil && v.IsNull() && !s.Optional() {
		return dataError("A null value requires an optional schema but was " + schemaText(s))
	}
	return nil
}

// schemaText is ConnectSchema.toString.
func schemaText(s *batch.Schema) string {
	if s.HasName() {
		return "Schema{" + s.Name() + ":" + s.Kind().String() + "}"
	}
	return "Schema{" + s.Kind().String() + "}"
}

func (t *headerFrom) effect() smt.Effect {
	a := smt.Access{Form: smt.Edited}
	for _, name := range t.fields {
		a.Reads = append(a.Reads, smt.Path{name})
	}
	if t.move {
		a.Drops = t.fields
	}
	e := t.On(a)
	e.Headers = smt.Reads | smt.Writes
	return e
}

func (t *headerFrom) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	headers := slices.Clone(r.Headers)
	if schema == nil {
		m, err := requireMap(value, t.purpose)
		if err != nil {
			return r, false, err
		}
		out := copyMap(m)
		for i, name := range t.fields {
			v, _ := m.Get(batch.StringValue(name))
			if t.move {
				removeKey(out, name)
			}
			headers = append(headers, batch.Header{Key: t.headers[i], Decoded: true, Schema: ownSchema(nil, v), Value: v})
		}
		r.Headers = headers
		return t.With(r, nil, batch.MapValueOf(out)), true, nil
	}
	st, err := requireStruct(value, t.purpose)
	if err != nil {
		return r, false, err
	}
	if t.move {
		w := t.rewrite(schema)
		out := batch.NewStructValue(w.schema)
		for _, f := range w.schema.Fields() {
			if err := out.Put(f.Name, fieldOf(st, f.Name, t.withDefault)); err != nil {
				return r, false, err
			}
		}
		r = t.With(r, w.schema, batch.StructValueOf(out))
	}
	for i, name := range t.fields {
		f := st.Schema.Field(name)
		if f == nil {
			return r, false, unknownField()
		}
		v := fieldOf(st, name, t.withDefault)
		if err := checkHeader(f.Schema, v); err != nil {
			return r, false, err
		}
		headers = append(headers, batch.Header{Key: t.headers[i], Decoded: true, Schema: f.Schema, Value: v})
	}
	r.Headers = headers
	return r, true, nil
}

// ownSchema returns the schema of a header's value: that of a struct where none is given.
// Source: ConnectHeader.schema.
func ownSchema(s *batch.Schema, v batch.Value) *batch.Schema {
	if st := v.Struct(); s == nil && st != nil {
		return st.Schema
	}
	return s
}

func removeKey(m *batch.MapValue, name string) {
	for i, k := range m.Keys {
		if k.Tag() == batch.TagString && k.Str() == name {
			m.Keys, m.Values = slices.Delete(m.Keys, i, i+1), slices.Delete(m.Values, i, i+1)
			return
		}
	}
}

func (t *headerFrom) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, t.inMaps(b, c)
	}
	c, present := structs(b, c, t.purpose)
	if columnar.IsEmpty(present) {
		return nil, true
	}
	if t.move {
		w := t.rewrite(c.Schema())
		t.children = carry(b, present, c.Valid, &w, t.withDefault, c.Children, t.children[:0])
		t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	}
	t.columnsOf = t.columnsOf[:0]
	for _, name := range t.fields {
		child := c.Child(name)
		if child == nil {
			columnar.Fail(b, present, unknownField())
			return nil, true
		}
		child = reading(b, present, child, t.withDefault)
		if s := child.Schema(); !s.Optional() && !columnar.NeverNull(child) {
			for _, i := range columnar.Listed(b, present) {
				if child.IsNull(int(i)) {
					b.Status.Fail(i, b.Len(), checkHeader(s, batch.Null()))
				}
			}
		}
		t.columnsOf = append(t.columnsOf, child)
	}
	t.addHeaders(b)
	return nil, true
}

// inMaps is columns for rows without schema.
func (t *headerFrom) inMaps(b *batch.Batch, c *batch.Column) bool {
	c, p, ok := objects(b, c, t.purpose)
	if !ok {
		return false
	}
	failNull(b, p.bare, t.purpose)
	if columnar.IsEmpty(p.present) {
		return true
	}
	e := t.maps.copyObjects(b, c)
	t.columnsOf = t.columnsOf[:0]
	for _, name := range t.fields {
		t.columnsOf = append(t.columnsOf, memberOf(b, c, p.present, name))
		if t.move {
			e.remove(name)
		}
	}
	t.SetColumn(b, e.column())
	t.addHeaders(b)
	return true
}

// addHeaders appends a header for each of t.columnsOf, which it shares.
func (t *headerFrom) addHeaders(b *batch.Batch) {
	t.added = t.added[:0]
	for k, c := range t.columnsOf {
		t.added = append(t.added, batch.HeaderColumn{Key: t.headers[k], Schema: c.Schema(), Column: c})
	}
	b.AddHeaders(t.added...)
	clear(t.added)
}

package apache

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func replaceFieldClasses() []*smt.Class {
	list := func(name, doc string, v config.Validator) config.Key {
		return config.Key{Name: name, Type: config.List, Default: []string{}, Validator: v, Importance: config.Medium, Doc: doc}
	}
	def := config.NewDef().
		Define(list("exclude", "Fields to exclude. This takes precedence over the fields to include.", config.AnyNonDuplicateValues(true, false))).
		Define(list("include", "Fields to include. If specified, only these fields will be used.", config.AnyNonDuplicateValues(true, false))).
		Define(list("renames", "Field rename mappings.", config.Lambda(func(_ string, v any) error {
			_, err := parseRenames(v.([]string))
			return err
		}, "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>"))).
		Define(replaceNullKey())
	return twoSidedLogging("ReplaceField", def, func(s columnar.Side, v *config.Values, c smt.Context) (smt.Transform, error) {
		t := &replaceField{Side: s, withDefault: v.Bool(replaceNull)}
		var err error
		if t.exclude, err = listOrOld(v, c, "exclude", "blacklist"); err != nil {
			return nil, err
		}
		if t.include, err = listOrOld(v, c, "include", "whitelist"); err != nil {
			return nil, err
		}
		if t.renames, err = parseRenames(v.List("renames")); err != nil {
			return nil, err
		}
		t.originals = t.renames.inverted()
		return editing(s, t), nil
	})
}

// listOrOld reads a list under its name or, where that is not set, under the one it had up to Kafka 3.9.
// The original ignores the old name since 4.0, and so lets fields through that were to be left out.
func listOrOld(v *config.Values, c smt.Context, name, old string) ([]string, error) {
	text, set := v.Originals()[old]
	if !set {
		return v.List(name), nil
	}
	c.Log().Warn("old config key: Kafka 4.0 and newer ignore it", "key", old, "instead", name, "obeyed", !v.IsSet(name))
	if v.IsSet(name) {
		return v.List(name), nil
	}
	list, err := config.ParseText(old, text, config.List)
	if err != nil {
		return nil, err
	}
	return list.([]string), nil
}

// renames are pairs of an old and a new name, each old name once.
type renames []struct{ from, to string }

// parseRenames reads mappings like a:b; the last one of a name counts. Source: ReplaceField.parseRenameMappings.
func parseRenames(mappings []string) (renames, error) {
	var out renames
	for _, m := range mappings {
		parts := splitColons(m)
		if len(parts) != 2 {
			return nil, invalidMapping(mappings, m)
		}
		out = out.put(parts[0], parts[1])
	}
	return out, nil
}

func (r renames) put(from, to string) renames {
	for i := range r {
		if r[i].from == from {
			r[i].to = to
			return r
		}
	}
	return append(r, struct{ from, to string }{from, to})
}

// of returns the new name of a field.
func (r renames) of(name string) string {
	for i := range r {
		if r[i].from == name {
			return r[i].to
		}
	}
	return name
}

// inverted maps new names to old ones; of several old ones that a HashMap iterates over last counts.
func (r renames) inverted() (out renames) {
	from := make([]string, len(r))
	for i := range r {
		from[i] = r[i].from
	}
	for _, i := range java.HashMapOrder(from) {
		out = out.put(r[i].to, r[i].from)
	}
	return out
}

// invalidMapping is the error for a mapping that is no pair.
func invalidMapping(mappings []string, m string) error {
	return config.NewException("renames", "Invalid value ["+strings.Join(mappings, ", ")+"] for configuration renames: Invalid rename mapping: "+m)
}

// splitColons is String.split(":"): empty parts at the end are dropped.
func splitColons(s string) []string {
	if s == "" {
		return []string{""}
	}
	parts := strings.Split(s, ":")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

const fieldReplacement = "field replacement"

// replaceField drops and renames fields. Source: ReplaceField.
type replaceField struct {
	columnar.Side
	exclude, include   []string
	renames, originals renames
	withDefault        bool
	schemas            schemas.Cache[rewrite]
	children           []*batch.Column // scratch
	maps               mapOrders
}

func (t *replaceField) keeps(name string) bool {
	return !slices.Contains(t.exclude, name) && (len(t.include) == 0 || slices.Contains(t.include, name))
}

// rewrite computes the new schema, and where its fields are read: from the field whose rename leads to the
// name, which need not be the field that the schema comes from.
func (t *replaceField) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) (w rewrite) {
		out := structLike(s)
		for _, f := range s.Fields() {
			if t.keeps(f.Name) {
				out.Field(t.renames.of(f.Name), f.Schema)
			}
		}
		if w.schema, w.err = out.Build(); w.err != nil {
			return w
		}
		for _, f := range w.schema.Fields() {
			from := s.Field(t.originals.of(f.Name))
			if from == nil || !from.Schema.Equal(f.Schema) {
				w.odd = true
				return w
			}
			w.from = append(w.from, from.Index)
		}
		return w
	})
}

func (t *replaceField) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	if value.IsNull() {
		return r, true, nil
	}
	if schema == nil {
		m, err := requireMap(value, fieldReplacement)
		if err != nil {
			return r, false, err
		}
		out, err := t.inMap(m)
		return t.With(r, nil, out), err == nil, err
	}
	st, err := requireStruct(value, fieldReplacement)
	if err != nil {
		return r, false, err
	}
	w := t.rewrite(st.Schema)
	if w.err != nil {
		return r, false, w.err
	}
	out := batch.NewStructValue(w.schema)
	for _, f := range w.schema.Fields() {
		from := t.originals.of(f.Name)
		if st.Schema.Field(from) == nil {
			return r, false, dataError(from + " is not a valid field name")
		}
		if err := out.Put(f.Name, fieldOf(st, from, t.withDefault)); err != nil {
			return r, false, err
		}
	}
	return t.With(r, w.schema, batch.StructValueOf(out)), true, nil
}

// inMap is record for a map. Of members that end under one name the last in the order of a HashMap counts.
func (t *replaceField) inMap(m *batch.MapValue) (batch.Value, error) {
	out := &batch.MapValue{}
	var keys []string
	var values []batch.Value
	ends := map[string]bool{}
	collide := false
	for i, k := range m.Keys {
		switch {
		case k.Tag() == batch.TagString:
			end := t.renames.of(k.Str())
			collide = collide || ends[end]
			ends[end] = true
			keys, values = append(keys, k.Str()), append(values, m.Values[i])
		case !k.IsNull():
			return batch.Value{}, notString(k.Tag())
		case len(t.include) == 0: // no rename leads to or from null
			out.Put(k, m.Values[i])
		}
	}
	put := func(i int) {
		if t.keeps(keys[i]) {
			out.Put(batch.StringValue(t.renames.of(keys[i])), values[i])
		}
	}
	if collide {
		for _, i := range java.HashMapOrder(keys) {
			put(int(i))
		}
		return batch.MapValueOf(out), nil
	}
	for i := range keys {
		put(i)
	}
	return batch.MapValueOf(out), nil
}

func (t *replaceField) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, t.inMaps(b, c)
	}
	w := t.rewrite(c.Schema())
	if w.odd {
		return nil, false
	}
	c, present, more := changing(b, c, fieldReplacement)
	if columnar.IsEmpty(present) || failed(b, present, w.err) {
		return more, true
	}
	t.children = t.fields(b, present, c.Valid, &w, c.Children, t.children[:0])
	t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	return more, true
}

func (t *replaceField) fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column {
	return carry(b, rows, valid, w, t.withDefault, in, out)
}

func (t *replaceField) effect() smt.Effect {
	a := smt.Access{Form: smt.Edited, Drops: t.exclude}
	if len(t.include) > 0 {
		a.Keeps = t.include
	}
	for _, r := range t.renames {
		a.Renames = append(a.Renames, smt.Rename{From: r.from, To: r.to})
	}
	return t.On(a)
}

// inMaps is columns for rows without schema.
func (t *replaceField) inMaps(b *batch.Batch, c *batch.Column) bool {
	c, p, ok := objects(b, c, fieldReplacement)
	if !ok {
		return false
	}
	if columnar.IsEmpty(p.present) {
		return true
	}
	e := t.maps.chooseObjects(b, c)
	for i := range c.Dyn.Fields {
		if name := c.Dyn.Fields[i].Name; t.keeps(name) && !e.keep(i, t.renames.of(name)) {
			return false
		}
	}
	t.SetColumn(b, e.column())
	return true
}

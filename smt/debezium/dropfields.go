package debezium

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// dropsFrom reports whether the rows of b may name fields to be dropped.
func (t *extract) dropsFrom(b *batch.Batch) bool {
	return java.Trim(t.dropHeader) != "" && b.Headers.Named(t.dropHeader)
}

// dropFields drops the fields that a header of the record lists. Source: ExtractNewRecordState.dropFields.
func (t *extract) dropFields(r *smt.Record) error {
	if java.Trim(t.dropHeader) == "" {
		return nil
	}
	at := slices.IndexFunc(r.Headers, func(h batch.Header) bool { return h.Key == t.dropHeader })
	if at < 0 || r.Headers[at].Value.IsNull() {
		return nil
	}
	list := r.Headers[at].Value
	if list.Tag() != batch.TagArray {
		return exception(classCastException, "class "+list.Tag().JavaClass()+" cannot be cast to class java.util.List")
	}
	var names []string
	for _, v := range list.Array() {
		names = append(names, string(literal.JavaText{}.Append(nil, v)))
	}
	if len(names) == 0 {
		return nil
	}
	if t.dropFromKey && !r.Key.IsNull() {
		drop, err := t.toDrop(r.KeySchema, names)
		if err != nil {
			return err
		}
		if r.KeySchema, r.Key, err = withoutFields(r.KeySchema, r.Key, drop); err != nil {
			return err
		}
	}
	drop, err := t.toDrop(r.ValueSchema, names)
	if err != nil {
		return err
	}
	r.ValueSchema, r.Value, err = withoutFields(r.ValueSchema, r.Value, drop)
	return err
}

// toDrop returns those of names that may be dropped from s.
func (t *extract) toDrop(s *batch.Schema, names []string) (out []string, err error) {
	switch {
	case !t.keepCompatible:
		return names, nil
	case s == nil:
		return nil, exception(nullPointerException, `Cannot invoke "org.apache.kafka.connect.data.Schema.fields()" because "schema" is null`)
	case s.Kind() != batch.KindStruct:
		return nil, dataError("Cannot list fields on non-struct type")
	}
	for _, f := range s.Fields() {
		if f.Schema.Optional() && slices.Contains(names, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out, nil
}

const exclude = "exclude"

func excludeDef() *config.Def {
	return config.NewDef().Define(config.Key{Name: exclude, Type: config.List, Default: []string{}, Validator: config.AnyNonDuplicateValues(true, false), Importance: config.Medium})
}

// excluded returns names as the config of the original's ReplaceField has them: as a list in one text.
func excluded(names []string) ([]string, error) {
	v, err := excludeDef().Parse(map[string]string{exclude: strings.Join(names, ",")})
	if err != nil {
		return nil, err
	}
	return v.List(exclude), nil
}

// withoutFields returns a struct or map without the given fields. Source: ReplaceField.
func withoutFields(s *batch.Schema, v batch.Value, names []string) (*batch.Schema, batch.Value, error) {
	const purpose = "field replacement"
	if len(names) == 0 {
		return s, v, nil
	}
	drop, err := excluded(names)
	if err != nil || v.IsNull() {
		return s, v, err
	}
	if s == nil {
		if v.Tag() != batch.TagMap {
			return s, v, dataError("Only Map objects supported in absence of schema for [" + purpose + "], found: " + v.Tag().JavaClass())
		}
		out := &batch.MapValue{}
		for i, k := range v.Map().Keys {
			if k.Tag() != batch.TagString || !slices.Contains(drop, k.Str()) {
				out.Put(k, v.Map().Values[i])
			}
		}
		return nil, batch.MapValueOf(out), nil
	}
	st, err := requireStruct(v, purpose)
	if err != nil {
		return s, v, err
	}
	less := columnar.NewStruct(batch.Basics(batch.KindStruct, st.Schema))
	for _, f := range st.Schema.Fields() {
		if !slices.Contains(drop, f.Name) {
			less.Field(f.Name, f.Schema)
		}
	}
	schema, err := less.Build()
	if err != nil {
		return s, v, err
	}
	out := batch.NewStructValue(schema)
	for _, f := range schema.Fields() {
		field, err := st.Get(f.Name)
		if err == nil {
			err = out.Put(f.Name, field)
		}
		if err != nil {
			return s, v, err
		}
	}
	return schema, batch.StructValueOf(out), nil
}

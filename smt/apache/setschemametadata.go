package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func setSchemaMetadataClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{Name: "schema.name", Type: config.String, Importance: config.High, Doc: "Schema name to set."}).
		Define(config.Key{Name: "schema.version", Type: config.Int, Importance: config.High, Doc: "Schema version to set."}).
		Define(replaceNullKey())
	return twoSided("SetSchemaMetadata", def, func(s side, v *config.Values) (smt.Transform, error) {
		t := &setSchemaMetadata{side: s, withDefault: v.Bool(replaceNull)}
		t.name, t.hasName = v.OptString("schema.name")
		t.version, t.hasVersion = v.OptInt32("schema.version")
		if !t.hasName && !t.hasVersion {
			return nil, configError("Neither schema name nor version configured")
		}
		return newTransform(t.columns, t.record), nil
	})
}

// setSchemaMetadata names schemas of structs; the original refuses all others. Source: SetSchemaMetadata.
type setSchemaMetadata struct {
	side
	name        string
	version     int32
	hasName     bool
	hasVersion  bool
	withDefault bool
	schemas     cached[rewrite]
	children    []*batch.Column // scratch
}

func (t *setSchemaMetadata) rewrite(s *batch.Schema) rewrite {
	return t.schemas.get(s, func(s *batch.Schema) rewrite {
		b := batch.From(s)
		if t.hasName {
			b.Name(t.name)
		}
		if t.hasVersion {
			b.Version(t.version)
		}
		if s.Kind() != batch.KindStruct {
			return rewrite{err: noFields()}
		}
		return rewrite{schema: b.Build(), from: copied(s)}
	})
}

// schemaRequired is the error for a value without schema. Source: Requirements.requireSchema.
func schemaRequired() error { return dataError("Schema required for [updating schema metadata]") }

func (t *setSchemaMetadata) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.of(&r)
	if schema == nil {
		if value.IsNull() {
			return r, true, nil
		}
		return r, false, schemaRequired()
	}
	w := t.rewrite(schema)
	st := value.Struct()
	if w.err != nil || st == nil {
		return t.with(r, w.schema, batch.Null()), w.err == nil, w.err
	}
	out := batch.NewStructValue(w.schema)
	if err := copyFields(out, st, t.withDefault); err != nil {
		return r, false, err
	}
	return t.with(r, w.schema, batch.StructValueOf(out)), true, nil
}

func (t *setSchemaMetadata) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := t.column(b)
	p := split(b, c)
	if c.Schema() == nil {
		fail(b, p.present, schemaRequired())
		return nil, true
	}
	w := t.rewrite(c.Schema())
	switch {
	case w.err != nil:
		fail(b, p.present, w.err)
		fail(b, p.null, w.err)
	case isEmpty(p.present) && isEmpty(p.null):
	case isEmpty(p.present):
		t.setColumn(b, b.WithSchema(c, w.schema))
	default:
		c = plainStructs(b, c)
		t.children = carry(b, p.present, c, &w, t.withDefault, t.children[:0])
		t.setColumn(b, structsLike(b, c, w.schema, t.children))
	}
	return nil, true
}

package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func setSchemaMetadataClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{Name: "schema.name", Type: config.String, Importance: config.High, Doc: "Schema name to set."}).
		Define(config.Key{Name: "schema.version", Type: config.Int, Importance: config.High, Doc: "Schema version to set."}).
		Define(replaceNullKey())
	return twoSided("SetSchemaMetadata", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &setSchemaMetadata{Side: s, withDefault: v.Bool(replaceNull)}
		t.name, t.hasName = v.OptString("schema.name")
		t.version, t.hasVersion = v.OptInt32("schema.version")
		if !t.hasName && !t.hasVersion {
			return nil, configError("Neither schema name nor version configured")
		}
		return editing(s, t), nil
	})
}

// setSchemaMetadata names schemas of structs; the original refuses all others. Source: SetSchemaMetadata.
type setSchemaMetadata struct {
	columnar.Side
	name        string
	version     int32
	hasName     bool
	hasVersion  bool
	withDefault bool
	schemas     schemas.Cache[rewrite]
	children    []*batch.Column // scratch
}

func (t *setSchemaMetadata) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) rewrite {
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

func (t *setSchemaMetadata) fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column {
	return carry(b, rows, valid, w, t.withDefault, in, out)
}

func (t *setSchemaMetadata) effect() smt.Effect {
	return t.On(smt.Access{Form: smt.Edited, Schema: true})
}

// schemaRequired is the error for a value without schema. Source: Requirements.requireSchema.
func schemaRequired() error { return dataError("Schema required for [updating schema metadata]") }

func (t *setSchemaMetadata) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	if schema == nil {
		if value.IsNull() {
			return r, true, nil
		}
		return r, false, schemaRequired()
	}
	w := t.rewrite(schema)
	st := value.Struct()
	if w.err != nil || st == nil {
		return t.With(r, w.schema, batch.Null()), w.err == nil, w.err
	}
	out := batch.NewStructValue(w.schema)
	if err := copyFields(out, st, t.withDefault); err != nil {
		return r, false, err
	}
	return t.With(r, w.schema, batch.StructValueOf(out)), true, nil
}

func (t *setSchemaMetadata) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := t.Column(b)
	p := split(b, c)
	if c.Schema() == nil {
		columnar.Fail(b, p.present, schemaRequired())
		return nil, true
	}
	w := t.rewrite(c.Schema())
	switch {
	case w.err != nil:
		columnar.Fail(b, p.present, w.err)
		columnar.Fail(b, p.null, w.err)
	case columnar.IsEmpty(p.present) && columnar.IsEmpty(p.null):
	case columnar.IsEmpty(p.present):
		t.SetColumn(b, b.WithSchema(c, w.schema))
	default:
		c = columnar.PlainStructs(b, c)
		t.children = t.fields(b, p.present, c.Valid, &w, c.Children, t.children[:0])
		t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	}
	return nil, true
}

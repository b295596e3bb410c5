package apache

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func insertFieldClasses() []*smt.Class {
	const optionality = "Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default)."
	text := func(name, doc string) config.Key {
		return config.Key{Name: name, Type: config.String, Importance: config.Medium, Doc: doc}
	}
	def := config.NewDef().
		Define(text("topic.field", "Field name for Kafka topic. "+optionality)).
		Define(text("partition.field", "Field name for Kafka partition. "+optionality)).
		Define(text("offset.field", "Field name for Kafka offset - only applicable to sink connectors.<br/>"+optionality)).
		Define(text("timestamp.field", "Field name for record timestamp. "+optionality)).
		Define(text("static.field", "Field name for static data field. "+optionality)).
		Define(text("static.value", "Static field value, if field name configured.")).
		Define(replaceNullKey())
	return twoSided("InsertField", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &insertField{Side: s, static: v.String("static.value"), withDefault: v.Bool(replaceNull)}
		for _, f := range []struct {
			key  string
			what insertion
			of   batch.Kind
		}{
			{"topic.field", insertTopic, batch.KindString},
			{"partition.field", insertPartition, batch.KindInt32},
			{"offset.field", insertOffset, batch.KindInt64},
			{"timestamp.field", insertTimestamp, batch.KindInt64},
			{"static.field", insertStatic, batch.KindString},
		} {
			if spec, ok := v.OptString(f.key); ok {
				t.inserted = append(t.inserted, insertedField(f.what, f.of, spec))
			}
		}
		if t.inserted == nil {
			return nil, configError("No field insertion configured")
		}
		if v.IsNull("static.value") && !v.IsNull("static.field") {
			return nil, config.NewException("static.value", "Invalid value null for configuration static.value: No value specified for static field: "+v.String("static.field"))
		}
		return editing(s, t), nil
	})
}

const fieldInsertion = "field insertion"

// insertion is what a field is filled with.
type insertion uint8

const (
	insertTopic insertion = iota
	insertPartition
	insertOffset
	insertTimestamp
	insertStatic
)

// inserted is one field to be inserted. Source: InsertField.InsertionSpec.
type inserted struct {
	what   insertion
	name   string
	schema *batch.Schema
}

func insertedField(what insertion, k batch.Kind, spec string) inserted {
	optional := true
	name := strings.TrimSuffix(spec, "?")
	if name == spec {
		name = strings.TrimSuffix(spec, "!")
		optional = name == spec
	}
	schema := batch.Of(k, optional)
	if what == insertTimestamp {
		schema = timestampSchema(optional)
	}
	return inserted{what, name, schema}
}

// insertField adds fields with what the record carries beside key and value. Source: InsertField.
type insertField struct {
	columnar.Side
	inserted    []inserted
	static      string
	withDefault bool
	schemas     schemas.Cache[rewrite]
	children    []*batch.Column // scratch
	maps        mapOrders
}

func (t *insertField) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) rewrite {
		out := structLike(s)
		for _, f := range s.Fields() {
			out.Field(f.Name, f.Schema)
		}
		for _, f := range t.inserted {
			out.Field(f.name, f.schema)
		}
		schema, err := out.Build()
		return rewrite{schema: schema, err: err, from: copied(s)}
	})
}

// notConsumed is the error for an offset of a source's record.
func notConsumed() error {
	return dataError("Only SinkRecord supported for [" + fieldInsertion + "], found: org.apache.kafka.connect.source.SourceRecord")
}

// valueOf returns what a field is filled with; ok is false where the record has no such thing.
func (t *insertField) valueOf(r *smt.Record, f *inserted, typed bool) (v batch.Value, ok bool, err error) {
	switch f.what {
	case insertTopic:
		if lacksTopic(r.Row) {
			return batch.Null(), true, nil
		}
		return batch.StringValue(r.Topic), true, nil
	case insertPartition:
		return batch.Int32Value(r.Partition), r.Partition != batch.NoPartition, nil
	case insertOffset:
		if !r.Consumed {
			return v, false, notConsumed()
		}
		return batch.Int64Value(r.Offset), true, nil
	case insertTimestamp:
		if typed {
			return batch.DateValue(r.Timestamp), r.Timestamp != batch.NoTimestamp, nil
		}
		return batch.Int64Value(r.Timestamp), r.Timestamp != batch.NoTimestamp, nil
	}
	return batch.StringValue(t.static), true, nil
}

func (t *insertField) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	switch {
	case value.IsNull():
		return r, true, nil
	case schema == nil:
		m, err := requireMap(value, fieldInsertion)
		if err != nil {
			return r, false, err
		}
		out := copyMap(m)
		for i := range t.inserted {
			v, ok, err := t.valueOf(&r, &t.inserted[i], false)
			if err != nil {
				return r, false, err
			}
			if ok {
				out.Put(batch.StringValue(t.inserted[i].name), v)
			}
		}
		return t.With(r, nil, batch.MapValueOf(out)), true, nil
	}
	st, err := requireStruct(value, fieldInsertion)
	if err != nil {
		return r, false, err
	}
	w := t.rewrite(st.Schema)
	if w.err != nil {
		return r, false, w.err
	}
	out := batch.NewStructValue(w.schema)
	if err := copyFields(out, st, t.withDefault); err != nil {
		return r, false, err
	}
	for i := range t.inserted {
		v, ok, err := t.valueOf(&r, &t.inserted[i], true)
		if ok && err == nil {
			err = out.Put(t.inserted[i].name, v)
		}
		if err != nil {
			return r, false, err
		}
	}
	return t.With(r, w.schema, batch.StructValueOf(out)), true, nil
}

func (t *insertField) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, len(b.Topics.Names) > 0 && t.inMaps(b, c)
	}
	c, present, more := changing(b, c, fieldInsertion)
	if columnar.IsEmpty(present) {
		return more, true
	}
	w := t.rewrite(c.Schema())
	if failed(b, present, w.err) {
		return more, true
	}
	t.children = t.fields(b, present, c.Valid, &w, c.Children, t.children[:0])
	t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	return more, true
}

func (t *insertField) fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column {
	out = carry(b, rows, valid, w, t.withDefault, in, out)
	for i := range t.inserted {
		f := &t.inserted[i]
		switch {
		case f.what == insertOffset && b.Offsets == nil:
			columnar.Fail(b, rows, notConsumed())
			out = append(out, b.NewConstant(f.schema, b.Len(), batch.Null()))
		case f.what == insertTopic && len(b.Topics.Names) == 0:
			null := b.NewConstant(f.schema, b.Len(), batch.Null())
			columnar.Put(b, rows, &w.schema.Fields()[len(out)], null, valid)
			out = append(out, null)
		default:
			out = append(out, t.typedColumn(b, f))
		}
	}
	return out
}

func (t *insertField) effect() smt.Effect {
	var a smt.Access
	e := smt.Effect{}
	for _, f := range t.inserted {
		a.Writes = append(a.Writes, f.name)
		switch f.what {
		case insertTopic:
			e.Topic = smt.Reads
		case insertPartition:
			e.Partition = smt.Reads
		case insertOffset:
			e.Offset = smt.Reads
		case insertTimestamp:
			e.Timestamp = smt.Reads
		}
	}
	a.Form = smt.Edited
	e.Key, e.Value = t.On(a).Key, t.On(a).Value
	return e
}

// inMaps is columns for rows without schema.
func (t *insertField) inMaps(b *batch.Batch, c *batch.Column) bool {
	for i := range t.inserted {
		if someLack(b, t.inserted[i].what) {
			return false
		}
	}
	c, p, ok := objects(b, c, fieldInsertion)
	if !ok {
		return false
	}
	if columnar.IsEmpty(p.present) {
		return true
	}
	e := t.maps.copyObjects(b, c)
	for i := range t.inserted {
		f := &t.inserted[i]
		switch {
		case f.what == insertOffset && b.Offsets == nil:
			columnar.Fail(b, p.present, notConsumed())
			return true
		case !lacks(b, f.what):
			e.put(f.name, t.untypedColumn(b, f))
		}
	}
	t.SetColumn(b, e.column())
	return true
}

package debezium

import (
	"log/slog"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/notice"
)

const (
	keyRegex       = "key.field.regex"
	keyReplacement = "key.field.replacement"
	schemaNameMode = "schema.name.adjustment.mode"
)

func logicalTableDef() *config.Def {
	key := func(name string, t config.Type, def any, w config.Width, display, doc string) config.Key {
		return config.Key{Name: name, Type: t, Default: def, Width: w, Importance: config.Low, DisplayName: display, Doc: doc}
	}
	mode := key(schemaNameMode, config.String, "none", config.WidthMedium, "Schema Name Adjustment",
		"Specify how the message key schema names derived from the resulting topic name should be adjusted for compatibility with the message converter used by the connector, including:"+
			"'avro' replaces the characters that cannot be used in the Avro type name with underscore (default)"+
			"'none' does not apply any adjustment")
	mode.Validator = oneOf("none", "avro", "avro_unicode")
	return config.NewDef().
		Define(key("topic.regex", config.String, nil, config.WidthLong, "Topic regex",
			"The regex used for extracting the name of the logical table from the original topic name.")).
		Define(key("topic.replacement", config.String, nil, config.WidthLong, "Topic replacement",
			"The replacement string used in conjunction with topic.regex. This will be used to create the new topic name.")).
		Define(key("key.enforce.uniqueness", config.Boolean, true, config.WidthShort, "Add source topic name into key",
			"Augment each record's key with a field denoting the source topic. This field "+
				"distinguishes records coming from different physical tables which may otherwise have "+
				"primary/unique key conflicts. If the source tables are guaranteed to have globally "+
				"unique keys then this may be set to false to disable key rewriting.")).
		Define(key(keyRegex, config.String, nil, config.WidthLong, "Key field regex",
			"The regex used for extracting the physical table identifier from the original topic "+
				"name. Now that multiple physical tables can share a topic, the event's key may need to be augmented "+
				"to include fields other than just those for the record's primary/unique key, since these are not "+
				"guaranteed to be unique across tables. We need some identifier added to the key that distinguishes "+
				"the different physical tables.")).
		Define(key("key.field.name", config.String, "__dbz__physicalTableIdentifier", config.WidthLong, "Key field name",
			"Each record's key schema will be augmented with this field name. The purpose of this "+
				"field is to distinguish the different physical tables that can now share a single topic. Make "+
				"sure not to configure a field name that is at risk of conflict with existing key schema field "+
				"names.")).
		Define(key(keyReplacement, config.String, nil, config.WidthLong, "Key field replacement",
			"The replacement string used in conjunction with key.field.regex. This will be used to create the physical table identifier in the record's key.")).
		Define(mode).
		Define(key("logical.table.cache.size", config.Int, 16, config.WidthLong, "Logical table cache size",
			"The size used for holding the max entries in LRUCache. The cache will keep the old/new "+
				"schema for logical table key and value, also cache the derived key and topic regex result for improving "+
				"the source record transformation."))
}

func logicalTableClasses() []*smt.Class {
	def := logicalTableDef()
	return class("ByLogicalTableRouter", def, func(props map[string]string, c smt.Context) (smt.Transform, error) {
		v, err := def.Parse(props)
		if err != nil {
			return nil, refused(err)
		}
		t := &logicalTable{
			replacement: v.String("topic.replacement"),
			unique:      v.Bool("key.enforce.uniqueness"), keyField: v.String("key.field.name"), keyReplacement: v.String(keyReplacement),
			names:   schemaNames(option(v, schemaNameMode)),
			noTopic: notice.New(c.Log(), slog.LevelWarn, "topic.replacement makes no topic name, records keep their topic"),
		}
		for _, key := range []string{"topic.regex", "topic.replacement"} {
			if strings.TrimSpace(v.String(key)) == "" {
				return nil, refused(config.NewException(key, "The '"+key+"' value is invalid: A value is required"))
			}
		}
		if t.regex, err = regex.Compile(v.String("topic.regex")); err != nil {
			return nil, refused(config.InvalidValue("topic.regex", v.String("topic.regex"), err.Error()))
		}
		if text := v.String(keyRegex); java.Trim(text) != "" {
			if java.Trim(t.keyReplacement) == "" {
				return nil, refused(config.NewException(keyReplacement, "key.field.replacement must be non-empty if key.field.regex is set."))
			}
			if t.keyRegex, err = regex.Compile(text); err != nil {
				return nil, refused(config.InvalidValue(keyRegex, text, err.Error()))
			}
		}
		t.keys.max = int(max(v.Int32("logical.table.cache.size"), 0))
		t.envelopes.max = t.keys.max
		return columnar.New(t.columns, t.record, t.effect()), nil
	})
}

const updatingSchema = "Updating schema"

// logicalTable sends the events of several tables to one topic and renames their schemas after it.
// Source: ByLogicalTableRouter.
type logicalTable struct {
	regex          *regex.Pattern
	replacement    string
	unique         bool // keys get a field with the table
	keyField       string
	keyRegex       *regex.Pattern // nil: the whole topic
	keyReplacement string
	names          adjuster
	noTopic        *notice.Notice

	routes, tableNames routes // by topic

	// By the old schema alone: the first topic that is seen with it names the new one.
	keys, envelopes cached[renamed]
	children        []*batch.Column // scratch
}

// renamed is a new schema, or the error that every record meets.
type renamed struct {
	schema *batch.Schema
	err    error
}

// topicOf returns the topic that events of another one go to; ok is false where they stay, with "" where that
// is because the new topic has no name.
func (t *logicalTable) topicOf(old string) (_ string, ok bool, err error) {
	to := t.routes.of(old, func(old string) route { return replaced(t.regex, old, t.replacement) })
	return to.name, to.ok && to.name != "", to.err
}

// table returns what tells the table of a topic from others.
func (t *logicalTable) table(topic string) (string, error) {
	if t.keyRegex == nil {
		return topic, nil
	}
	to := t.tableNames.of(topic, func(topic string) route { return replaced(t.keyRegex, topic, t.keyReplacement) })
	return to.name, to.err
}

// unnamed starts a struct schema like s but for name and default.
func unnamed(s *batch.Schema) *batch.Builder {
	return batch.Basics(batch.KindStruct, s).NoName().Optional(s.Optional())
}

func (t *logicalTable) keySchema(old *batch.Schema, topic string) renamed {
	return t.keys.get(old, func(old *batch.Schema) (r renamed) {
		out := columnar.NewStruct(unnamed(old).Name(t.names.name(topic + ".Key")))
		out.FieldsOf(old)
		if t.unique {
			out.Field(t.keyField, batch.Of(batch.KindString, false))
		}
		r.schema, r.err = out.Build()
		return r
	})
}

func (t *logicalTable) envelopeSchema(old *batch.Schema, topic string) renamed {
	return t.envelopes.get(old, func(old *batch.Schema) (r renamed) {
		before := old.Field(fieldBefore)
		if before == nil {
			return renamed{err: nullField()}
		}
		if before.Schema.Kind() != batch.KindStruct {
			return renamed{err: dataError("Cannot list fields on non-struct type")}
		}
		row := unnamed(before.Schema).Name(t.names.name(topic + ".Value")).Fields(before.Schema.Fields()).Build()
		out := columnar.NewStruct(unnamed(old).Name(t.names.name(topic + ".Envelope")))
		for _, f := range old.Fields() {
			if f.Name == fieldBefore || f.Name == fieldAfter {
				f.Schema = row
			}
			out.Field(f.Name, f.Schema)
		}
		r.schema, r.err = out.Build()
		return r
	})
}

// effect: keys and envelopes keep their members under schemas that the topic names.
func (t *logicalTable) effect() smt.Effect {
	e := smt.Effect{
		Key: smt.Access{Form: smt.Edited, Schema: true}, Value: smt.Access{Form: smt.Edited, Schema: true},
		Topic: smt.Reads | smt.Writes,
	}
	if t.unique {
		e.Key.Writes = []string{t.keyField}
	}
	return e
}

func (t *logicalTable) record(r smt.Record) (smt.Record, bool, error) {
	if len(r.Row.Batch().Topics.Names) == 0 {
		return r, false, noRoute()
	}
	topic, ok, err := t.topicOf(r.Topic)
	if err != nil {
		return r, false, err
	}
	if !ok {
		if topic == "" {
			t.noTopic.Add(r.Topic, 1, nil)
		}
		return r, true, nil
	}
	out := r
	out.Topic = topic
	out.KeySchema, out.Key = nil, batch.Null()
	if !r.Key.IsNull() {
		if out.KeySchema, out.Key, err = t.key(r.Key, r.Topic, topic); err != nil {
			return r, false, err
		}
	}
	if !r.Value.IsNull() && isEnvelope(r.ValueSchema) {
		out.ValueSchema, out.Value, err = t.envelope(r.Value, topic)
	}
	return out, err == nil, err
}

func (t *logicalTable) key(key batch.Value, from, topic string) (*batch.Schema, batch.Value, error) {
	old, err := requireStruct(key, updatingSchema)
	if err != nil {
		return nil, key, err
	}
	to := t.keySchema(old.Schema, topic)
	if to.err != nil {
		return nil, key, to.err
	}
	out, err := rawCopy(old, to.schema)
	if err == nil && t.unique {
		var table string
		if table, err = t.table(from); err == nil {
			err = out.Put(t.keyField, batch.StringValue(table))
		}
	}
	return to.schema, batch.StructValueOf(out), err
}

// rawCopy puts the fields of a struct, without defaults, into one of another schema.
func rawCopy(old *batch.StructValue, s *batch.Schema) (*batch.StructValue, error) {
	out := batch.NewStructValue(s)
	for i, f := range old.Schema.Fields() {
		if err := out.Put(f.Name, old.Fields[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (t *logicalTable) envelope(v batch.Value, topic string) (*batch.Schema, batch.Value, error) {
	old, err := requireStruct(v, updatingSchema)
	if err != nil {
		return nil, v, err
	}
	to := t.envelopeSchema(old.Schema, topic)
	if to.err != nil {
		return nil, v, to.err
	}
	out := batch.NewStructValue(to.schema)
	for _, f := range old.Schema.Fields() {
		field, _ := old.Get(f.Name)
		if (f.Name == fieldBefore || f.Name == fieldAfter) && !field.IsNull() {
			st, err := requireStruct(field, updatingSchema)
			if err == nil {
				st, err = rawCopy(st, to.schema.Field(fieldBefore).Schema)
			}
			if err != nil {
				return nil, v, err
			}
			field = batch.StructValueOf(st)
		}
		if err := out.Put(f.Name, field); err != nil {
			return nil, v, err
		}
	}
	return to.schema, batch.StructValueOf(out), nil
}

package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/confluent/jsonpath"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const skipMissing = "skip.missing.or.null"

func skipMissingKey() config.Key {
	return config.Key{
		Name: skipMissing, Type: config.Boolean, Default: false, Importance: config.Low,
		Doc: "How to handle missing fields and null fields, keys and values. By default, this transformation refuses such a record. " +
			"If it is set to true, the record passes with its topic unchanged.",
	}
}

func extractTopicClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "field", Type: config.String, Default: "", Importance: config.Medium,
			Doc: "Field to use as the topic name. If left blank, the entire key or value is used (and assumed to be a string).",
		}).
		Define(config.Key{
			Name: "field.format", Type: config.String, Default: "PLAIN", Validator: config.InIgnoreCase("JSON_PATH", "PLAIN"), Importance: config.Medium,
			Doc: "Specify field path format. Currently two formats are supported: JSON_PATH and PLAIN. If set to JSON_PATH, the transformer will interpret the field with JSON path. If left blank or set to PLAIN, the transformer will evaluate the field config as a non-nested field name.",
		}).
		Define(skipMissingKey())
	classes := twoSided("ExtractTopic", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &extractTopic{side: s, field: v.String("field"), skip: v.Bool(skipMissing)}
		if t.field != "" && isJSONPath(v.String("field.format")) {
			var err error
			if t.path, err = jsonpath.Compile(t.field); err != nil {
				return nil, config.InvalidValue("field", t.field, "Invalid json path: "+err.Error())
			}
			if names, ok := t.path.Names(); ok && len(names) == 1 {
				t.column = names[0]
			}
		} else {
			t.column = t.field
		}
		return newTransform(t.columns, t.record, t.effect()), nil
	})
	return append(classes, extractTopicHeaderClasses()...)
}

func isJSONPath(format string) bool { return len(format) == len("JSON_PATH") }

// extractTopic takes topics out of keys or values. Empty text counts as missing.
// Source: documentation of ExtractTopic.
type extractTopic struct {
	side   columnar.Side
	field  string // empty: the whole side
	path   *jsonpath.Path
	column string // the top-level field, if it is one
	skip   bool
}

// effect: the topic stays where it is named nowhere.
func (t *extractTopic) effect() smt.Effect {
	a := smt.Access{Form: smt.Looked, Reads: []smt.Path{{}}}
	switch {
	case t.path != nil:
		a.Reads = readsOf(t.path)
	case t.field != "":
		a.Reads = []smt.Path{{t.field}}
	}
	e := t.side.On(a)
	e.Topic = smt.Reads | smt.Writes
	return e
}

// readsOf returns the members that a JSON path looks at.
func readsOf(p *jsonpath.Path) (out []smt.Path) {
	for _, names := range p.Reads() {
		out = append(out, names)
	}
	return out
}

func (t *extractTopic) record(r smt.Record) (smt.Record, bool, error) {
	_, v := t.side.Of(&r)
	v, err := t.find(v)
	if err != nil {
		return r, false, err
	}
	if v.IsNull() || v.Tag() == batch.TagString && v.Str() == "" {
		return r, t.skip, t.missing()
	}
	if v.Tag() != batch.TagString {
		return r, false, t.notText(v.Tag())
	}
	r.Topic = v.Str()
	return r, true, nil
}

// find returns what is to be the topic, null where it is missing.
func (t *extractTopic) find(v batch.Value) (batch.Value, error) {
	switch {
	case t.field == "" || v.IsNull():
		return v, nil
	case t.path == nil && !isObject(v):
		return v, dataError("ExtractTopic: field " + t.field + " can not be read: the " + t.side.String() + " is no struct or map but " + v.Tag().JavaClass())
	case t.path == nil:
		f, _ := member(v, t.field)
		return f, nil
	}
	found, err := t.path.Select(v)
	switch {
	case jsonpath.IsMissing(err) || err == nil && len(found) == 0:
		return batch.Null(), nil
	case err != nil:
		return v, err
	case len(found) > 1:
		return v, dataError("ExtractTopic: the path " + t.field + " leads to more than one value")
	}
	return found[0], nil
}

// missing is the error for a record without topic name; nil where those pass.
func (t *extractTopic) missing() error {
	if t.skip {
		return nil
	}
	what := "the " + t.side.String()
	if t.field != "" {
		what = "field " + t.field + " of " + what
	}
	return dataError("ExtractTopic: " + what + " is missing or null; set " + skipMissing + " to let such records pass")
}

func (t *extractTopic) notText(found batch.Tag) error {
	what := "the " + t.side.String()
	if t.field != "" {
		what = "field " + t.field + " of " + what
	}
	return dataError("ExtractTopic: " + what + " is no string but " + found.JavaClass())
}

func (t *extractTopic) columns(b *batch.Batch) bool {
	if t.field != "" && t.column == "" {
		return false
	}
	c := t.side.Column(b)
	rows, null := liveRows(b), batch.Selection{}
	if t.column != "" {
		var ok bool
		if c, rows, null, ok = fieldColumn(b, c, rows, t.column); !ok {
			return false
		}
	}
	if !textColumn(c) || len(rows) == 0 {
		return false
	}
	if c.Form() == batch.FormDynamic && holdsPacked(c, rows) {
		return false
	}
	w := newTopicWriter(b)
	var tag batch.Tag
	var text []byte
	for _, i := range rows {
		text, tag = textAt(c, int(i))
		switch {
		case len(text) > 0:
			w.set(i, text)
		case tag == batch.TagNull || tag == batch.TagString:
			if err := t.missing(); err != nil {
				b.Status.Fail(i, b.Len(), err)
			}
		default:
			b.Status.Fail(i, b.Len(), t.notText(tag))
		}
	}
	if err := t.missing(); err != nil {
		columnar.Fail(b, null, err)
	}
	w.write(b)
	return true
}

// holdsPacked reports whether a row has a value whose class its tag does not tell.
func holdsPacked(c *batch.Column, rows batch.Selection) bool {
	for _, i := range rows {
		if tag := c.Dyn.Tag(int(i)); tag == batch.TagPacked || tag == batch.TagEntries {
			return true
		}
	}
	return false
}

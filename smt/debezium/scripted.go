package debezium

import (
	"errors"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const debeziumException = "io.debezium.DebeziumException"

func scriptedDef(expression config.Key) *config.Def {
	expression.Type, expression.Width, expression.Importance = config.String, config.WidthMedium, config.High
	return config.NewDef().
		Define(config.Key{
			Name: "topic.regex", Type: config.String, Importance: config.Low, Width: config.WidthLong, DisplayName: "Topic regex",
			Doc: "A regex used for selecting the topic(s) to which this transformation should be applied.",
		}).
		Define(config.Key{
			Name: "language", Type: config.String, Importance: config.High, Width: config.WidthMedium, DisplayName: "Expression language",
			Doc: "An expression language used to evaluate the expression. Must begin with 'jsr223.' or 'wasm.', e.g.  'jsr223.groovy' or 'jsr223.graal.js' or 'wasm.chicory'.",
		}).
		Define(expression).
		Define(config.Key{
			Name: "null.handling.mode", Type: config.String, Default: "keep", Importance: config.Low, Width: config.WidthShort, DisplayName: "Handle null records",
			Validator: oneOf("drop", "keep", "evaluate"),
			Doc: "How to handle records with null value. Options are: keep - records are passed (the default)," +
				"drop - records are removed,evaluate - the null records are passed for evaluation.",
		})
}

func scriptedClasses() []*smt.Class {
	filter := config.Key{
		Name: "condition", DisplayName: "Filtering condition",
		Doc: "An expression determining whether the record should be filtered out. When evaluated to true the record is removed.",
	}
	router := config.Key{
		Name: "topic.expression", DisplayName: "Topic name expression",
		Doc: "An expression determining the new name of the topic the record should use. When null the record is delivered to the original topic.",
	}
	of := func(name string, key config.Key, routes bool) []*smt.Class {
		def := scriptedDef(key)
		return class(name, def, func(props map[string]string, _ smt.Context) (smt.Transform, error) {
			v, err := def.Parse(props)
			if err != nil {
				return nil, exception(debeziumException, "The provided configuration isn't valid. "+err.Error())
			}
			t := &scripted{text: v.String(key.Name), nulls: option(v, "null.handling.mode"), routes: routes}
			if err := t.configure(v, key.Name); err != nil {
				return nil, exception(debeziumException, err.Error())
			}
			return columnar.New(t.columns, t.record, t.effect()), nil
		})
	}
	return append(of("Filter", filter, false), of("ContentBasedRouter", router, true)...)
}

// scripted keeps or routes records by an expression. Source: ScriptingTransformation, Filter,
// ContentBasedRouter. A record is kept where the expression is true, as the original does, whatever the
// text of its option says.
type scripted struct {
	text    string
	e       *expression
	topics  *regex.Pattern // nil: all
	matched routes         // by them
	nulls   string
	routes  bool
}

func (t *scripted) configure(v *config.Values, key string) (err error) {
	language := v.String("language")
	switch {
	case strings.TrimSpace(language) == "" || strings.TrimSpace(t.text) == "":
		return errors.New("the provided configuration isn't valid: language and " + key + " need values")
	case language != "jsr223.groovy" && language != "jsr223.graal.js":
		return errors.New("language " + language + " is not supported: use jsr223.groovy or jsr223.graal.js, with an expression that is the same in both")
	}
	if t.e, err = parseExpression(t.text); err != nil {
		return errors.New("Failed to parse expression '" + t.text + "': " + err.Error())
	}
	if text := v.String("topic.regex"); text != "" {
		t.topics, err = regex.Compile(text)
	}
	return err
}

// effect: beside what the expression reads, whether there is a value, and the topic, which stands in errors.
func (t *scripted) effect() smt.Effect {
	e := smt.Effect{Value: smt.Access{Form: smt.Looked}, Topic: smt.Reads, Filters: !t.routes || t.nulls == "drop"}
	if t.routes {
		e.Topic |= smt.Writes
	}
	t.e.reads(&e)
	return e
}

// decide returns the record's topic, and whether it is kept. A record without topic fails where topics are
// asked for.
func (t *scripted) decide(topic string, hasTopic, null bool, s scope) (string, bool, error) {
	if t.topics != nil {
		if !hasTopic {
			return topic, false, noRoute()
		}
		to := t.matched.of(topic, func(topic string) (to route) {
			to.ok, to.err = t.topics.Matches(topic)
			return to
		})
		if to.err != nil || !to.ok {
			return topic, to.err == nil, to.err
		}
	}
	if null && t.nulls != "evaluate" {
		return topic, t.nulls == "keep", nil
	}
	out, err := t.e.eval(s)
	if err != nil {
		return topic, false, t.failed(topic, err.Error())
	}
	v := out.value()
	switch {
	case t.routes && out.isNull():
		return topic, true, nil
	case t.routes && v.Tag() == batch.TagString:
		return v.Str(), true, nil
	case t.routes:
		return topic, false, t.failed(topic, "the result is not a String")
	case out.isNull():
		return topic, false, exception(nullPointerException, `Cannot invoke "java.lang.Boolean.booleanValue()": the expression '`+t.text+`' has no result`)
	case v.Tag() != batch.TagBoolean:
		return topic, false, t.failed(topic, "the result is not a Boolean")
	}
	return topic, v.Bool(), nil
}

func (t *scripted) failed(topic, why string) error {
	return exception(debeziumException, "Error while evaluating expression '"+t.text+"' for record of topic '"+topic+"': "+why)
}

func topicOperand(topic string, has bool) operand {
	if !has {
		return operand{}
	}
	return textOperand(topic)
}

// hashed reports whether maps of a column iterate as a HashMap.
func hashed(c *batch.Column) bool {
	return c != nil && c.Form() == batch.FormDynamic && !c.Dyn.Linked
}

func (t *scripted) record(r smt.Record) (smt.Record, bool, error) {
	hasTopic := len(r.Row.Batch().Topics.Names) > 0
	topic, keep, err := t.decide(r.Topic, hasTopic, r.Value.IsNull(), func(name string) operand {
		switch name {
		case "key":
			return operand{v: r.Key, hashed: hashed(r.Row.Batch().Key)}
		case "value":
			return operand{v: r.Value, hashed: hashed(r.Row.Batch().Value)}
		case "keySchema":
			return operand{what: 's', schema: r.KeySchema}
		case "valueSchema":
			return operand{what: 's', schema: r.ValueSchema}
		case "topic":
			return topicOperand(r.Topic, hasTopic)
		}
		return operand{what: 'H', headers: r.Headers}
	})
	r.Topic = topic
	return r, keep, err
}

// columns is the columnar form: the expression reads the cells that it names, and nothing else is made of
// columns.
func (t *scripted) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	t.matched.nextBatch()
	key, value := b.Key, b.Value
	if key == nil {
		key = b.NullColumn(b.Len())
	}
	if value == nil {
		value = b.NullColumn(b.Len())
	}
	row, hasTopic := 0, len(b.Topics.Names) > 0
	variables := func(name string) operand {
		switch name {
		case "key":
			return operand{column: key, row: row, hashed: hashed(key)}
		case "value":
			return operand{column: value, row: row, hashed: hashed(value)}
		case "keySchema":
			return operand{what: 's', schema: key.SchemaOf(row)}
		case "valueSchema":
			return operand{what: 's', schema: value.SchemaOf(row)}
		case "topic":
			return topicOperand(b.Row(int32(row)).Topic(), hasTopic)
		}
		return operand{what: 'H', headers: b.Headers.Of(row)}
	}
	rows := columnar.Listed(b, columnar.Live(b))
	kept := columnar.Room(b, len(rows))
	var topics *topicWriter
	for _, i := range rows {
		row = int(i)
		old := b.Row(i).Topic()
		topic, keep, err := t.decide(old, hasTopic, value.IsNull(row), variables)
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			continue
		}
		if topic != old {
			if topics == nil {
				topics = newTopicWriter(b)
			}
			topics.index[i] = topics.number(topic)
		}
		if keep {
			kept = append(kept, i)
		}
	}
	if topics != nil {
		topics.write(b)
	}
	if len(kept) < b.Len() {
		b.Sel = kept
	}
	return nil, true
}

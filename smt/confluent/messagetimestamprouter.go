package confluent

import (
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/datetext"
	"github.com/millrace/millrace/smt"
)

func messageTimestampRouterClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "topic.format", Type: config.String, Default: "${topic}-${timestamp}", Importance: config.High,
			Doc: "Format string which can contain ${topic} and ${timestamp} as placeholders for the topic and timestamp, respectively.",
		}).
		Define(config.Key{
			Name: "message.timestamp.keys", Type: config.List, Required: true, Importance: config.High,
			Doc: "Names of fields of the value. The first one that a record has gives its timestamp.",
		}).
		Define(config.Key{
			Name: "message.timestamp.format", Type: config.String, Default: "", Validator: validPattern{}, Importance: config.High,
			Doc: "Format of that field, compatible with java.text.SimpleDateFormat. If it is empty, text is read as " +
				"yyyy-MM-dd, with or without a time of day behind it. Numbers are milliseconds since 1970.",
		}).
		Define(config.Key{
			Name: "topic.timestamp.format", Type: config.String, Default: "yyyyMMdd", Validator: validPattern{}, Importance: config.High,
			Doc: "Format of the timestamp in the topic, compatible with java.text.SimpleDateFormat.",
		})
	return single(classPrefix+"MessageTimestampRouter", def, func(v *config.Values) (smt.Transform, error) {
		t := &messageTimestampRouter{topicFormat: v.String("topic.format"), keys: v.List("message.timestamp.keys")}
		if len(t.keys) == 0 {
			return nil, config.InvalidValue("message.timestamp.keys", t.keys, "at least one field is needed")
		}
		var err error
		if p := v.String("message.timestamp.format"); strings.TrimSpace(p) != "" {
			if t.in, err = datetext.New(p, nil, time.Now()); err != nil {
				return nil, err
			}
		}
		if t.out, err = datetext.New(v.String("topic.timestamp.format"), nil, time.Now()); err != nil {
			return nil, err
		}
		return newTransform(nil, t.record, t.effect()), nil
	})
}

// validPattern refuses what is no SimpleDateFormat.
type validPattern struct{}

func (validPattern) Validate(name string, value any) error {
	text, _ := value.(string)
	if _, err := datetext.New(text, nil, time.Now()); err != nil {
		return config.InvalidValue(name, value, err.Error())
	}
	return nil
}

func (validPattern) String() string { return "valid date format" }

// messageTimestampRouter makes topics of topics and times in values: of maps, and of structs, which the
// original refuses. Source: documentation of MessageTimestampRouter.
type messageTimestampRouter struct {
	topicFormat string
	keys        []string
	in, out     *datetext.Format
}

func (t *messageTimestampRouter) effect() smt.Effect {
	e := smt.Effect{Value: smt.Access{Form: smt.Looked}, Topic: smt.Reads | smt.Writes}
	for _, name := range t.keys {
		e.Value.Reads = append(e.Value.Reads, smt.Path{name})
	}
	return e
}

func (t *messageTimestampRouter) record(r smt.Record) (smt.Record, bool, error) {
	v, err := t.field(r.Value)
	if err != nil {
		return r, false, err
	}
	ms, err := t.time(v)
	if err != nil {
		return r, false, err
	}
	topic := strings.ReplaceAll(t.topicFormat, "${topic}", r.Topic)
	r.Topic = strings.ReplaceAll(topic, "${timestamp}", string(t.out.Append(nil, ms)))
	return r, true, nil
}

// field returns the first of the configured fields that is there and not null.
func (t *messageTimestampRouter) field(v batch.Value) (batch.Value, error) {
	if !isObject(v) {
		return v, dataError("Only Map objects supported in absence of schema for [message timestamp routing], found: " + v.Tag().JavaClass())
	}
	for _, name := range t.keys {
		if f, _ := member(v, name); !f.IsNull() {
			return f, nil
		}
	}
	return v, dataError("MessageTimestampRouter: the value has none of the fields " + strings.Join(t.keys, ", "))
}

// time returns the milliseconds since 1970 that a field stands for.
func (t *messageTimestampRouter) time(v batch.Value) (int64, error) {
	switch v.Tag() {
	case batch.TagDate, batch.TagInt32, batch.TagInt64:
		return v.Int(), nil
	case batch.TagString:
		if t.in != nil {
			return t.in.Parse(v.Str())
		}
		return isoTime(v.Str())
	}
	return 0, dataError("MessageTimestampRouter: a value of class " + v.Tag().JavaClass() + " is no timestamp")
}

// isoTime reads a date, or a date and a time.
func isoTime(text string) (int64, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UnixMilli(), nil
		}
	}
	return 0, dataError("MessageTimestampRouter: " + text + " is no date; set message.timestamp.format")
}

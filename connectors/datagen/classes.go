package datagen

import (
	"fmt"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Config keys.
const (
	topicKey     = "topic"
	schemaKey    = "schema"
	keyFieldKey  = "key.field"
	recordsKey   = "records"
	rateKey      = "rate"
	batchRowsKey = "batch.rows"
	seedKey      = "seed"
)

// Keys that the connector adds to task configs.
const (
	taskKey  = "task.number"
	tasksKey = "task.count"
)

// Classes returns the connector class of this package.
func Classes() []*connectors.Class {
	d := def()
	return []*connectors.Class{{
		Name:      "io.millrace.connect.datagen.DatagenSourceConnector",
		Aliases:   []string{"datagen"},
		TaskClass: "io.millrace.connect.datagen.DatagenSourceTask",
		Version:   "1.0.0",
		Def:       d,
		NewSource: func() connectors.SourceConnector { return &connector{def: d} },
	}}
}

func def() *config.Def {
	return config.NewDef().
		Define(config.Key{Name: topicKey, Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.High,
			Doc: "The topic to write records to."}).
		Define(config.Key{Name: schemaKey, Type: config.String, Default: "orders", Validator: shapeValidator(), Importance: config.High,
			Doc: "What a record is: a built-in shape (" + builtinNames + ") or fields, such as: id int64 = sequence, name string = text(8), " +
				"city string? = oneof(Rome, Oslo) nulls(10). The documentation of the connector lists types and generators."}).
		Define(config.Key{Name: keyFieldKey, Type: config.String, Default: "", Importance: config.High,
			Doc: "The field of the schema whose value is also the record's key. Without it records have no key."}).
		Define(config.Key{Name: recordsKey, Type: config.Long, Default: int64(0), Validator: config.AtLeast(int64(0)), Importance: config.Medium,
			Doc: "How many records all tasks make together; they idle afterwards. 0 means without end."}).
		Define(config.Key{Name: rateKey, Type: config.Double, Default: float64(0), Validator: config.AtLeast(float64(0)), Importance: config.Medium,
			Doc: "Records per second that all tasks make together. 0 means as many as the worker takes."}).
		Define(config.Key{Name: batchRowsKey, Type: config.Int, Default: int32(1024), Validator: config.Between(int32(1), int32(65536)), Importance: config.Low,
			Doc: "The most records that a task hands over at once."}).
		Define(config.Key{Name: seedKey, Type: config.Long, Default: int64(0), Importance: config.Low,
			Doc: "Start of the random numbers. The same seed makes the same records."})
}

// shapeValidator refuses texts that are no shape.
func shapeValidator() config.Validator {
	return config.Lambda(func(name string, value any) error {
		text, ok := value.(string)
		if !ok {
			return config.InvalidValue(name, value, "is null: give a built-in shape ("+builtinNames+") or fields")
		}
		if _, err := parseShape(text); err != nil {
			return config.InvalidValue(name, value, err.Error())
		}
		return nil
	}, "a built-in shape ("+builtinNames+") or fields")
}

// settings is a checked config.
type settings struct {
	topic     string
	shape     *shape // seeded
	key       int    // the field that is the key; -1: none
	records   uint64 // of all tasks; 0: no end
	rate      float64
	batchRows int
}

// parse checks a config. Errors: *config.ConfigException.
func parse(d *config.Def, props map[string]string) (*settings, error) {
	v, err := d.Parse(props)
	if err != nil {
		return nil, err
	}
	sh, err := parseShape(v.String(schemaKey))
	if err != nil {
		return nil, config.InvalidValue(schemaKey, v.String(schemaKey), err.Error())
	}
	s := &settings{
		topic:     v.String(topicKey),
		shape:     sh.seeded(v.Int64(seedKey)),
		key:       -1,
		records:   uint64(v.Int64(recordsKey)),
		rate:      v.Float64(rateKey),
		batchRows: int(v.Int32(batchRowsKey)),
	}
	if name := v.String(keyFieldKey); name != "" {
		if s.key = sh.index(name); s.key < 0 {
			return nil, config.InvalidValue(keyFieldKey, name, noField(sh, name))
		}
	}
	return s, nil
}

// noField says that the shape has no field of that name, and which one was meant.
func noField(sh *shape, name string) string {
	names := make([]string, len(sh.fields))
	for i := range sh.fields {
		names[i] = sh.fields[i].name
	}
	text := "the schema has no such field"
	if near := config.Nearest(name, names); near != "" {
		return fmt.Sprintf("%s, did you mean %q", text, near)
	}
	return fmt.Sprintf("%s: its fields are %q", text, names)
}

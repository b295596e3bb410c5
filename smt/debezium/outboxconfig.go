package debezium

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const (
	outboxPlacement = "table.fields.additional.placement"
	outboxMissing   = "table.field.additional.missing"
	outboxOp        = "table.op.invalid.behavior"
	outboxNull      = "table.json.payload.null.behavior"
	outboxEmpty     = "table.json.payload.empty.array.behavior"
	outboxRegex     = "route.topic.regex"
	fieldNameMode   = "field.name.adjustment.mode"
)

// outboxDef is the keys of EventRouter. Source: EventRouterConfigDefinition, ActivateTracingSpan.
func outboxDef() *config.Def {
	order := map[string]int{}
	d := config.NewDef()
	add := func(group string, k config.Key) {
		order[group]++
		k.Group, k.Order, k.Width = group, order[group], config.WidthMedium
		d.Define(k)
	}
	text := func(name, display string, def any, i config.Importance, doc string) config.Key {
		return config.Key{Name: name, Type: config.String, DisplayName: display, Default: def, Importance: i, Doc: doc}
	}
	truth := func(name, display string, i config.Importance, doc string) config.Key {
		return config.Key{Name: name, Type: config.Boolean, DisplayName: display, Default: false, Importance: i, Doc: doc}
	}
	const table, router, tracing = "Table", "Router", "Tracing"
	add(table, text("table.field.event.id", "Event ID Field", "id", config.Low, "The column which contains the event ID within the outbox table"))
	add(table, text("table.field.event.key", "Event Key Field", "aggregateid", config.Low, "The column which contains the event key within the outbox table"))
	add(table, text("table.field.event.type", "Event Type Field", "type", config.Low, "The column which contains the event type within the outbox table"))
	add(table, text("table.field.event.payload", "Event Payload Field", "payload", config.Low, "The column which contains the event payload within the outbox table"))
	add(table, text("table.field.event.timestamp", "Event Timestamp Field", nil, config.Medium, "Optionally you can override the Kafka message timestamp with a value from a chosen column, otherwise it'll be the Debezium event processed timestamp."))
	add(table, config.Key{
		Name: outboxPlacement, Type: config.List, DisplayName: "Settings for each additional column in the outbox table", Importance: config.High,
		Doc: "Extra fields can be added as part of the event envelope or a message header, format is a list of colon-delimited pairs or trios when you desire to have aliases, e.g. <code>id:header,field_name:envelope:alias,field_name:partition</code> ",
	})
	add(table, text(outboxMissing, "Behavior when an additional field is missing in the change data", "error", config.Medium, "When transforming the 'table.fields.additional.placement' fields, defines the behavior when one of the configured fields is missing in the change data. 'error' (default) will throw an exception; 'ignore' will silently skip the missing field."))
	add(table, text("table.field.event.schema.version", "Event Schema Version Field", nil, config.Low, "The column which contains the event schema version within the outbox table"))
	add(table, text(outboxOp, "Behavior when capturing an unexpected outbox event", "warn", config.Medium, "While Debezium is capturing changes from the outbox table, it is expecting only to process 'create' or 'delete' row events; in case something else is processed this transform can log it as warning, error or stop the process."))
	add(table, truth("table.expand.json.payload", "Expand Payload escaped string as real JSON", config.Medium, "Whether or not to try unescaping a JSON string and make it real JSON. It will infer schema information from payload and update the record schema accordingly. If content is not JSON, it just produces a warning and emits the record unchanged"))
	add(table, text(outboxNull, "Behavior when json payload including null value", "ignore", config.Medium, "Behavior when json payload including null value, the default will ignore null, optional_bytes will keep the null value, and treat null as optional bytes of connect."))
	add(table, text(outboxEmpty, "Behavior when json payload including empty array", "ignore", config.Medium, "Behavior when json payload including an empty array, the default will ignore it, optional_string will keep it as an array of optional strings."))
	add(router, text("route.by.field", "Field to route events by", "aggregatetype", config.High, "The column which determines how the events will be routed, the value will become part of the topic name"))
	add(router, text(outboxRegex, "The name of the routed topic", "(?<routedByValue>.*)", config.Low, "The default regex to use within the RegexRouter, the default capture will allow to replace the routed field into a new topic name defined in 'route.topic.replacement'"))
	add(router, text("route.topic.replacement", "The name of the routed topic", "outbox.event.${routedByValue}", config.High, "The name of the topic in which the events will be routed, a replacement '${routedByValue}' is available which is the value of The column configured via 'route.by.field'"))
	add(router, truth("route.tombstone.on.empty.payload", "Empty payloads cause a tombstone message", config.High, "Whether or not an empty payload should cause a tombstone event."))
	add(tracing, text("tracing.span.context.field", "Serialized tracing span context field", "tracingspancontext", config.High, "The name of the field containing java.util.Properties representation of serialized span context. Defaults to 'tracingspancontext'"))
	add(tracing, text("tracing.operation.name", "Tracing operation name", "debezium-read", config.High, "The operation name representing Debezium processing span. Default is 'debezium-read'"))
	add(tracing, truth("tracing.with.context.field.only", "Trace only events with context field present", config.High, "Set to `true` when only events that have serialized context field should be traced."))
	return d.Define(config.Key{
		Name: fieldNameMode, Type: config.String, Default: "none", Importance: config.Low, Width: config.WidthMedium, DisplayName: "Field Name Adjustment",
		Doc: "Specify how field names should be adjusted for compatibility with the message converter used by the connector, including: " +
			"'avro' replaces the characters that cannot be used in the Avro type name with underscore; " +
			"'avro_unicode' replaces the underscore or characters that cannot be used in the Avro type name with corresponding unicode like _uxxxx. Note: _ is an escape sequence like backslash in Java;" +
			"'none' does not apply any adjustment (default)",
	})
}

// checkOutbox refuses what the definition lets pass, as the original does when the transform is made.
// Source: SmtManager.validate.
func checkOutbox(v *config.Values) error {
	problem := func(key string, value any, text string) error {
		return config.InvalidValue(key, value, "The '"+key+"' value is invalid: "+text)
	}
	for _, o := range []struct {
		key   string
		valid []string
	}{
		{outboxOp, []string{"warn", "error", "fatal"}},
		{outboxMissing, []string{"ignore", "error"}},
		{outboxNull, []string{"ignore", "optional_bytes"}},
		{outboxEmpty, []string{"ignore", "optional_string"}},
		{fieldNameMode, []string{"none", "avro", "avro_unicode"}},
	} {
		if oneOf(o.valid...).Validate(o.key, v.String(o.key)) != nil {
			return problem(o.key, v.String(o.key), "Value must be one of "+strings.Join(o.valid, ", "))
		}
	}
	list := v.List(outboxPlacement)
	for _, item := range list {
		if n := len(split(item, ":")); n != 2 && n != 3 {
			return problem(outboxPlacement, strings.Join(list, ","), "A comma-separated list of valid String pairs or trios is expected but got: ["+strings.Join(list, ", ")+"]")
		}
	}
	if _, err := regex.Compile(javaGroups(v.String(outboxRegex))); err != nil {
		return problem(outboxRegex, v.String(outboxRegex), "A valid regular expressions is expected, but "+err.Error())
	}
	return nil
}

// javaGroups writes the named groups of RE2, which configurations of hosted workers have, as Java's.
func javaGroups(expression string) string { return strings.ReplaceAll(expression, "(?P<", "(?<") }

// placement is where an additional column goes.
type placement uint8

const (
	placeHeader placement = iota
	placeEnvelope
	placePartition
)

// additionalField is a column that goes somewhere beside the payload.
type additionalField struct {
	place        placement
	field, alias string
}

func additionalFields(items []string) (out []additionalField, err error) {
	for _, item := range items {
		parts := split(item, ":")
		a := additionalField{field: strings.TrimSpace(parts[0])}
		a.alias = a.field
		if len(parts) == 3 {
			a.alias = strings.TrimSpace(parts[2])
		}
		switch strings.ToLower(strings.TrimSpace(parts[1])) {
		case "header":
			a.place = placeHeader
		case "envelope":
			a.place = placeEnvelope
		case "partition":
			a.place = placePartition
		default:
			return nil, config.InvalidValue(outboxPlacement, item, "the second part says where the column goes: header, envelope or partition")
		}
		out = append(out, a)
	}
	return out, nil
}

func eventRouterClasses() []*smt.Class {
	def := outboxDef()
	return class("outbox.EventRouter", def, func(props map[string]string, c smt.Context) (smt.Transform, error) {
		v, err := def.Parse(props)
		if err == nil {
			err = checkOutbox(v)
		}
		if err != nil {
			return nil, err
		}
		t := &outbox{
			onUpdate:       option(v, outboxOp),
			ignoreMissing:  option(v, outboxMissing) == "ignore",
			tombstones:     v.Bool("route.tombstone.on.empty.payload"),
			expand:         v.Bool("table.expand.json.payload"),
			replacement:    v.String("route.topic.replacement"),
			version:        v.String("table.field.event.schema.version"),
			versioned:      !v.IsNull("table.field.event.schema.version"),
			versionSchemas: map[int64]*batch.Schema{},
			json: jsonPayload{
				nullBytes:   option(v, outboxNull) == "optional_bytes",
				emptyArrays: option(v, outboxEmpty) == "optional_string",
				adjust:      fieldNames(option(v, fieldNameMode)),
			},
		}
		t.payloadSchemas.max = 64
		t.tell(c.Log())
		t.names = outboxNamesOf(v, func(s string) string { return s })
		t.oracleNames = outboxNamesOf(v, strings.ToUpper)
		if t.regex, err = regex.Compile(javaGroups(v.String(outboxRegex))); err != nil {
			return nil, err
		}
		if t.additional, err = additionalFields(v.List(outboxPlacement)); err != nil {
			return nil, err
		}
		for _, a := range t.additional {
			t.wraps = t.wraps || a.place == placeEnvelope
		}
		return columnar.New(t.columns, t.record, t.effect()), nil
	})
}

// outboxNames are the columns of an outbox table.
type outboxNames struct {
	id, key, payload, timestamp, route string
	keyless, timestamped               bool
}

// outboxNamesOf reads the names; those that are not set have spelled applied: Oracle's are upper case.
func outboxNamesOf(v *config.Values, spelled func(string) string) (n outboxNames) {
	name := func(key string) string {
		if v.IsSet(key) {
			return v.String(key)
		}
		return spelled(v.String(key))
	}
	return outboxNames{
		id: name("table.field.event.id"), key: name("table.field.event.key"), keyless: v.IsNull("table.field.event.key"),
		payload: name("table.field.event.payload"), timestamp: v.String("table.field.event.timestamp"), timestamped: !v.IsNull("table.field.event.timestamp"), route: name("route.by.field"),
	}
}

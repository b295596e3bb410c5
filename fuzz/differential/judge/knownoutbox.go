package judge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

const eventRouter = "io.debezium.transforms.outbox.EventRouter"

// setting is a key of the only transform of a class, "" where there is none.
func setting(t *trial.Trial, class, key string) string {
	for _, p := range t.Plugins {
		for _, c := range p.Config {
			if p.Class == class && c.Key == key {
				return c.Text
			}
		}
	}
	return ""
}

// outboxInASink: EventRouter leaves the partition of its events open, which the original's records of a sink cannot; here they have none.
func outboxInASink(t *trial.Trial, d Difference) bool {
	r := recordOf(t, d)
	return r != nil && !r.Source && has(t, "EventRouter") && d.Part == "error type" &&
		(strings.HasPrefix(d.Want, "NullPointerException: ") && strings.Contains(d.Want, `"kafkaPartition" is null`) || d.Want == "NullPointerException: ")
}

// outboxPlacement: EventRouter takes a column with a placement that there is not, and every event fails; here the configuration is refused.
func outboxPlacement(_ *trial.Trial, d Difference) bool {
	return d.Item == Setup && strings.HasPrefix(d.Got, "ConfigException: ") && strings.Contains(d.Got, "table.fields.additional.placement")
}

// outboxHalfExpanded: where EventRouter can tell the schema of a JSON payload but not make its value, the original has the text under that schema, which no converter takes;
// here the text keeps its own.
func outboxHalfExpanded(t *trial.Trial, d Difference) bool {
	r := recordOf(t, d)
	if r == nil || setting(t, eventRouter, "table.expand.json.payload") != "true" || !halfExpanded(r.Value.Value) {
		return false
	}
	return strings.HasPrefix(d.Part, "record value") || d.Part == "error type" && (strings.HasPrefix(d.Want, "DataException: Invalid Java object for schema") || strings.HasPrefix(d.Want, "NullPointerException: ") || strings.HasPrefix(d.Want, "SchemaBuilderException: fieldSchema for field"))
}

// outboxAdjustedNames: EventRouter with field.name.adjustment.mode looks the members of a JSON payload up by their new names, so that the original has null where a
// name had to change; here they keep their values.
func outboxAdjustedNames(t *trial.Trial, d Difference) bool {
	return d.Part == "record value value" && strings.HasPrefix(setting(t, eventRouter, "field.name.adjustment.mode"), "avro") && setting(t, eventRouter, "table.expand.json.payload") == "true"
}

var longInteger = regexp.MustCompile(`[0-9]{19}`)

// halfExpanded reports whether a text in v is JSON with a schema but without a value: a list on its own, or a number that no long holds.
func halfExpanded(v protocol.Value) bool {
	return v.Tag == protocol.Str && (strings.HasPrefix(v.Text, "[") || strings.HasPrefix(v.Text, "{") && longInteger.MatchString(v.Text)) || slices.ContainsFunc(v.Items, halfExpanded)
}

var schemaName = regexp.MustCompile(`"name":"[^"]*",?`)

// firstTopicNamesSchema: ByLogicalTableRouter and EventRouter name a new schema after the first record that has the old one; records of a batch are taken schema by
// schema, what other transforms part comes in another order, and a record that does not fit its schema is refused before it names one, or after.
func firstTopicNamesSchema(t *trial.Trial, d Difference) bool {
	unfit := func(data *protocol.Typed) bool { return lacks(data) || foreignParts(data.Schema, data.Value, false) }
	refused := func(i trial.Item) bool { return i.Record != nil && (unfit(&i.Record.Key) || unfit(&i.Record.Value)) }
	return strings.HasSuffix(d.Part, " schema") && (has(t, "ByLogicalTableRouter") || has(t, "EventRouter")) &&
		(len(t.Plugins) > 1 || d.Item > 0 && d.Item < len(t.Items) && slices.ContainsFunc(t.Items[:d.Item], refused)) &&
		schemaName.ReplaceAllString(d.Want, "") == schemaName.ReplaceAllString(d.Got, "")
}

// lacks reports whether the data has null in a field or list where there must be a value.
func lacks(data *protocol.Typed) bool {
	s := data.Schema
	if s != nil && data.Value.Tag == protocol.List && slices.ContainsFunc(data.Value.Items, func(e protocol.Value) bool {
		return e.Tag == protocol.Null && !s.Items.Optional || lacks(&protocol.Typed{Schema: s.Items, Value: e})
	}) {
		return true
	}
	for i, name := range data.Value.Names {
		for _, f := range fieldsOf(data.Schema) {
			if f.Name == name && (data.Value.Items[i].Tag == protocol.Null && !f.Schema.Optional || lacks(&protocol.Typed{Schema: f.Schema, Value: data.Value.Items[i]})) {
				return true
			}
		}
	}
	return false
}

// scriptLanguage: scripts beyond the expressions that Groovy and JavaScript share are refused when the transform is made.
func scriptLanguage(t *trial.Trial, d Difference) bool {
	return d.Item == Setup && strings.HasPrefix(d.Got, "DebeziumException: Failed to parse expression ") && (has(t, "io.debezium.transforms.Filter") || has(t, "io.debezium.transforms.ContentBasedRouter"))
}

// scriptLimits: an expression that makes a text or a number beyond its limit fails the record.
func scriptLimits(_ *trial.Trial, d Difference) bool {
	return d.Part == "error type" && strings.HasPrefix(d.Got, "DebeziumException: Error while evaluating expression ") &&
		(strings.HasSuffix(d.Got, "which is the most that an expression may make") || strings.HasSuffix(d.Got, "the result has too many digits"))
}

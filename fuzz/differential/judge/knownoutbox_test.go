package judge

import (
	"testing"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func TestNameOf_Outbox(t *testing.T) {
	routed := func(source bool, payload string, config ...protocol.Pair) *trial.Trial {
		value := protocol.Value{Tag: protocol.StructOf, Names: []string{"payload"}, Items: []protocol.Value{{Tag: protocol.Str, Text: payload}}}
		return &trial.Trial{
			Op: trial.Apply, Plugins: []trial.Plugin{{Class: eventRouter, Config: config}},
			Items: []trial.Item{{Record: &protocol.Record{Source: source, Value: protocol.Typed{Value: value}}}},
		}
	}
	expand := protocol.Pair{Key: "table.expand.json.payload", Text: "true"}
	adjust := protocol.Pair{Key: "field.name.adjustment.mode", Text: "avro"}
	noPartition := Difference{Part: "error type", Want: `NullPointerException: Cannot invoke "java.lang.Integer.intValue()" because "kafkaPartition" is null`, Got: "{}"}
	chained := routed(true, "")
	chained.Plugins = append(chained.Plugins, trial.Plugin{Class: "X"})
	null := protocol.Typed{
		Schema: &protocol.Schema{Type: protocol.Struct, Fields: []protocol.Field{{Name: "id", Schema: &protocol.Schema{Type: protocol.Int32}}}},
		Value:  protocol.Value{Tag: protocol.StructOf, Names: []string{"id"}, Items: []protocol.Value{{}}},
	}
	refused := &trial.Trial{Plugins: []trial.Plugin{{Class: "io.debezium.transforms.ByLogicalTableRouter"}}, Items: []trial.Item{{Record: &protocol.Record{Key: null}}, {Record: &protocol.Record{}}}}
	script := &trial.Trial{Op: trial.Apply, Plugins: []trial.Plugin{{Class: "io.debezium.transforms.Filter"}}}
	for _, c := range []struct {
		trial *trial.Trial
		d     Difference
		want  string
	}{
		{routed(false, ""), noPartition, "outbox-in-a-sink"},
		{routed(true, ""), noPartition, ""},
		{routed(true, ""), Difference{Item: Setup, Part: "error type", Want: "no error", Got: "ConfigException: Invalid value a:body for configuration table.fields.additional.placement: ..."}, "outbox-placement"},
		{routed(true, "[1]", expand), Difference{Part: "record value schema", Want: `{"type":"array"}`, Got: `{"type":"string"}`}, "outbox-half-expanded"},
		{routed(true, `{"a":9223372036854775808}`, expand), Difference{Part: "record value schema"}, "outbox-half-expanded"},
		{routed(true, `{"a":1}`, expand), Difference{Part: "record value schema"}, ""},
		{routed(true, "[1]"), Difference{Part: "record value schema"}, ""},
		{routed(true, `{"a-b":1}`, expand, adjust), Difference{Part: "record value value"}, "outbox-adjusted-names"},
		{routed(true, `{"a-b":1}`, expand), Difference{Part: "record value value"}, ""},
		{routed(true, ""), Difference{Part: "record coordinates", Want: `{"partition":-1}`, Got: `{"partition":null}`}, "partition-minus-one"},
		{routed(true, ""), Difference{Part: "record coordinates", Want: `{"partition":-2}`, Got: `{"partition":null}`}, ""},
		{routed(true, ""), Difference{Part: "record coordinates", Want: `{"timestamp":"-1"}`, Got: `{"timestamp":null}`}, "timestamp-minus-one"},
		{chained, Difference{Part: "record key schema", Want: `{"name":"a.Key","fields":[]}`, Got: `{"name":"b.Key","fields":[]}`}, "first-topic-names-schema"},
		{chained, Difference{Part: "record key schema", Want: `{"name":"a.Key","fields":[]}`, Got: `{"name":"b.Key"}`}, ""},
		{refused, Difference{Item: 1, Part: "record key schema", Want: `{"name":"a.Key","fields":[]}`, Got: `{"name":"b.Key","fields":[]}`}, "first-topic-names-schema"},
		{refused, Difference{Item: 0, Part: "record key schema", Want: `{"name":"a.Key","fields":[]}`, Got: `{"name":"b.Key","fields":[]}`}, ""},
		{routed(true, ""), Difference{Part: "record coordinates", Want: `{"partition":-1,"timestamp":"-1"}`, Got: `{"partition":null,"timestamp":null}`}, "timestamp-minus-one"},
		{script, Difference{Item: Setup, Part: "error type", Want: "no error", Got: "DebeziumException: Failed to parse expression 'a': ..."}, "script-language"},
		{script, Difference{Item: 0, Part: "error type", Want: "no error", Got: "DebeziumException: Failed to parse expression 'a': ..."}, ""},
		{script, Difference{Item: 0, Part: "error type", Want: "no error", Got: "DebeziumException: Error while evaluating expression 'topic+topic' for record of topic 't': a text of more than 67108864 bytes, which is the most that an expression may make"}, "script-limits"},
		{script, Difference{Item: 0, Part: "error type", Want: "no error", Got: "DebeziumException: Error while evaluating expression 'topic+1' for record of topic 't': cannot compute"}, ""},
	} {
		if got := NameOf(c.trial, c.d); got != c.want {
			t.Errorf("NameOf(%v) = %q, want %q", c.d, got, c.want)
		}
	}
}

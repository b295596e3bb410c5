package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/config"
)

// The expected complaints are answers of Java Connect 4.3.1.
func TestValidate_NullValues(t *testing.T) {
	const null = ": Null value can not be supplied as the configuration value."
	w := standalone(t)
	for _, c := range []struct {
		name  string
		props []string
		nulls string
		want  string
	}{
		{"of a key of the framework", []string{"topic=t"}, "tasks.max",
			"2 tasks.max: Invalid value null for configuration tasks.max: Value must be non-null; tasks.max" + null},
		{"of the name and a converter", []string{"topic=t"}, "name key.converter value.converter.schemas.enable",
			"3 value.converter.schemas.enable" + null + "; name" + null + "; key.converter" + null},
		{"of keys that nobody defines", []string{"connector.class=FileStreamSink"}, "topics zeta alpha mid",
			"7 mid" + null + "; alpha" + null + "; zeta" + null + "; topics: Configuration 'topics' values must not be null.; topics: Must configure one of topics or topics.regex; " +
				"topics" + null + "; topics.regex: Must configure one of topics or topics.regex"},
		{"of a key of the plugin", []string{"topic=t"}, "file", "0 "},
		{"of overrides", []string{"topic=t", "producer.override.linger.ms=5"}, "producer.override.acks producer.override.batch.size",
			"2 producer.override.batch.size" + null + "; producer.override.acks" + null},
		{"of a converter's key", []string{"topic=t", "value.converter=org.apache.kafka.connect.json.JsonConverter"}, "value.converter.schemas.enable",
			"1 value.converter.schemas.enable" + null},
		{"of lists and choices", []string{"topic=t"}, "transforms predicates errors.tolerance",
			"6 transforms: Invalid value null for configuration transforms: entry must be non null; transforms" + null +
				"; predicates: Invalid value null for configuration predicates: entry must be non null; predicates" + null +
				"; errors.tolerance: Invalid value null for configuration errors.tolerance: String must be one of: none, all; errors.tolerance" + null},
		{"of a transform's class", []string{"topic=t", "transforms=a"}, "transforms.a.type", "1 transforms.a.type" + null},
		{"of a transform's negation", []string{"topic=t", "transforms=a", "transforms.a.type=org.apache.kafka.connect.transforms.InsertField$Value"}, "transforms.a.negate",
			"2 transforms.a.type: Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a predicate to be negated.; transforms.a.negate" + null},
		{"of the class", nil, "connector.class name", "! Connector config {connector.class=null, name=null} contains no connector type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			props, nulls := pairs(c.props...), strings.Fields(c.nulls)
			for k, v := range pairs("name=v", "connector.class=FileStreamSource") {
				if _, given := props[k]; !given && !slices.Contains(nulls, k) {
					props[k] = v
				}
			}
			got := ""
			if v, err := w.Validate(t.Context(), props, nulls...); err != nil {
				got = "! " + err.Error()
			} else {
				got = complaints(v)
				for _, k := range v.Configs {
					if k.Definition != nil && k.Definition.Type == config.Int && slices.Contains(nulls, k.Value.Name) && k.Value.Value != nil {
						t.Errorf("%s is %v", k.Value.Name, k.Value.Value)
					}
				}
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

package verifiable

import (
	"testing"

	"github.com/millrace/millrace/connectors/connectortest"
)

func TestSources_KeepTheContract(t *testing.T) {
	for _, c := range []struct {
		name, class string
		props       map[string]string
		rows        int
		endless     bool
	}{
		{"numbers", "VerifiableSource", map[string]string{"throughput": "-1"}, 3000, true},
		{"throttled", "VerifiableSource", map[string]string{"throughput": "2000"}, 60, true},
		{"one schema", "SchemaSource", map[string]string{"throughput": "-1", "num.messages": "1200"}, 40, true},
		{"two schemas", "SchemaSource", map[string]string{"throughput": "-1", "num.messages": "1200", "multiple.schema": "true", "partition.count": "3"}, 40, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := output(t)
			connectortest.Run(t, connectortest.Source{
				Class: named(t, c.class, f),
				Config: func(testing.TB) map[string]string {
					props := map[string]string{"name": "kit", "topic": "numbers"}
					for k, v := range c.props {
						props[k] = v
					}
					return props
				},
				Rows: c.rows, Endless: c.endless, Tasks: 2,
			})
		})
	}
}

func TestSinks_KeepTheContract(t *testing.T) {
	for _, name := range []string{"VerifiableSink", "MockSink"} {
		t.Run(name, func(t *testing.T) {
			connectortest.Run(t, connectortest.Sink{
				Class:  named(t, name, output(t)),
				Config: func(testing.TB) map[string]string { return map[string]string{"name": "kit"} },
				Tasks:  2,
			})
		})
	}
}

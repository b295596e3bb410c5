package ticks_test

import (
	"testing"

	"example.com/acme/ticks"

	"github.com/millrace/millrace/connectors/connectortest"
)

func TestTicks_KeepTheContract(t *testing.T) {
	connectortest.Run(t, connectortest.Source{
		Class:   ticks.Class(),
		Config:  func(testing.TB) map[string]string { return map[string]string{"topic": "ticks", "count": "1200"} },
		Rows:    1200,
		Refused: []connectortest.Refusal{{Key: "count", Value: "-1", Text: "Value must be at least 0"}},
	})
}

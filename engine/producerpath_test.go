package engine_test

import (
	"testing"

	"github.com/millrace/millrace/connectors"
)

// TestSourceTask_OfTheClientsRecords: rows and offsets arrive as with wire batches of its own, the default.
func TestSourceTask_OfTheClientsRecords(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 100, some: 7} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1}, "millrace.producer.path=record")
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)
	got := b.consume("t", 100)
	if string(got[99].Value) != "v100" || string(got[99].Key) != "k100" {
		t.Errorf("last record is %s=%s", got[99].Key, got[99].Value)
	}
	b.until("offset 100 is stored", func() bool { return b.offsets.at() == 100 })
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
}

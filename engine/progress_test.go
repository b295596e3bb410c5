package engine_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// measured is a source that counts itself and has work with an end.
type measured struct{ counter }

func (m *measured) ReadMetrics(emit connectors.EmitMetric) { emit("Rows", 7, "x") }

func (m *measured) Progress() *connectors.Progress {
	return &connectors.Progress{Of: "snapshot", Rows: 7, Left: -1}
}

// TestMetrics_OfAPlugin shows what a source task counts itself, and how far it is, until it stops.
func TestMetrics_OfAPlugin(t *testing.T) {
	set := sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &measured{counter{topic: "t", last: 1, some: 1}} }})
	set.Connectors.All()[0].Metrics = &connectors.MetricSet{Prefix: "relay", Labels: []string{"context"}, Metrics: []connectors.Metric{{Name: "Rows", Counter: true}}}
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("s", source())
	const want = `relay_Rows{connector="s",task="0",context="x"} 7`
	exported := func() bool {
		var out bytes.Buffer
		if err := b.metrics.WritePrometheus(&out); err != nil {
			t.Fatal(err)
		}
		return strings.Contains(out.String(), want)
	}
	b.until("its metrics show", exported)
	if p := b.worker.Progress("s"); len(p) != 1 || p[0].Task != 0 || p[0].Rows != 7 {
		t.Errorf("%+v", p)
	}
	b.stopTask("s")
	if p := b.worker.Progress("s"); exported() || len(p) != 0 {
		t.Errorf("metrics (%v) or progress (%v) of a task that has stopped", exported(), p)
	}
}

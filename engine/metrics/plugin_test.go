package metrics

import (
	"bytes"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// TestSourceTask_Plugin exports what the plugins of two tasks count: the series of a name stand together under one head,
// with the labels of task, set and metric. What no longer counts is gone.
func TestSourceTask_Plugin(t *testing.T) {
	set := &connectors.MetricSet{Prefix: "relay", Labels: []string{"context", "server"}, Metrics: []connectors.Metric{
		{Name: "Connected", Doc: "Whether it is."},
		{Name: "RowsScanned", Counter: true, By: "table", Doc: "Rows."},
		{Name: "Silent", Doc: "Never given."},
	}}
	r, _ := newTest()
	a := r.SourceTask(connectors.TaskID{Connector: "a", Task: 0}, TaskInfo{})
	b := r.SourceTask(connectors.TaskID{Connector: "b", Task: 7}, TaskInfo{})
	removeA := a.Plugin(set, func(emit connectors.EmitMetric) {
		emit("Connected", 1, "streaming", "s")
		emit("RowsScanned", 12, "snapshot", "s", `public."x"`)
		emit("RowsScanned", 3, "snapshot", "s", "public.y")
		emit("Unknown", 9, "snapshot", "s")
	})
	b.Plugin(set, func(emit connectors.EmitMetric) { emit("Connected", 0, "streaming", "t") })
	exported := func() string {
		var out bytes.Buffer
		if err := r.WritePrometheus(&out); err != nil {
			t.Fatal(err)
		}
		_, relay, _ := strings.Cut(out.String(), "# HELP relay")
		return relay
	}
	want := `_Connected Whether it is.
# TYPE relay_Connected gauge
relay_Connected{connector="a",task="0",context="streaming",server="s"} 1
relay_Connected{connector="b",task="7",context="streaming",server="t"} 0
# HELP relay_RowsScanned Rows.
# TYPE relay_RowsScanned counter
relay_RowsScanned{connector="a",task="0",context="snapshot",server="s",table="public.\"x\""} 12
relay_RowsScanned{connector="a",task="0",context="snapshot",server="s",table="public.y"} 3
`
	if got := exported(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	removeA()
	if got := exported(); strings.Contains(got, `"a"`) || !strings.Contains(got, `"b"`) {
		t.Errorf("after one has stopped: %s", got)
	}
	b.Close()
	if got := exported(); got != "" {
		t.Errorf("after both have: %s", got)
	}
	b.Plugin(nil, nil)() // a class without metrics
	(*SourceTask)(nil).Plugin(set, nil)()
}

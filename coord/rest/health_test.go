package rest

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// stuck is a watchdog that knows of some tasks.
type stuck []coord.Stall

func (s stuck) Stalls(string) []coord.Stall { return s }

func TestConnectorHealth(t *testing.T) {
	since := time.Now().Add(-90 * time.Second)
	status := func(connector connectors.State, tasks ...connectors.State) *coord.ConnectorStatus {
		s := &coord.ConnectorStatus{Name: "c", Connector: coord.InstanceStatus{State: connector, WorkerID: "w:1"}}
		for i, state := range tasks {
			s.Tasks = append(s.Tasks, coord.TaskStatus{ID: i, InstanceStatus: coord.InstanceStatus{State: state, WorkerID: "w:1"}})
		}
		return s
	}
	const w = `"worker_id":"w:1",`
	cases := []struct {
		name   string
		status *coord.ConnectorStatus
		stalls stuck
		want   string
	}{
		{"all runs", status(connectors.Running, connectors.Running), nil,
			`{"name":"c","healthy":true,"connector":{"state":"RUNNING",` + w + `"healthy":true},"tasks":[{"id":0,"state":"RUNNING",` + w + `"healthy":true}]}`},
		{"paused and stopped is as it should be", status(connectors.Stopped), nil,
			`{"name":"c","healthy":true,"connector":{"state":"STOPPED",` + w + `"healthy":true},"tasks":[]}`},
		{"a failed task", status(connectors.Running, connectors.Failed), nil,
			`{"name":"c","healthy":false,"connector":{"state":"RUNNING",` + w + `"healthy":true},"tasks":[{"id":0,"state":"FAILED",` + w + `"healthy":false,"reason":"it failed: its status has the trace"}]}`},
		{"no worker", status(connectors.Unassigned), nil,
			`{"name":"c","healthy":false,"connector":{"state":"UNASSIGNED",` + w + `"healthy":false,"reason":"no worker runs it"},"tasks":[]}`},
		{"a task without progress", status(connectors.Running, connectors.Running, connectors.Paused), stuck{{Task: 0, Since: since, In: "put"}, {Task: 1, Since: since, In: "put"}},
			`{"name":"c","healthy":false,"connector":{"state":"RUNNING",` + w + `"healthy":true},"tasks":[{"id":0,"state":"RUNNING",` + w + `"healthy":false,"reason":"it makes no progress","stalled":{"since":` +
				"S" + `,"seconds":90,"in":"put"}},{"id":1,"state":"PAUSED",` + w + `"healthy":true}]}`},
	}
	for _, c := range cases {
		body, err := encode(healthOf(c.status, c.stalls, since.Add(90*time.Second)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(string(body), strconv.FormatInt(since.UnixMilli(), 10), "S"); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestConnectorHealth_OverHTTP(t *testing.T) {
	s := newServer(t, nil, func(o *Options) { o.Watchdog = stuck{{Task: 0, Since: time.Now(), In: "poll"}} })
	s.Ready(&fakeHerder{}, newLoggers()) // whose second task has no worker
	if got := ask(t, s, wire("GET /connectors/a/health", "")); got.code != 503 || got.header.Get("Content-Type") != mediaJSON {
		t.Errorf("%d %s", got.code, got.body)
	}
	if got := ask(t, s, wire("GET /connectors/none/health", "")); got.code != 404 || got.body != `{"error_code":404,"message":"No status found for connector none"}` {
		t.Errorf("%d %s", got.code, got.body)
	}
}

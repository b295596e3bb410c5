package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
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

func (s stuck) Progress(string) []connectors.Progress { return nil }

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
			`{"name":"c","healthy":true,"connector":{"state":"RUNNING",` + w + `"healthy":true},"tasks":[{"id":0,"state":"RUNNING",` + w + `"healthy":true,"watched":true}]}`},
		{"paused and stopped is as it should be", status(connectors.Stopped), nil,
			`{"name":"c","healthy":true,"connector":{"state":"STOPPED",` + w + `"healthy":true},"tasks":[]}`},
		{"a failed task", status(connectors.Running, connectors.Failed), nil,
			`{"name":"c","healthy":false,"connector":{"state":"RUNNING",` + w + `"healthy":true},"tasks":[{"id":0,"state":"FAILED",` + w + `"healthy":false,"reason":"it failed: its status has the trace","watched":false}]}`},
		{"no worker", status(connectors.Unassigned), nil,
			`{"name":"c","healthy":false,"connector":{"state":"UNASSIGNED",` + w + `"healthy":false,"reason":"no worker runs it"},"tasks":[]}`},
		{"a task without progress", status(connectors.Running, connectors.Running, connectors.Paused), stuck{{Task: 0, Since: since, In: "put"}, {Task: 1, Since: since, In: "put"}},
			`{"name":"c","healthy":false,"connector":{"state":"RUNNING",` + w + `"healthy":true},"tasks":[{"id":0,"state":"RUNNING",` + w + `"healthy":false,"reason":"it makes no progress","watched":true,"stalled":{"since":` +
				"S" + `,"seconds":90,"in":"put"}},{"id":1,"state":"PAUSED",` + w + `"healthy":true,"watched":false}]}`},
	}
	for _, c := range cases {
		body, err := encode(healthOf(c.status, watched{"w:1": seenOf(c.stalls, nil, since.Add(90*time.Second))}))
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

// placed has tasks on the workers that are given, all RUNNING.
type placed struct {
	fakeHerder
	workers []string
}

func (h *placed) ConnectorStatus(context.Context, string) (*coord.ConnectorStatus, error) {
	s := &coord.ConnectorStatus{Name: "a", Connector: coord.InstanceStatus{State: connectors.Running, WorkerID: h.workers[0]}}
	for i, w := range h.workers {
		s.Tasks = append(s.Tasks, coord.TaskStatus{ID: i, InstanceStatus: coord.InstanceStatus{State: connectors.Running, WorkerID: w}})
	}
	return s, nil
}

// TestConnectorHealth_OtherWorkersAreAsked has a task on each of four workers: the one that is asked, one whose task
// is stuck, one of the original, and one that is gone.
func TestConnectorHealth_OtherWorkersAreAsked(t *testing.T) {
	h := &placed{}
	own := newServer(t, nil, func(o *Options) { o.Watchdog = stuck{} })
	other := newServer(t, nil, func(o *Options) {
		o.Watchdog = stuck{{Task: 1, Since: time.Now(), In: "put"}, {Task: 0, Since: time.Now(), In: "not its own"}}
	})
	for _, s := range []*Server{own, other} {
		s.Ready(h, newLoggers())
		s.Serve()
	}
	original := httptest.NewServer(http.NotFoundHandler())
	defer original.Close()
	h.workers = []string{own.WorkerID(), other.WorkerID(), original.Listener.Addr().String(), "127.0.0.1:1"}
	got := get(t, newClient(), "GET", own.URL()+"connectors/a/health")
	var body connectorHealth
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	if got.code != 503 || body.Healthy || len(body.Tasks) != 4 {
		t.Fatalf("%d %s", got.code, got.body)
	}
	for i, want := range []taskHealth{{Watched: true}, {Watched: true, seen: seen{Stalled: &stalled{In: "put"}}}, {}, {}} {
		if have := body.Tasks[i]; have.Watched != want.Watched || (have.Stalled == nil) != (want.Stalled == nil) || have.Healthy != (want.Stalled == nil) {
			t.Errorf("task %d: %+v", i, have)
		}
	}
	h.workers = []string{own.WorkerID()}
	if got := get(t, newClient(), "GET", own.URL()+"connectors/a/health"); got.code != 200 {
		t.Errorf("%d %s", got.code, got.body)
	}
}

// TestConnectorHealth_Progress shows how far tasks are: what is not known is left out, and a task may make none of it.
func TestConnectorHealth_Progress(t *testing.T) {
	all := []connectors.Progress{
		{Task: 0, Of: "snapshot", Rows: 250, RowsEstimated: 1000, RowsPerSecond: 12.5, Parts: 3, Done: 1, Took: 20 * time.Second, Left: time.Minute},
		{Task: 2, Of: "snapshot", Rows: 7, RowsPerSecond: 1, Parts: 1, Took: 7500 * time.Millisecond, Left: -1},
	}
	at := seenOf([]coord.Stall{{Task: 2, Since: time.UnixMilli(1000), In: "poll"}}, all, time.UnixMilli(3000))
	for task, want := range map[int]string{
		0: `{"progress":{"of":"snapshot","rows":250,"rows_estimated":1000,"rows_per_second":12.5,"parts":3,"parts_done":1,"seconds":20,"seconds_left":60}}`,
		1: `{}`,
		2: `{"stalled":{"since":1000,"seconds":2,"in":"poll"},"progress":{"of":"snapshot","rows":7,"rows_per_second":1,"parts":1,"parts_done":0,"seconds":7}}`,
	} {
		if got, err := encode(at[task]); err != nil || string(got) != want {
			t.Errorf("task %d: %s, %v", task, got, err)
		}
	}
}

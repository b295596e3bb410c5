package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// The bodies of GET /connectors/{connector}/health, which Connect does not have.
type (
	connectorHealth struct {
		Name      string         `json:"name"`
		Healthy   bool           `json:"healthy"`
		Connector instanceHealth `json:"connector"`
		Tasks     []taskHealth   `json:"tasks"`
	}

	instanceHealth struct {
		State    connectors.State `json:"state"`
		WorkerID string           `json:"worker_id"`
		Healthy  bool             `json:"healthy"`
		Reason   string           `json:"reason,omitempty"`
	}

	taskHealth struct {
		ID int `json:"id"`
		instanceHealth
		Watched bool `json:"watched"` // its worker tells whether it makes progress
		seen
	}

	// seen is what a worker sees of a task that it runs.
	seen struct {
		Stalled  *stalled  `json:"stalled,omitempty"`
		Progress *progress `json:"progress,omitempty"`
	}

	stalled struct {
		Since   int64  `json:"since"` // milliseconds since 1970
		Seconds int64  `json:"seconds"`
		In      string `json:"in"`
	}

	// progress is of work that has an end, such as a snapshot. What is not known is left out.
	progress struct {
		Of            string  `json:"of"`
		Rows          int64   `json:"rows"`
		RowsEstimated int64   `json:"rows_estimated,omitempty"`
		RowsPerSecond float64 `json:"rows_per_second"`
		Parts         int     `json:"parts"`
		PartsDone     int     `json:"parts_done"`
		Seconds       int64   `json:"seconds"`
		SecondsLeft   *int64  `json:"seconds_left,omitempty"`
	}
)

// peerHealthMax is how long other workers may take to tell what they see of their tasks.
const peerHealthMax = 5 * time.Second

// connectorHealth serves GET /connectors/{connector}/health: 200 when connector and tasks are as they should
// be, 503 when one of them is not: FAILED, UNASSIGNED, or RUNNING without progress. The last is seen by the
// worker that runs the task; the others are asked, and by that request (forward=false) tell of their own
// tasks alone, with status 200.
func (a *api) connectorHealth(ctx context.Context, c *call) (answer, error) {
	s, err := a.herder.ConnectorStatus(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	all := watched{}
	if a.watchdog != nil {
		all[a.self.Host] = seenOf(a.watchdog.Stalls(c.name()), a.watchdog.Progress(c.name()), time.Now())
	}
	if _, asked := c.query[forwardParam]; asked {
		return answer{body: healthOf(s, all)}, nil
	}
	a.askPeers(ctx, c, s, all)
	h := healthOf(s, all)
	if !h.Healthy {
		return answer{status: http.StatusServiceUnavailable, body: h}, nil
	}
	return answer{body: h}, nil
}

// watched is what workers see of a connector's tasks, by their ids. Workers that do not tell are not in it.
type watched map[string]map[int]seen

func seenOf(stalls []coord.Stall, all []connectors.Progress, now time.Time) map[int]seen {
	tasks := map[int]seen{}
	for _, s := range stalls {
		tasks[s.Task] = seen{Stalled: &stalled{Since: s.Since.UnixMilli(), Seconds: int64(now.Sub(s.Since) / time.Second), In: s.In}}
	}
	for i := range all {
		t := tasks[all[i].Task]
		t.Progress = progressOf(&all[i])
		tasks[all[i].Task] = t
	}
	return tasks
}

func progressOf(p *connectors.Progress) *progress {
	out := &progress{Of: p.Of, Rows: p.Rows, RowsEstimated: p.RowsEstimated, RowsPerSecond: p.RowsPerSecond, Parts: p.Parts, PartsDone: p.Done,
		Seconds: int64(p.Took / time.Second)}
	if p.Left >= 0 {
		left := int64(p.Left / time.Second)
		out.SecondsLeft = &left
	}
	return out
}

// askPeers asks the other workers that run tasks of a connector. One that does not answer in time, or has no
// such path, as the original's, does not tell.
func (a *api) askPeers(ctx context.Context, c *call, s *coord.ConnectorStatus, all watched) {
	others := map[string]bool{}
	for i := range s.Tasks {
		if t := &s.Tasks[i]; t.State == connectors.Running && t.WorkerID != a.self.Host {
			others[t.WorkerID] = true
		}
	}
	ctx, cancel := context.WithTimeout(ctx, peerHealthMax)
	defer cancel()
	var mu sync.Mutex // of all
	var asking sync.WaitGroup
	for worker := range others {
		asking.Go(func() {
			tasks, err := a.askPeer(ctx, c, worker)
			if err != nil {
				a.log.Debug("a worker does not tell how its tasks fare", "worker", worker, "err", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			all[worker] = tasks
		})
	}
	asking.Wait()
}

// askPeer asks one worker, whose URL is taken to be like the own one.
func (a *api) askPeer(ctx context.Context, c *call, worker string) (map[int]seen, error) {
	p, err := a.peers.do(ctx, peerRequest{
		method: http.MethodGet, base: a.self.Scheme + "://" + worker, path: c.path(), query: forwardParam + "=false", header: c.credentials(),
	})
	if err != nil {
		return nil, err
	}
	var h connectorHealth
	if err := json.Unmarshal(p.body, &h); err != nil {
		return nil, err
	}
	tasks := map[int]seen{}
	for _, t := range h.Tasks {
		if t.Watched && t.WorkerID == worker {
			tasks[t.ID] = t.seen
		}
	}
	return tasks, nil
}

func healthOf(s *coord.ConnectorStatus, all watched) connectorHealth {
	h := connectorHealth{Name: s.Name, Connector: instanceHealthOf(s.Connector), Tasks: make([]taskHealth, len(s.Tasks))}
	h.Healthy = h.Connector.Healthy
	for i := range s.Tasks {
		t := taskHealth{ID: s.Tasks[i].ID, instanceHealth: instanceHealthOf(s.Tasks[i].InstanceStatus)}
		if tasks, ok := all[t.WorkerID]; ok && t.State == connectors.Running {
			t.Watched, t.seen = true, tasks[t.ID]
		}
		if t.Stalled != nil {
			t.Healthy, t.Reason = false, "it makes no progress"
		}
		h.Tasks[i] = t
		h.Healthy = h.Healthy && t.Healthy
	}
	return h
}

// instanceHealthOf judges by the state alone.
func instanceHealthOf(s coord.InstanceStatus) instanceHealth {
	h := instanceHealth{State: s.State, WorkerID: s.WorkerID}
	switch s.State {
	case connectors.Failed:
		h.Reason = "it failed: its status has the trace"
	case connectors.Unassigned:
		h.Reason = "no worker runs it"
	default:
		h.Healthy = true
	}
	return h
}

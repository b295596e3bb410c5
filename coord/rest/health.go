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
		Watched bool     `json:"watched"` // its worker tells whether it makes progress
		Stalled *stalled `json:"stalled,omitempty"`
	}

	stalled struct {
		Since   int64  `json:"since"` // milliseconds since 1970
		Seconds int64  `json:"seconds"`
		In      string `json:"in"`
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
	seen := watched{}
	if a.watchdog != nil {
		seen[a.self.Host] = stalledOf(a.watchdog.Stalls(c.name()), time.Now())
	}
	if _, asked := c.query[forwardParam]; asked {
		return answer{body: healthOf(s, seen)}, nil
	}
	a.askPeers(ctx, c, s, seen)
	h := healthOf(s, seen)
	if !h.Healthy {
		return answer{status: http.StatusServiceUnavailable, body: h}, nil
	}
	return answer{body: h}, nil
}

// watched is what workers see of a connector's tasks, by their ids: those that make no progress. Workers that
// do not tell are not in it.
type watched map[string]map[int]*stalled

func stalledOf(stalls []coord.Stall, now time.Time) map[int]*stalled {
	tasks := map[int]*stalled{}
	for _, s := range stalls {
		tasks[s.Task] = &stalled{Since: s.Since.UnixMilli(), Seconds: int64(now.Sub(s.Since) / time.Second), In: s.In}
	}
	return tasks
}

// askPeers asks the other workers that run tasks of a connector. One that does not answer in time, or has no
// such path, as the original's, does not tell.
func (a *api) askPeers(ctx context.Context, c *call, s *coord.ConnectorStatus, seen watched) {
	others := map[string]bool{}
	for i := range s.Tasks {
		if t := &s.Tasks[i]; t.State == connectors.Running && t.WorkerID != a.self.Host {
			others[t.WorkerID] = true
		}
	}
	ctx, cancel := context.WithTimeout(ctx, peerHealthMax)
	defer cancel()
	var mu sync.Mutex // of seen
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
			seen[worker] = tasks
		})
	}
	asking.Wait()
}

// askPeer asks one worker, whose URL is taken to be like the own one.
func (a *api) askPeer(ctx context.Context, c *call, worker string) (map[int]*stalled, error) {
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
	tasks := map[int]*stalled{}
	for _, t := range h.Tasks {
		if t.Watched && t.WorkerID == worker {
			tasks[t.ID] = t.Stalled
		}
	}
	return tasks, nil
}

func healthOf(s *coord.ConnectorStatus, seen watched) connectorHealth {
	h := connectorHealth{Name: s.Name, Connector: instanceHealthOf(s.Connector), Tasks: make([]taskHealth, len(s.Tasks))}
	h.Healthy = h.Connector.Healthy
	for i := range s.Tasks {
		t := taskHealth{ID: s.Tasks[i].ID, instanceHealth: instanceHealthOf(s.Tasks[i].InstanceStatus)}
		if tasks, ok := seen[t.WorkerID]; ok && t.State == connectors.Running {
			t.Watched, t.Stalled = true, tasks[t.ID]
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

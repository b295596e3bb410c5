package rest

import (
	"context"
	"net/http"
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
		Stalled *stalled `json:"stalled,omitempty"`
	}

	stalled struct {
		Since   int64  `json:"since"` // milliseconds since 1970
		Seconds int64  `json:"seconds"`
		In      string `json:"in"`
	}
)

// connectorHealth serves GET /connectors/{connector}/health: 200 when connector and tasks are as they should
// be, 503 when one of them is not: FAILED, UNASSIGNED, or RUNNING without progress. Of the last a worker
// knows only for its own tasks.
func (a *api) connectorHealth(ctx context.Context, c *call) (answer, error) {
	s, err := a.herder.ConnectorStatus(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	h := healthOf(s, a.stalls(c.name()), time.Now())
	if !h.Healthy {
		return answer{status: http.StatusServiceUnavailable, body: h}, nil
	}
	return answer{body: h}, nil
}

func (a *api) stalls(connector string) []coord.Stall {
	if a.watchdog == nil {
		return nil
	}
	return a.watchdog.Stalls(connector)
}

func healthOf(s *coord.ConnectorStatus, stalls []coord.Stall, now time.Time) connectorHealth {
	h := connectorHealth{Name: s.Name, Connector: instanceHealthOf(s.Connector), Tasks: make([]taskHealth, len(s.Tasks))}
	h.Healthy = h.Connector.Healthy
	for i := range s.Tasks {
		t := taskHealth{ID: s.Tasks[i].ID, instanceHealth: instanceHealthOf(s.Tasks[i].InstanceStatus)}
		for _, stall := range stalls {
			if stall.Task == t.ID && t.State == connectors.Running {
				t.Healthy, t.Reason = false, "it makes no progress"
				t.Stalled = &stalled{Since: stall.Since.UnixMilli(), Seconds: int64(now.Sub(stall.Since) / time.Second), In: stall.In}
			}
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

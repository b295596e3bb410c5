package engine

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/restart"
)

// restarts is how a task comes back after failures. Everything but total is the task goroutine's own.
type restarts struct {
	policy  restart.Policy
	circuit *restart.Circuit // shared by the connector's tasks

	row     int         // restarts since the task last ran well
	running time.Time   // since when it runs; zero: it does not
	well    *time.Timer // tells the circuit that it runs well
}

// started notes that the task runs.
func (r *restarts) started() {
	if !r.policy.Enabled {
		return
	}
	r.running = time.Now()
	if r.row > 0 {
		r.well = time.AfterFunc(r.policy.Healthy, r.circuit.Recovered)
	}
}

// ended notes that a life of the task is over.
func (r *restarts) ended() {
	if r.well != nil {
		r.well.Stop()
		r.well = nil
	}
	if !r.running.IsZero() && time.Since(r.running) >= r.policy.Healthy {
		r.row = 0
	}
	r.running = time.Time{}
}

// failed reports a failure of the task. Where the policy grants it, it waits for the time of the restart, makes
// a new body, and returns true.
func (t *task) failed(err error) bool {
	r := &t.restarts
	for {
		trace := errant.Trace(err)
		refused := r.policy.Refuses(r.row, err)
		if refused != "" {
			t.stop()
			log := t.log
			if r.policy.Enabled {
				log = log.With("why", refused, "restarts", r.row)
			}
			log.Error("task failed and will not recover until it is restarted", "err", trace)
			t.report(connectors.Failed, trace)
			return false
		}
		r.row++
		open := r.circuit.Failed(t.id.Task)
		wait := r.policy.Wait(r.row, open, rand.Float64())
		t.log.Error("task failed and is restarted", "restart", r.row, "next_in", wait, "alone", open, "err", trace)
		t.report(connectors.Failed, trace)
		if !t.pauseBeforeRestart(wait) {
			return false
		}
		t.restarted.Add(1)
		t.report(connectors.Restarting, "")
		var body body
		if err = guard(func() (err error) { body, err = t.again(t.ctx); return err }); err == nil {
			t.setBody(body)
			return true
		}
	}
}

// pauseBeforeRestart waits for a time and the circuit, and reports false when the task is stopped first.
func (t *task) pauseBeforeRestart(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return t.restarts.circuit.Enter(t.id.Task, t.stopped)
	case <-t.stopped:
		return false
	}
}

// circuits are those of the connectors that have tasks here. The zero value is usable.
type circuits struct {
	mu  sync.Mutex
	all map[string]*sharedCircuit
}

type sharedCircuit struct {
	*restart.Circuit
	users int
}

// join returns the circuit of a task's connector, and what gives the task's part in it up.
func (c *circuits) join(id connectors.TaskID, p restart.Policy) (circuit *restart.Circuit, leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.all[id.Connector]
	if s == nil {
		if c.all == nil {
			c.all = map[string]*sharedCircuit{}
		}
		s = &sharedCircuit{Circuit: restart.NewCircuit(p.FailuresUntilOff)}
		c.all[id.Connector] = s
	}
	s.users++
	return s.Circuit, func() {
		s.Left(id.Task)
		c.mu.Lock()
		defer c.mu.Unlock()
		if s.users--; s.users == 0 && c.all[id.Connector] == s {
			delete(c.all, id.Connector)
		}
	}
}

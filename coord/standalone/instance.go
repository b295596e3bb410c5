package standalone

import (
	"context"
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// startConnector starts an instance in the connector's target state. The caller holds the slot. Who sets
// awaited calls awaitState next. Source: Worker.startConnector.
func (p *proc) startConnector(c *connector, awaited bool) (run uint64, err error) {
	m, name, config, target := p.m, c.name, c.config, c.target
	run = m.token()
	c.run, c.reported, c.awaited = run, false, awaited
	status := func(st connectors.Status) {
		m.post(func(m *machine) { m.connectorReported(name, run, st) })
	}
	reconfigure := func() {
		m.post(func(m *machine) {
			if c := m.connector(name); c != nil && c.run == run {
				m.keepUpdated(c)
			}
		})
	}
	_, err = coroutine.Call(p.Proc, "starting connector "+name, func(ctx context.Context, on env) (struct{}, error) {
		return struct{}{}, on.worker.StartConnector(ctx, name, config, target, status, reconfigure)
	})
	if err != nil {
		m.log.Error("connector not started", "connector", name, "err", err)
		c.run, c.awaited = 0, false
		c.status = m.instanceStatus(c, connectors.Failed, coord.Trace(err), false)
	}
	return run, err
}

// stopConnector ends the instance, if there is one. The caller holds the slot.
func (p *proc) stopConnector(c *connector) {
	if c.run == 0 {
		return
	}
	name := c.name
	c.ending = true
	_, err := coroutine.Call(p.Proc, "stopping connector "+name, func(ctx context.Context, on env) (struct{}, error) {
		return struct{}{}, on.worker.StopConnector(ctx, name)
	})
	if err != nil {
		p.m.log.Warn("connector was not there to be stopped", "connector", name, "err", err)
	}
	c.run, c.ending = 0, false
	p.m.wakeAll(c, coord.Errorf(http.StatusInternalServerError,
		"Could not begin changing connector state to %s as the connector has been scheduled for shutdown", c.target))
}

// awaitState waits for the first state that the instance reports. The caller does not hold the slot.
//
// Errors: the instance failed, or was stopped before it got there. Source: WorkerConnector.doTransitionTo.
func (p *proc) awaitState(c *connector, run uint64) error {
	if c.run == run && !c.reported {
		if p.m.stopping {
			return errStopping
		}
		c.waiting = append(c.waiting, p)
		if err := p.Wait(); err != nil {
			return err
		}
	}
	switch {
	case c.run == run && c.status.State == connectors.Failed:
		return coord.Errorf(http.StatusInternalServerError, "Failed to transition connector %s to state %s", c.name, c.target)
	case c.run != run || c.status.State == connectors.Unassigned:
		return coord.Errorf(http.StatusInternalServerError,
			"Could not begin changing connector state to %s as the connector has been scheduled for shutdown", c.target)
	}
	return nil
}

// wakeAll wakes those who wait for the instance's first state.
func (m *machine) wakeAll(c *connector, answer any) {
	for _, p := range c.waiting {
		m.Wake(p.Proc, answer)
	}
	c.waiting, c.awaited = nil, false
}

// setTarget moves the connector and its tasks to another target state. The caller holds the slot.
// Source: MemoryConfigBackingStore.putTargetState, Worker.setTargetState.
func (p *proc) setTarget(c *connector, target connectors.TargetState) {
	if c.target == target {
		return
	}
	c.target = target
	name, ids := c.name, c.taskIDs()
	_, _ = coroutine.Call(p.Proc, "changing the state of connector "+name, func(_ context.Context, on env) (struct{}, error) {
		on.worker.SetConnectorTarget(name, target)
		for _, id := range ids {
			on.worker.SetTaskTarget(id, target)
		}
		return struct{}{}, nil
	})
	// A connector that is resumed before it was paused has no state to report.
	if c.target == connectors.TargetStarted && c.status != nil && c.status.State == connectors.Running {
		p.m.keepUpdated(c)
	}
}

package standalone

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// Waits between attempts to compute task configs. Source: DistributedHerder.RECONFIGURE_CONNECTOR_TASKS_BACKOFF.
const (
	retryFirst = 250 * time.Millisecond
	retryMax   = 60 * time.Second
)

// startMax is how long the tasks of a connector together may wait for config providers until they are started.
const startMax = 30 * time.Second

// updateTasks asks a running connector for task configs, and replaces its tasks where they, or what
// they were made of, changed. The caller holds nothing. Nothing happens when the instance is not
// the one that the caller means, or does not run any more.
//
// Errors: the plugin's, and those of config providers. Source: StandaloneHerder.updateConnectorTasks.
func (p *proc) updateTasks(s *slot, run uint64) error {
	if !p.Lock(&s.update) {
		return errStopping
	}
	defer p.release(s, &s.update)
	c := s.c
	if !c.runs(run) {
		return nil
	}
	name, config := c.name, c.config
	type answer struct {
		tasks    []map[string]string
		resolved map[string]string
	}
	got, err := coroutine.CallPlugin(context.Background(), p.Proc, "computing the task configs of connector "+name, func(ctx context.Context, on env) (a answer, err error) {
		if a.tasks, err = on.worker.TaskConfigs(ctx, name, config); err == nil {
			a.resolved, err = on.worker.Resolve(ctx, config)
		}
		return a, err
	})
	if s.c != c || !c.runs(run) { // what it runs with now is somebody else's to ask
		return nil
	}
	if err != nil {
		return err
	}
	if !p.Lock(&s.ops) {
		return errStopping
	}
	defer p.release(s, &s.ops)
	if s.c != c || !c.runs(run) {
		return nil
	}
	if !coord.TaskConfigsChanged(c.tasks, got.tasks, c.applied, got.resolved) {
		return nil
	}
	p.removeTasks(c)
	c.tasks, c.applied = got.tasks, got.resolved
	_ = p.startTasks(c, c.taskIDs()) // what fails shows in the tasks' states
	return nil
}

// runs says whether the instance with a token runs and is to run.
func (c *connector) runs(run uint64) bool {
	return c != nil && c.run == run && run != 0 && !c.ending && c.target == connectors.TargetStarted &&
		c.status != nil && c.status.State == connectors.Running
}

// keepUpdated sees to it that the tasks get the configs that the connector wants now, however often
// that has to be tried.
func (m *machine) keepUpdated(c *connector) {
	if c.updating || m.stopping {
		c.updateAgain = true
		return
	}
	c.updating = true
	s := m.slot(c.name)
	m.spawn(func(p *proc) {
		wait := retryFirst
		for again := true; again && s.c == c; again = c.updateAgain {
			c.updateAgain = false
			starts := c.starts
			err := p.updateTasks(s, c.run)
			if err == nil || tooManyTasks(err) || errors.Is(err, errStopping) {
				wait = retryFirst
				continue
			}
			if c.starts != starts { // it was asked before it ran
				c.updateAgain = true
				continue
			}
			m.log.Error("no new task configs from the connector", "connector", c.name, "next_in", wait, "err", err)
			c.sleeper = p
			c.updateAgain = p.Sleep(wait)
			c.sleeper = nil
			wait = min(2*wait, retryMax)
		}
		c.updating = false
	})
}

// tooManyTasks says that a connector made more task configs than it may: it has failed, and trying
// again is of no use. Source: TooManyTasksException.
func tooManyTasks(err error) bool {
	var of interface{ JavaClass() string }
	return errors.As(err, &of) && strings.HasSuffix(of.JavaClass(), ".TooManyTasksException")
}

// removeTasks stops all tasks and forgets them. The caller holds the slot.
// Source: StandaloneHerder.removeConnectorTasks.
func (p *proc) removeTasks(c *connector) {
	if len(c.tasks) == 0 {
		return
	}
	p.stopTasks(c, c.taskIDs())
	c.tasks, c.applied = nil, nil
	clear(c.taskStatus)
}

// stopTasks stops tasks side by side.
func (p *proc) stopTasks(c *connector, ids []connectors.TaskID) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id connectors.TaskID) bool { return c.taskRuns[id.Task] == 0 })
	if len(ids) == 0 {
		return
	}
	_, err := coroutine.Call(p.Proc, "stopping tasks of connector "+c.name, func(ctx context.Context, on env) (struct{}, error) {
		return struct{}{}, on.worker.StopTasks(ctx, ids)
	})
	if err != nil {
		p.m.log.Warn("tasks were not there to be stopped", "connector", c.name, "err", err)
	}
	for _, id := range ids {
		delete(c.taskRuns, id.Task)
	}
}

// startTasks starts tasks with the configs that are stored. A task that cannot be started is FAILED.
//
// Errors: those of the tasks that were not started. Source: StandaloneHerder.createConnectorTasks.
func (p *proc) startTasks(c *connector, ids []connectors.TaskID) error {
	type start struct {
		id     connectors.TaskID
		config map[string]string
		status func(connectors.Status)
	}
	m, config, target, count := p.m, c.config, c.target, len(c.tasks)
	starts := make([]start, len(ids))
	for i, id := range ids {
		run := m.token()
		c.taskRuns[id.Task] = run
		starts[i] = start{id, c.tasks[id.Task], func(st connectors.Status) {
			m.post(func(m *machine) { m.taskReported(id, run, st) })
		}}
	}
	errs, _ := coroutine.Call(p.Proc, "starting tasks of connector "+c.name, func(ctx context.Context, on env) ([]error, error) {
		ctx, cancel := context.WithTimeout(ctx, startMax)
		defer cancel()
		errs := make([]error, len(starts))
		for i, s := range starts {
			errs[i] = on.worker.StartTask(ctx, s.id, count, config, s.config, target, s.status)
		}
		return errs, nil
	})
	for i, err := range errs {
		if err == nil {
			continue
		}
		n := ids[i].Task
		m.log.Error("task not started", "connector", c.name, "task", n, "err", err)
		delete(c.taskRuns, n)
		c.taskStatus[n] = m.instanceStatus(c, connectors.Failed, coord.Trace(err), false)
	}
	return errors.Join(errs...)
}

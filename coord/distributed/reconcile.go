package distributed

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// startMax is how long the instances of a connector together may wait for config providers until they are
// started.
const startMax = 30 * time.Second

// reconcile sees to it that what runs of a connector becomes what should run. It is called after
// everything that changes either.
func (m *machine) reconcile(s *slot) {
	if s.starting != nil && len(m.toStop(s)) > 0 {
		s.starting()
	}
	if s.working {
		if s.halts > 0 { // else instances are being started, and those are not there to be stopped
			m.halt(s)
		}
		s.again = true
		return
	}
	if m.inOrder(s) {
		m.release(&s.stopped, nil)
		m.release(&s.idle, nil)
		m.rest(s)
		return
	}
	s.working = true
	m.busy[s.name] = s
	m.spawn(func(p *proc) {
		for s.again = true; s.again; {
			s.again = false
			p.stopInstances(s)
			p.retarget(s)
			p.startInstances(s)
		}
		s.working = false
		delete(m.busy, s.name)
		m.release(&s.idle, nil)
		m.rest(s)
	})
}

// rest notes what a slot that is in order still lacks, and forgets one that nobody needs.
func (m *machine) rest(s *slot) {
	if s.complete() {
		delete(m.lacking, s.name)
	} else {
		m.lacking[s.name] = s
	}
	m.drop(s)
}

// inOrder says whether there is nothing to do for a slot: no instance to stop or to tell another target state, none
// to start.
func (m *machine) inOrder(s *slot) bool {
	target := m.target(s.name)
	fine := func(x *instance) bool {
		return !x.stale && !x.ending && m.mayRun(s, x.id) && (x.failure != nil || x.target == target)
	}
	id := connectors.TaskID{Connector: s.name, Task: connectors.ConnectorTask}
	switch {
	case s.connector != nil && !fine(s.connector), s.connector == nil && m.mayStart(s, id):
		return false
	}
	for _, x := range s.tasks {
		if !fine(x) {
			return false
		}
	}
	for n := range s.grantedTasks {
		if id.Task = n; s.tasks[n] == nil && m.mayStart(s, id) {
			return false
		}
	}
	return true
}

// stopInstances stops what may not run, or not as it does, until there is nothing of that kind.
func (p *proc) stopInstances(s *slot) {
	m := p.m
	for m.halt(s); s.halts > 0; m.halt(s) {
		s.halted = append(s.halted, p.Proc)
		_ = p.Wait()
	}
	m.release(&s.stopped, nil)
}

// halt begins to stop what may not run, or not as it does. It does so beside what is being stopped of the connector already: others
// do not work on because one instance takes its time.
func (m *machine) halt(s *slot) {
	var stop []*instance
	var connector bool
	var tasks []connectors.TaskID
	for _, x := range m.toStop(s) {
		if x.ending {
			continue
		}
		x.ending = true
		stop = append(stop, x)
		switch {
		case x.failure != nil:
		case x == s.connector:
			connector = true
		default:
			tasks = append(tasks, x.id)
		}
	}
	if len(stop) == 0 {
		return
	}
	s.halts++
	m.spawn(func(p *proc) {
		p.stopBoth(s.name, connector, tasks)
		for _, x := range stop {
			m.ended(s, x)
		}
		if !m.configs.Contains(s.name) {
			m.forgetTopics(s.name)
		}
		if s.halts--; s.halts == 0 {
			m.release(&s.halted, nil)
		}
	})
}

// stopBoth stops a connector and tasks, side by side.
func (p *proc) stopBoth(name string, connector bool, tasks []connectors.TaskID) {
	m := p.m
	warn := func(err error) {
		if err != nil {
			m.log.Warn("what was to be stopped was not there", "connector", name, "err", err)
		}
	}
	var waiting queue
	if connector {
		m.spawn(func(p *proc) {
			warn(p.do("stopping connector "+name, func(ctx context.Context, on env) error { return on.worker.StopConnector(ctx, name) }))
			connector = false
			m.release(&waiting, nil)
		})
	}
	if len(tasks) > 0 {
		warn(p.do("stopping tasks of connector "+name, func(ctx context.Context, on env) error { return on.worker.StopTasks(ctx, tasks) }))
	}
	if connector {
		waiting = append(waiting, p.Proc)
		_ = p.Wait()
	}
}

// ended takes away an instance that was stopped.
func (m *machine) ended(s *slot, x *instance) {
	if x == s.connector {
		s.connector, s.published = nil, nil
	} else if s.tasks[x.id.Task] == x {
		delete(s.tasks, x.id.Task)
	}
	if x.restart && m.mayRun(s, x.id) {
		m.put(x.id, connectors.Restarting, "", nil)
	}
	m.release(&x.waiting, scheduledForShutdown(m.target(s.name)))
}

// retargets says whether instances have to be told another target state.
func (m *machine) retargets(s *slot) bool {
	for _, x := range s.instances() {
		if x.failure == nil && !x.ending && x.target != m.target(s.name) {
			return true
		}
	}
	return false
}

// retarget tells instances their target state. Source: Worker.setTargetState.
func (p *proc) retarget(s *slot) {
	m := p.m
	if !m.retargets(s) {
		return
	}
	target := m.target(s.name)
	var ids []connectors.TaskID
	for _, x := range s.instances() {
		if x.failure == nil && x.target != target {
			x.target = target
			ids = append(ids, x.id)
		}
	}
	_ = p.do("changing the state of connector "+s.name, func(_ context.Context, on env) error {
		for _, id := range ids {
			if id.Task == connectors.ConnectorTask {
				on.worker.SetConnectorTarget(id.Connector, target)
			} else {
				on.worker.SetTaskTarget(id, target)
			}
		}
		return nil
	})
}

// startInstances starts what is missing.
func (p *proc) startInstances(s *slot) {
	m := p.m
	if len(m.toStart(s)) == 0 {
		return
	}
	of := p.classOf(m.configs.Config(s.name))
	ids := m.toStart(s) // as it is now
	if len(ids) == 0 {
		return
	}
	config, target, count := m.configs.Config(s.name), m.target(s.name), m.configs.TaskCount(s.name)
	starts := make([]start, len(ids))
	for i, id := range ids {
		x := &instance{id: id, run: m.token(), config: config, task: m.configs.TaskConfig(id), commit: m.commit(s.name), class: of, target: target}
		if id.Task == connectors.ConnectorTask {
			s.connector = x
		} else {
			s.tasks[id.Task] = x
		}
		starts[i] = start{x: x, status: m.reports(x), reconfigure: m.asks(x)}
	}
	var cut context.Context
	cut, s.starting = context.WithCancel(context.Background())
	_ = p.do("starting connector "+s.name+" and tasks of it", func(ctx context.Context, on env) error {
		ctx, cancel := context.WithTimeout(ctx, startMax)
		defer cancel()
		defer context.AfterFunc(cut, cancel)()
		for i := range starts {
			starts[i].run(ctx, on, count)
		}
		return nil
	})
	s.starting()
	s.starting = nil
	for _, st := range starts {
		if st.err != nil {
			m.notStarted(s, st.x, st.err)
		}
	}
}

// start is the start of one instance.
type start struct {
	x           *instance
	status      func(connectors.Status)
	reconfigure func()
	err         error
}

func (s *start) run(ctx context.Context, on env, count int) {
	x := s.x
	if x.id.Task == connectors.ConnectorTask {
		s.err = on.worker.StartConnector(ctx, x.id.Connector, x.config, x.target, s.status, s.reconfigure)
	} else {
		s.err = on.worker.StartTask(ctx, x.id, count, x.config, x.task, x.target, s.status)
	}
}

// notStarted notes that the worker has no instance. Nobody tries again until something changes.
// Source: AbstractHerder.onFailure.
func (m *machine) notStarted(s *slot, x *instance, err error) {
	x.failure, x.state, x.trace = err, connectors.Failed, coord.Trace(err)
	if m.mayRun(s, x.id) {
		m.log.Error("not started", "connector", x.id.Connector, "task", x.id.Task, "err", err)
		m.putInstance(x)
	}
	m.release(&x.waiting, err)
}

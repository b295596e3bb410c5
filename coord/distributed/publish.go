package distributed

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// Waits between attempts to publish task configs.
// Source: DistributedHerder.RECONFIGURE_CONNECTOR_TASKS_BACKOFF_INITIAL_MS, RECONFIGURE_CONNECTOR_TASKS_BACKOFF_MAX_MS.
const (
	publishFirst = 250 * time.Millisecond
	publishMax   = 60 * time.Second
)

// oldKeyTime is how long a refused signature is taken for that of a key that was just replaced.
// Source: DistributedHerder.isPossibleExpiredKeyException.
const oldKeyTime = time.Minute

// keepUpdated sees to it that the config topic has the task configs that a connector of this worker wants
// now, however often that has to be tried.
// Source: DistributedHerder.reconfigureConnectorTasksWithRetry.
func (m *machine) keepUpdated(s *slot) {
	s.updateAgain = true
	if s.updating || m.stopping {
		return
	}
	s.updating = true
	m.spawn(func(p *proc) {
		wait, since := publishFirst, m.now()
		for s.updateAgain && !m.stopping && s.connector != nil {
			s.updateAgain = false
			starts, run := s.starts, s.connector.run
			err := p.publish(s, run)
			if err == nil || tooManyTasks(err) || m.stopping {
				wait, since = publishFirst, m.now()
				continue
			}
			if s.connector == nil || s.connector.run != run || s.starts != starts { // it was another's, or asked before it ran
				s.updateAgain = true
				continue
			}
			if signatureRefused(err) && m.now().Sub(since) < oldKeyTime {
				m.log.Debug("the leader refused task configs, perhaps for a session key that was replaced; trying again", "connector", s.name, "next_in", wait)
			} else {
				m.log.Error("Failed to reconfigure connector's tasks ("+s.name+"), retrying after backoff.", "next_in", wait, "err", err)
			}
			s.sleeper = p.Proc
			s.updateAgain = p.Sleep(wait) || s.updateAgain
			s.sleeper = nil
			wait = min(2*wait, publishMax)
		}
		s.updating = false
		m.drop(s)
	})
}

// recheckAfter is how long a stop may take between taking a connector's tasks away and stopping it.
const recheckAfter = time.Second

// unexpected sees to it that a connector gets the tasks that it wants back where others were written: by a
// stop that failed half way, or by a worker that took itself for the leader.
func (m *machine) unexpected(s *slot) {
	if s.connector == nil || s.published == nil || sameTasks(s.published, m.configs.TaskConfigs(s.name)) {
		return
	}
	m.After(&s.recheck, recheckAfter, func() { m.keepUpdated(s) })
}

// finish has the task configs written again of connectors of this worker that have some without a commit. A worker
// that took itself for the leader can write them behind the commit of its successor, without exactly-once sources:
// together with compaction they hide the committed ones from who reads the topic anew.
func (m *machine) finish() {
	unfinished := map[string]*slot{}
	for name, s := range m.slots {
		if s.connector != nil && m.configs.Uncommitted(name) {
			unfinished[name] = s
		}
	}
	for _, s := range byName(unfinished) {
		m.keepUpdated(s)
	}
}

func sameTasks(a, b []map[string]string) bool {
	return slices.EqualFunc(a, b, maps.Equal[map[string]string, map[string]string])
}

// isRunning says whether the connector's instance with a token runs, and is to.
func (m *machine) isRunning(s *slot, run uint64) bool {
	x := s.connector
	return x != nil && x.run == run && x.failure == nil && !x.stale && !x.ending && x.state == connectors.Running &&
		m.mayRun(s, x.id) && m.target(s.name) == connectors.TargetStarted
}

// publish asks a running connector for its task configs and has them written where they, or what they are
// made of, changed. Source: DistributedHerder.reconfigureConnector, publishConnectorTaskConfigs.
func (p *proc) publish(s *slot, run uint64) error {
	m := p.m
	if !p.Lock(&s.update) {
		return errStopping
	}
	defer p.Unlock(&s.update)
	if !m.isRunning(s, run) {
		return nil
	}
	name, config := s.name, s.connector.config
	type answer struct{ tasks, configs []map[string]string }
	applied := m.configs.Applied(name)
	got, err := coroutine.CallPlugin(context.Background(), p.Proc, "generating task configs for connector "+name, func(ctx context.Context, on env) (a answer, err error) {
		if a.tasks, err = on.worker.TaskConfigs(ctx, name, config); err != nil {
			return a, err
		}
		now, err := on.worker.Resolve(ctx, config)
		if err != nil {
			return a, err
		}
		var then map[string]string
		if applied != nil {
			then, err = on.worker.Resolve(ctx, applied.Config)
		}
		a.configs = []map[string]string{now, then}
		return a, err
	})
	if !m.isRunning(s, run) { // what it runs with now is somebody else's to ask
		return nil
	}
	if err != nil {
		return err
	}
	if m.configs.Applied(name) != applied { // task configs were written meanwhile
		s.updateAgain = true
		return nil
	}
	now, then := got.configs[0], m.wasResolved(s, got.configs[1])
	switch {
	case m.configs.Inconsistent(name), m.configs.Uncommitted(name), s.unfinished:
	case applied != nil && applied.Offset < m.configs.PutOffset(name):
		// The same config was put again. Once compaction has removed the record before, who reads the topic
		// anew would find task configs of a connector that is not there yet, and drop them, as Java does.
	case coord.TaskConfigsChanged(m.configs.TaskConfigs(name), got.tasks, then, now):
		m.log.Info("connector has new task configs", "connector", name, "tasks", len(got.tasks), "before", m.configs.TaskCount(name))
	default:
		s.published, s.publishedFrom = m.configs.TaskConfigs(name), now
		return nil
	}
	s.published, s.publishedFrom = got.tasks, now
	err = p.handOver(s, run, got.tasks)
	// A part of them may be there without a commit. Together with compaction it would take the configs before
	// from who reads the topic anew.
	s.unfinished = err != nil
	return err
}

// wasResolved returns what the connector config came to that the present task configs were made from: what it
// was when this worker published them, else when it asked first, since variables may come to something else by now.
// Source: AppliedConnectorConfig.transformedConfig.
func (m *machine) wasResolved(s *slot, now map[string]string) map[string]string {
	applied := m.configs.Applied(s.name)
	if applied == nil {
		s.applied = nil
		return nil
	}
	if s.applied == nil || s.applied.offset != applied.Offset {
		if s.published != nil && sameTasks(s.published, m.configs.TaskConfigs(s.name)) {
			now = s.publishedFrom
		}
		s.applied = &resolved{applied.Offset, now}
	}
	return s.applied.config
}

// handOver has task configs written: by this worker if it leads, else by who does.
func (p *proc) handOver(s *slot, run uint64, tasks []map[string]string) error {
	m := p.m
	if err := p.led(); err != nil {
		return err
	}
	if !m.isRunning(s, run) {
		return nil
	}
	if m.leads() {
		return p.writeTasks(s, tasks)
	}
	name, url := s.name, m.assignment.LeaderURL
	if strings.TrimSpace(url) == "" {
		return errors.New("request to the leader to reconfigure connector tasks: the URL of its REST interface is empty")
	}
	sign := m.sign()
	if m.protocol.Signed() && sign == nil {
		return errors.New("no session key has been read from the config topic yet, with which task configs are signed for the leader")
	}
	return p.do("Forwarding task configurations to the leader at "+url, func(ctx context.Context, on env) error {
		return on.peers.PutTaskConfigs(ctx, url, name, tasks, sign)
	})
}

// writeTasks writes task configs. Only a leader calls it. Source: DistributedHerder.writeTaskConfigs.
func (p *proc) writeTasks(s *slot, tasks []map[string]string) error {
	if !p.Lock(&s.write) {
		return errStopping
	}
	defer p.unlockWrite(s)
	return p.writeTasksLocked(s, tasks)
}

func (p *proc) writeTasksLocked(s *slot, tasks []map[string]string) error {
	m, name := p.m, s.name
	if !m.configs.Contains(name) {
		return notFound("Connector %s not found", name)
	}
	if len(tasks) > 0 && m.configs.Target(name) == connectors.TargetStopped {
		return coord.Errorf(http.StatusBadRequest, "Cannot submit non-empty set of task configs for stopped connector %s", name)
	}
	return p.lead("writing task configs for connector "+name+" to the config topic", func(ctx context.Context, on env) error {
		return on.configs.PutTaskConfigs(ctx, name, tasks)
	})
}

// unlockWrite ends the writing of a connector's configs.
func (p *proc) unlockWrite(s *slot) {
	p.Unlock(&s.write)
	p.m.drop(s)
}

// tooManyTasks says that a connector made more task configs than it may: it has failed, and trying
// again is of no use. Source: TooManyTasksException.
func tooManyTasks(err error) bool {
	var of interface{ JavaClass() string }
	return errors.As(err, &of) && strings.HasSuffix(of.JavaClass(), ".TooManyTasksException")
}

// signatureRefused says that the leader did not accept the signature.
func signatureRefused(err error) bool {
	var r *coord.RequestError
	return errors.As(err, &r) && r.Status == http.StatusForbidden
}

package distributed

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
)

// Steps is a herder as a step function, for simulations: what Herder is without its loop, goroutines and
// clock. It belongs to one goroutine.
type Steps struct {
	m *machine
	h *Herder
}

// Event is something that happened, for Steps.Step.
type Event struct{ do event }

// Effect is work that a step asks for. Its answer is an event; that of a timer comes when After is over.
type Effect struct {
	e  effect
	on env
}

// NewSteps makes a herder with its member. post takes events of the worker's instances, from inside and outside
// of steps; it does not wait.
func NewSteps(o Options, member Member, now func() time.Time, post func(Event)) *Steps {
	h := &Herder{o: o}
	h.machine = newMachine(&h.o, func(e event) { post(Event{e}) }, now)
	h.machine.member = member
	return &Steps{h.machine, h}
}

// Step takes an event and returns the effects that it leads to.
func (s *Steps) Step(e Event) []Effect {
	list := s.m.step(e.do)
	out := make([]Effect, len(list))
	for i, f := range list {
		out[i] = Effect{f, env{s.h.o.Worker, s.h.o.Configs, s.h.o.Statuses, s.h.o.Offsets, s.h.o.Peers}}
	}
	return out
}

// Ties are those of the member.
func (s *Steps) Ties(notify func(group.Event)) Ties {
	t := s.h.ties()
	t.Notify = notify
	return t
}

// Begin is that the stores have been read; Stop that the herder is to stop.
func (s *Steps) Begin() Event { return Event{(*machine).begin} }

// Stop is Begin's counterpart.
func (s *Steps) Stop() Event { return Event{(*machine).stop} }

// ConfigsChanged is Herder.ConfigsChanged.
func (s *Steps) ConfigsChanged(changes []store.ConfigChange) Event {
	return Event{func(m *machine) { m.configsChanged(changes) }}
}

// GroupSaid is an event of the member.
func (s *Steps) GroupSaid(e group.Event) Event {
	return Event{func(m *machine) { m.groupSaid(e) }}
}

// request is a request whose answer done takes.
func (s *Steps) request(done func(error), f func(p *proc) error) Event {
	return Event{func(m *machine) {
		operation(m, func(p *proc) (struct{}, error) { return struct{}{}, f(p) }, func(_ struct{}, err error) { done(err) })
	}}
}

// Put is Herder.PutConnector.
func (s *Steps) Put(name string, config map[string]string, initial connectors.TargetState, replace bool, done func(error)) Event {
	return s.request(done, func(p *proc) error {
		_, err := p.put(context.Background(), create{name: name, config: config, initial: initial, replace: replace})
		return err
	})
}

// Patch is Herder.PatchConnector.
func (s *Steps) Patch(name string, changes map[string]*string, done func(error)) Event {
	return s.request(done, func(p *proc) error {
		_, err := p.patch(context.Background(), name, changes)
		return err
	})
}

// Delete is Herder.DeleteConnector.
func (s *Steps) Delete(name string, done func(error)) Event {
	return s.request(done, func(p *proc) error { return p.remove(context.Background(), name) })
}

// Target is Herder.PauseConnector, ResumeConnector or StopConnector.
func (s *Steps) Target(name string, target connectors.TargetState, done func(error)) Event {
	return s.request(done, func(p *proc) error {
		if target == connectors.TargetStopped {
			return p.stopConnector(context.Background(), name)
		}
		return p.setTarget(context.Background(), name, target)
	})
}

// Restart is Herder.Restart.
func (s *Steps) Restart(r coord.RestartRequest, done func(error)) Event {
	return s.request(done, func(p *proc) error {
		_, err := p.restart(context.Background(), r)
		return err
	})
}

// RestartInstance is Herder.RestartTask, or Herder.RestartConnector for a connector.
func (s *Steps) RestartInstance(id connectors.TaskID, done func(error)) Event {
	return s.request(done, func(p *proc) error {
		if id.Task == connectors.ConnectorTask {
			return p.restartConnector(context.Background(), id.Connector)
		}
		return p.restartTask(context.Background(), id)
	})
}

// ResetOffsets is Herder.ResetOffsets.
func (s *Steps) ResetOffsets(name string, done func(error)) Event {
	return s.request(done, func(p *proc) error {
		_, err := p.modifyOffsets(context.Background(), name, nil, true)
		return err
	})
}

// PutTaskConfigs is Herder.PutTaskConfigs.
func (s *Steps) PutTaskConfigs(name string, configs []map[string]string, by coord.Signature, done func(error)) Event {
	return s.request(done, func(p *proc) error { return p.putTasks(context.Background(), name, configs, by) })
}

// Fence is Herder.Fence, Verify is Herder.Verify.
func (s *Steps) Fence(id connectors.TaskID, done func(error)) Event {
	return s.request(done, func(p *proc) error { return p.fenceFor(context.Background(), id) })
}

// Verify is Fence's counterpart, once the task has its transactional id.
func (s *Steps) Verify(id connectors.TaskID, done func(error)) Event {
	return s.request(done, func(p *proc) error { return p.verifyTask(context.Background(), id) })
}

// FenceZombies is Herder.FenceZombies.
func (s *Steps) FenceZombies(name string, by coord.Signature, done func(error)) Event {
	return s.request(done, func(p *proc) error { return p.fenceSigned(context.Background(), name, by) })
}

// Generation returns which task configs of its connector a task that was started here is one of: the config offset of
// their commit.
func (s *Steps) Generation(id connectors.TaskID) int64 { return s.m.instance(id).commit }

// After is how long a timer runs, 0 for other effects.
func (e Effect) After() time.Duration { return e.e.After }

// What says what an effect does.
func (e Effect) What() string { return e.e.What }

// Run does it and returns the event that brings its answer.
func (e Effect) Run(ctx context.Context) Event {
	var answer any
	if e.e.Run != nil {
		answer = e.e.Run(ctx, e.on)
	}
	return Event{func(m *machine) { m.Answered(e.e, answer) }}
}

// Halted reports whether all work has ended after Stop.
func (s *Steps) Halted() bool { return s.m.halted }

// Kill ends all operations where they wait, as the end of the process does. It is the last call: what waits and is
// not killed keeps its stack, and all that it sees, for good.
func (s *Steps) Kill() { s.m.Kill() }

// Idle reports whether no operation is under way but for timers.
func (s *Steps) Idle() bool { return s.m.Len() == s.m.Sleeping() }

package standalone

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

// sim drives a machine from a seed: requests, calls of the worker, their answers, states that instances
// reach and timers come in any order that the real world allows.
type sim struct {
	t       *testing.T
	rng     *rand.Rand
	m       *machine
	worker  *simWorker
	offsets *store.Memory

	inbox    []event
	effects  []effect
	finished []event // answers on their way
	slow     bool    // instances are, so that requests overtake them
	asked    int
	answered int
	trace    []string
}

func newSim(t *testing.T, seed uint64) *sim {
	s := &sim{t: t, rng: rand.New(rand.NewPCG(seed, 0)), offsets: store.NewMemory(), slow: seed%3 == 0}
	s.worker = &simWorker{s: s, faults: true, connectors: map[string]*simInstance{}, tasks: map[connectors.TaskID]*simInstance{}}
	s.m = newMachine(workerID, slog.New(slog.DiscardHandler), func(e event) { s.inbox = append(s.inbox, e) })
	return s
}

func (s *sim) log(format string, args ...any) {
	s.trace = append(s.trace, fmt.Sprintf(format, args...))
}

func (s *sim) step(e event) { s.effects = append(s.effects, s.m.step(e)...) }

// request sends a request and notes its answer.
func (s *sim) request(what string, f func(p *proc) error) {
	s.asked++
	n := s.asked
	s.log("request %d: %s", n, what)
	s.inbox = append(s.inbox, func(m *machine) {
		m.spawn(func(p *proc) {
			err := f(p)
			s.answered++
			s.log("answer %d: %v", n, err)
		})
	})
}

// randomRequest sends one of the requests that change something.
func (s *sim) randomRequest() {
	name := string('a' + rune(s.rng.IntN(2)))
	conf := map[string]string{"connector.class": "FileSource", "tasks": strconv.Itoa(s.rng.IntN(3)), "x": strconv.Itoa(s.rng.IntN(3))}
	absent := notFound("none")
	switch s.rng.IntN(16) {
	case 0, 1:
		initial := []connectors.TargetState{"", "", connectors.TargetPaused, connectors.TargetStopped}[s.rng.IntN(4)]
		s.request("create "+name, func(p *proc) error {
			_, _, err := p.put(context.Background(), create{name: name, config: conf, initial: initial})
			return err
		})
	case 2:
		s.request("put "+name, func(p *proc) error {
			_, _, err := p.put(context.Background(), create{name: name, config: conf, replace: true})
			return err
		})
	case 3:
		x := conf["x"]
		s.request("patch "+name, func(p *proc) error {
			_, err := p.patch(context.Background(), name, map[string]*string{"x": &x})
			return err
		})
	case 4:
		s.request("delete "+name, func(p *proc) error { return p.remove(name) })
	case 5:
		s.request("restart connector "+name, func(p *proc) error { return p.restartConnector(name) })
	case 6:
		r := coord.RestartRequest{Connector: name, IncludeTasks: s.rng.IntN(2) == 0, OnlyFailed: s.rng.IntN(2) == 0}
		s.request("restart "+name, func(p *proc) error {
			_, err := p.restart(r)
			return err
		})
	case 7:
		id := connectors.TaskID{Connector: name, Task: s.rng.IntN(2)}
		s.request("restart task "+id.String(), func(p *proc) error { return p.restartTask(id) })
	case 8:
		s.request("reset offsets "+name, func(p *proc) error {
			_, err := p.modifyOffsets(name, nil, true)
			return err
		})
	default:
		target := []connectors.TargetState{connectors.TargetPaused, connectors.TargetStopped, connectors.TargetStarted, connectors.TargetStarted}[s.rng.IntN(4)]
		s.request(string(target)+" "+name, func(p *proc) error { return p.target(name, target, absent) })
	}
}

// act does one thing that can happen now; false when there is nothing.
func (s *sim) act() bool {
	var can []func()
	if len(s.inbox) > 0 {
		can = append(can, func() {
			e := s.inbox[0]
			s.inbox = s.inbox[1:]
			s.step(e)
		})
	}
	for i := range s.effects {
		can = append(can, func() {
			e := s.effects[i]
			s.effects = slices.Delete(s.effects, i, i+1)
			var answer any
			if e.Run != nil {
				answer = e.Run(context.Background(), env{s.worker, s.offsets})
			}
			s.finished = append(s.finished, func(m *machine) { m.Answered(e, answer) })
		})
	}
	for i := range s.finished {
		can = append(can, func() {
			s.inbox = append(s.inbox, s.finished[i])
			s.finished = slices.Delete(s.finished, i, i+1)
		})
	}
	if !s.slow || s.rng.IntN(20) == 0 {
		for _, x := range s.worker.moving() {
			can = append(can, func() { s.worker.move(x) })
		}
	}
	if n := len(s.worker.ghosts); n > 0 {
		can = append(can, func() {
			s.worker.ghosts[n-1]()
			s.worker.ghosts = s.worker.ghosts[:n-1]
		})
	}
	if len(can) == 0 {
		return false
	}
	can[s.rng.IntN(len(can))]()
	return true
}

// check compares what the herder holds with what runs, once nothing moves any more.
func (s *sim) check() {
	fault := func(format string, args ...any) { s.t.Errorf(format, args...) }
	if s.asked != s.answered || s.m.Len() != 0 {
		fault("%d of %d requests answered, %d operations left", s.answered, s.asked, s.m.Len())
	}
	running := maps.Clone(s.worker.connectors)
	tasks := maps.Clone(s.worker.tasks)
	for name, slot := range s.m.slots {
		c := slot.c
		if c == nil || !slot.ops.Idle() || !slot.update.Idle() {
			fault("slot %s is empty, or busy", name)
			continue
		}
		x := running[name]
		delete(running, name)
		if (x != nil) != (c.run != 0) {
			fault("%s: instance %v, token %d", name, x, c.run)
			continue
		}
		if x != nil {
			s.checkInstance(c, x)
		}
		for n := range c.tasks {
			id := connectors.TaskID{Connector: name, Task: n}
			task := tasks[id]
			delete(tasks, id)
			switch st := c.taskStatus[n]; {
			case st == nil:
				fault("%s has no state", id)
			case task == nil && st.State != connectors.Failed:
				fault("%s is not there and shows %s", id, st.State)
			case task != nil && (st.State != task.state || !maps.Equal(task.config, c.tasks[n])):
				fault("%s shows %s, is %s with %v", id, st.State, task.state, task.config)
			case task != nil && task.state != connectors.Failed && task.state != wanted(c.target):
				fault("%s is %s, wanted %s", id, task.state, c.target)
			}
		}
		if len(c.taskStatus) != len(c.tasks) {
			fault("%s has %d tasks and shows %d", name, len(c.tasks), len(c.taskStatus))
		}
	}
	if len(running) > 0 || len(tasks) > 0 {
		fault("nobody knows of %v, %v", running, tasks)
	}
}

// checkInstance compares a connector with its instance.
func (s *sim) checkInstance(c *connector, x *simInstance) {
	fault := func(format string, args ...any) { s.t.Errorf(format, args...) }
	if c.status.State != x.state {
		fault("%s shows %s, is %s", c.name, c.status.State, x.state)
	}
	if x.state != connectors.Failed && wanted(c.target) != x.state {
		fault("%s is %s, wanted %s", c.name, x.state, c.target)
	}
	if c.target == connectors.TargetStopped && len(c.tasks) > 0 {
		fault("%s is stopped and has tasks", c.name)
	}
	if x.state == connectors.Running && coord.TaskConfigsChanged(c.tasks, simTasks(c.config), c.applied, c.config) {
		fault("%s has tasks of %v, its config is %v", c.name, c.tasks, c.config)
	}
}

func wanted(t connectors.TargetState) connectors.State {
	switch t {
	case connectors.TargetPaused:
		return connectors.Paused
	case connectors.TargetStopped:
		return connectors.Stopped
	}
	return connectors.Running
}

func TestSimulation(t *testing.T) {
	for seed := range uint64(1000) {
		s := newSim(t, seed)
		for range 10 + s.rng.IntN(400) {
			if s.rng.IntN(6) == 0 {
				s.randomRequest()
			} else {
				s.act()
			}
		}
		s.worker.faults, s.slow = false, false
		for n := 0; s.act(); n++ {
			if n == 100_000 {
				t.Error("it does not come to rest")
				break
			}
		}
		s.check()
		if t.Failed() {
			for _, line := range s.trace {
				t.Log(line)
			}
			t.Fatalf("seed %d", seed)
		}
	}
}

// A herder that stops leaves nothing running, whatever was under way.
func TestSimulation_Stop(t *testing.T) {
	for seed := range uint64(500) {
		s := newSim(t, seed)
		for range 10 + s.rng.IntN(100) {
			if s.rng.IntN(5) == 0 {
				s.randomRequest()
			} else {
				s.act()
			}
		}
		s.slow = false
		s.inbox = append(s.inbox, (*machine).stop)
		for s.act() {
			continue
		}
		left := 0
		s.step(func(m *machine) { m.stopAll(&left) })
		for s.act() {
			continue
		}
		if left != 0 || s.m.Len() != 0 || s.asked != s.answered || len(s.worker.connectors)+len(s.worker.tasks) != 0 {
			for _, line := range s.trace {
				t.Log(line)
			}
			t.Fatalf("seed %d: %d left, %d operations, %d of %d answered, running %v %v",
				seed, left, s.m.Len(), s.answered, s.asked, s.worker.connectors, s.worker.tasks)
		}
	}
}

package standalone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/millrace/millrace/config"
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

// simWorker is a worker without goroutines: instances move on when the simulation says so.
type simWorker struct {
	s          *sim
	faults     bool
	connectors map[string]*simInstance
	tasks      map[connectors.TaskID]*simInstance
	ghosts     []func() // late reports of instances that were given up
}

type simInstance struct {
	id      connectors.TaskID
	config  map[string]string
	state   connectors.State
	pending connectors.TargetState // "" = none
	status  func(connectors.Status)
	ask     func()
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
			if e.run != nil {
				answer = e.run(context.Background(), env{s.worker, s.offsets})
			}
			s.finished = append(s.finished, func(m *machine) { m.answered(e, answer) })
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
	if s.asked != s.answered || len(s.m.procs) != 0 {
		fault("%d of %d requests answered, %d operations left", s.answered, s.asked, len(s.m.procs))
	}
	running := maps.Clone(s.worker.connectors)
	tasks := maps.Clone(s.worker.tasks)
	for name, slot := range s.m.slots {
		c := slot.c
		if c == nil || !slot.ops.idle() || !slot.update.idle() {
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
		if left != 0 || len(s.m.procs) != 0 || s.asked != s.answered || len(s.worker.connectors)+len(s.worker.tasks) != 0 {
			for _, line := range s.trace {
				t.Log(line)
			}
			t.Fatalf("seed %d: %d left, %d operations, %d of %d answered, running %v %v",
				seed, left, len(s.m.procs), s.answered, s.asked, s.worker.connectors, s.worker.tasks)
		}
	}
}

// moving lists instances that can move on, in a fixed order.
func (w *simWorker) moving() []*simInstance {
	var out []*simInstance
	for _, name := range slices.Sorted(maps.Keys(w.connectors)) {
		if x := w.connectors[name]; x.pending != "" {
			out = append(out, x)
		}
	}
	ids := slices.SortedFunc(maps.Keys(w.tasks), func(a, b connectors.TaskID) int {
		return 2*cmpText(a.Connector, b.Connector) + cmpInt(a.Task, b.Task)
	})
	for _, id := range ids {
		if x := w.tasks[id]; x.pending != "" {
			out = append(out, x)
		}
	}
	return out
}

func cmpText(a, b string) int { return cmpInt(int(a[0]), int(b[0])) }

func cmpInt(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// move lets an instance follow its target; a failed one only stops.
func (w *simWorker) move(x *simInstance) {
	t := x.pending
	x.pending = ""
	if x.state == connectors.Failed && t != connectors.TargetStopped {
		return
	}
	to := wanted(t)
	if to == connectors.Running && x.state != to && w.fault() {
		to = connectors.Failed
	}
	x.report(w.s, to)
	if to == connectors.Running && x.ask != nil && w.s.rng.IntN(4) == 0 {
		x.ask()
	}
}

func (x *simInstance) report(s *sim, state connectors.State) {
	if x.state == state {
		return
	}
	x.state = state
	s.log("%s is %s", x.id, state)
	x.status(connectors.Status{ID: x.id, State: state})
}

// leave makes a ghost of an instance that was stopped.
func (w *simWorker) leave(x *simInstance) {
	x.report(w.s, connectors.Unassigned)
	if state := []connectors.State{"", connectors.Running, connectors.Failed}[w.s.rng.IntN(3)]; state != "" {
		w.ghosts = append(w.ghosts, func() { x.report(w.s, state) })
	}
}

// fault says whether something goes wrong here.
func (w *simWorker) fault() bool { return w.faults && w.s.rng.IntN(8) == 0 }

var errSim = errors.New("simulated")

func (w *simWorker) StartConnector(name string, config map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
	if w.fault() {
		return errSim
	}
	w.s.log("start %s %s", name, target)
	if w.connectors[name] != nil {
		w.s.t.Errorf("connector %s was started twice", name)
	}
	w.connectors[name] = &simInstance{id: connectors.TaskID{Connector: name, Task: connectors.ConnectorTask}, config: config, pending: target, status: status, ask: reconfigure}
	return nil
}

func (w *simWorker) SetConnectorTarget(name string, target connectors.TargetState) {
	if x := w.connectors[name]; x != nil {
		x.pending = target
	}
}

func (w *simWorker) StopConnector(_ context.Context, name string) error {
	x := w.connectors[name]
	if x == nil {
		w.s.t.Errorf("connector %s is not there to be stopped", name)
		return errSim
	}
	w.s.log("stop %s", name)
	w.leave(x)
	delete(w.connectors, name)
	return nil
}

// simTasks makes as many tasks as the config says.
func simTasks(config map[string]string) []map[string]string {
	n, _ := strconv.Atoi(config["tasks"])
	out := make([]map[string]string, n)
	for i := range out {
		out[i] = maps.Clone(config)
		out[i]["task"] = strconv.Itoa(i)
	}
	return out
}

func (w *simWorker) TaskConfigs(_ context.Context, name string, config map[string]string) ([]map[string]string, error) {
	if x := w.connectors[name]; x == nil || x.state != connectors.Running || w.fault() {
		return nil, errSim
	}
	return simTasks(config), nil
}

func (w *simWorker) StartTask(id connectors.TaskID, _, taskConfig map[string]string, target connectors.TargetState, status func(connectors.Status)) error {
	if w.fault() {
		return errSim
	}
	w.s.log("start %s %s", id, target)
	if w.tasks[id] != nil {
		w.s.t.Errorf("task %s was started twice", id)
	}
	w.tasks[id] = &simInstance{id: id, config: taskConfig, pending: target, status: status}
	return nil
}

func (w *simWorker) SetTaskTarget(id connectors.TaskID, target connectors.TargetState) {
	if x := w.tasks[id]; x != nil {
		x.pending = target
	}
}

func (w *simWorker) StopTasks(_ context.Context, ids []connectors.TaskID) error {
	for _, id := range ids {
		x := w.tasks[id]
		if x == nil {
			w.s.t.Errorf("task %s is not there to be stopped", id)
			continue
		}
		w.s.log("stop %s", id)
		w.leave(x)
		delete(w.tasks, id)
	}
	return nil
}

func (w *simWorker) Validate(context.Context, map[string]string) (*connectors.Validation, error) {
	return &connectors.Validation{}, nil
}

func (w *simWorker) AlterSourceOffsets(_ context.Context, name string, _ map[string]string, _ []connectors.PartitionOffset) (bool, error) {
	for id := range w.tasks {
		if id.Connector == name {
			w.s.t.Errorf("offsets of %s are changed while its task %d is there", name, id.Task)
		}
	}
	return true, nil
}

func (w *simWorker) Describe(map[string]string) (connectors.Kind, string) {
	return connectors.KindSource, "1"
}
func (w *simWorker) Resolve(config map[string]string) (map[string]string, error) { return config, nil }
func (w *simWorker) Plugins() []connectors.PluginInfo                            { return nil }
func (w *simWorker) PluginConfig(string, string) ([]config.Key, error)           { return nil, nil }
func (w *simWorker) KafkaClusterID(context.Context) (string, error)              { return "", nil }
func (w *simWorker) AlterSinkOffsets(context.Context, string, map[string]string, map[connectors.TopicPartition]*int64) (bool, error) {
	return false, nil
}
func (w *simWorker) ResetSinkOffsets(context.Context, string, map[string]string) (bool, error) {
	return false, nil
}
func (w *simWorker) SinkOffsets(context.Context, string, map[string]string) (map[connectors.TopicPartition]int64, error) {
	return nil, nil
}

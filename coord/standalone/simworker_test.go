package standalone

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

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

func (w *simWorker) StartConnector(_ context.Context, name string, config map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
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

func (w *simWorker) StartTask(_ context.Context, id connectors.TaskID, _ int, _, taskConfig map[string]string, target connectors.TargetState, status func(connectors.Status)) error {
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

func (w *simWorker) Validate(context.Context, map[string]string, ...string) (*connectors.Validation, error) {
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

func (w *simWorker) Describe(context.Context, map[string]string) (connectors.Kind, string) {
	return connectors.KindSource, "1"
}
func (w *simWorker) Resolve(_ context.Context, config map[string]string) (map[string]string, error) {
	return config, nil
}
func (w *simWorker) Plugins() []connectors.PluginInfo                  { return nil }
func (w *simWorker) PluginConfig(string, string) ([]config.Key, error) { return nil, nil }
func (w *simWorker) KafkaClusterID(context.Context) (string, error)    { return "", nil }
func (w *simWorker) AlterSinkOffsets(context.Context, string, map[string]string, map[connectors.TopicPartition]*int64) (bool, error) {
	return false, nil
}
func (w *simWorker) ResetSinkOffsets(context.Context, string, map[string]string) (bool, error) {
	return false, nil
}
func (w *simWorker) SinkOffsets(context.Context, string, map[string]string) (map[connectors.TopicPartition]int64, error) {
	return nil, nil
}

var _ coord.Worker = (*simWorker)(nil)

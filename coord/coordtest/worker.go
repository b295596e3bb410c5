package coordtest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// errMadeUp is a failure that the seed wanted.
var errMadeUp = errors.New("coordtest: made up")

// worker is a made-up engine: its instances take time to start and to stop, and sometimes fail.
//
// A connector's config has the number of its tasks under tasks, and a version under v.
type worker struct {
	n         *Node
	instances map[connectors.TaskID]*instance
}

// instance is a connector or a task that runs, or is on its way there or away.
type instance struct {
	id      connectors.TaskID
	config  map[string]string
	state   connectors.State
	target  connectors.TargetState
	status  func(connectors.Status)
	ask     func()
	working bool // it has not been told to stop

	// Of a task that delivers exactly once.
	generation int64 // of its task configs
	epoch      int   // of its producer; 0: none yet
}

var _ coord.Worker = (*worker)(nil)

func connectorID(name string) connectors.TaskID {
	return connectors.TaskID{Connector: name, Task: connectors.ConnectorTask}
}

// StartConnector implements coord.Worker.
func (w *worker) StartConnector(_ context.Context, name string, config map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
	return w.start(&instance{id: connectorID(name), config: config, target: target, status: status, ask: reconfigure})
}

// StartTask implements coord.Worker.
func (w *worker) StartTask(_ context.Context, id connectors.TaskID, count int, _, task map[string]string, target connectors.TargetState, status func(connectors.Status)) error {
	c := w.n.c
	if n, _ := strconv.Atoi(task["of"]); (n != count || task["task"] != strconv.Itoa(id.Task)) && !c.mixed(id.Connector) {
		c.fault("task %v of %d was started with %v", id, count, task)
	}
	return w.start(&instance{id: id, config: task, target: target, status: status})
}

func (w *worker) start(x *instance) error {
	c := w.n.c
	c.pause(w.n, 0, 30*time.Millisecond)
	if w.n.failing() {
		return errMadeUp
	}
	if w.instances[x.id] != nil {
		c.fault("%v was started twice on %s", x.id, w.n.name)
	}
	c.logf("%s starts %v with %v", w.n.name, x.id, x.config)
	x.working = true
	w.instances[x.id] = x
	c.owned(w.n, x)
	if c.once && x.id.Task != connectors.ConnectorTask {
		w.prepare(x)
		return nil
	}
	w.move(x)
	return nil
}

// move lets an instance follow its target.
func (w *worker) move(x *instance) {
	most := 100 * time.Millisecond
	if w.n.c.faulty && w.n.c.chance(10) {
		most = 10 * time.Second // a plugin that takes its time
	}
	w.n.after(w.n.c.between(0, most), func() {
		if !w.works(x) {
			return
		}
		to := connectors.Running
		switch x.target {
		case connectors.TargetPaused:
			to = connectors.Paused
		case connectors.TargetStopped:
			to = connectors.Stopped
		}
		if to == connectors.Running && w.n.failing() {
			to = connectors.Failed
		}
		if x.state != to {
			x.state = to
			x.status(connectors.Status{ID: x.id, State: to})
		}
		if to == connectors.Running && x.ask != nil && w.n.c.faulty && w.n.c.chance(5) {
			w.n.after(w.n.c.between(0, time.Second), x.ask)
		}
	})
}

// SetConnectorTarget implements coord.Worker.
func (w *worker) SetConnectorTarget(name string, target connectors.TargetState) {
	w.SetTaskTarget(connectorID(name), target)
}

// SetTaskTarget implements coord.Worker.
func (w *worker) SetTaskTarget(id connectors.TaskID, target connectors.TargetState) {
	x := w.instances[id]
	if x == nil {
		return
	}
	x.target = target
	if x.state != "" || !w.n.c.once || id.Task == connectors.ConnectorTask { // else it is still being prepared
		w.move(x)
	}
}

// StopConnector implements coord.Worker.
func (w *worker) StopConnector(ctx context.Context, name string) error {
	return w.StopTasks(ctx, []connectors.TaskID{connectorID(name)})
}

// StopTasks implements coord.Worker.
func (w *worker) StopTasks(_ context.Context, ids []connectors.TaskID) error {
	c := w.n.c
	var list []*instance
	for _, id := range ids {
		x := w.instances[id]
		if x == nil || !x.working {
			c.fault("%v is not there to be stopped on %s", id, w.n.name)
			continue
		}
		c.logf("%s stops %v", w.n.name, id)
		x.working = c.broken.Unstoppable
		list = append(list, x)
	}
	most := 50 * time.Millisecond
	if c.faulty && c.chance(8) {
		most = 5 * time.Second
	}
	c.pause(w.n, 0, most)
	cutOff := most > time.Second && c.chance(3) // they did not end in time and say nothing more
	for _, x := range list {
		if c.broken.Unstoppable {
			continue
		}
		if !cutOff {
			x.status(connectors.Status{ID: x.id, State: connectors.Unassigned})
		}
		delete(w.instances, x.id)
	}
	return nil
}

// taskConfigs is what a connector makes of its config.
func taskConfigs(config map[string]string) []map[string]string {
	n, _ := strconv.Atoi(config["tasks"])
	out := make([]map[string]string, n)
	for i := range out {
		out[i] = map[string]string{"task": strconv.Itoa(i), "of": config["tasks"], "v": config["v"]}
	}
	return out
}

// TaskConfigs implements coord.Worker.
func (w *worker) TaskConfigs(_ context.Context, name string, config map[string]string) ([]map[string]string, error) {
	w.n.c.pause(w.n, 0, 50*time.Millisecond)
	if x := w.instances[connectorID(name)]; x == nil || x.state != connectors.Running || w.n.failing() {
		return nil, errMadeUp
	}
	return taskConfigs(config), nil
}

// Validate implements coord.Worker.
func (w *worker) Validate(context.Context, map[string]string, ...string) (*connectors.Validation, error) {
	w.n.c.pause(w.n, 0, 100*time.Millisecond)
	return &connectors.Validation{}, nil
}

// AlterSourceOffsets implements coord.Worker.
func (w *worker) AlterSourceOffsets(_ context.Context, name string, _ map[string]string, _ []connectors.PartitionOffset) (bool, error) {
	w.n.c.pause(w.n, 0, 50*time.Millisecond)
	return true, nil
}

// Describe implements coord.Worker.
func (w *worker) Describe(context.Context, map[string]string) (connectors.Kind, string) {
	return connectors.KindSource, "1"
}

// Resolve implements coord.Worker.
func (w *worker) Resolve(_ context.Context, config map[string]string) (map[string]string, error) {
	return maps.Clone(config), nil
}

// Plugins implements coord.Worker.
func (w *worker) Plugins() []connectors.PluginInfo { return nil }

// PluginConfig implements coord.Worker.
func (w *worker) PluginConfig(string, string) ([]config.Key, error) { return nil, nil }

// KafkaClusterID implements coord.Worker.
func (w *worker) KafkaClusterID(context.Context) (string, error) { return "", nil }

// AlterSinkOffsets implements coord.Worker.
func (w *worker) AlterSinkOffsets(context.Context, string, map[string]string, map[connectors.TopicPartition]*int64) (bool, error) {
	return true, nil
}

// ResetSinkOffsets implements coord.Worker.
func (w *worker) ResetSinkOffsets(context.Context, string, map[string]string) (bool, error) {
	return true, nil
}

// SinkOffsets implements coord.Worker.
func (w *worker) SinkOffsets(context.Context, string, map[string]string) (map[connectors.TopicPartition]int64, error) {
	return nil, nil
}

// working returns the ids of what works, sorted.
func (w *worker) working() []connectors.TaskID {
	var out []connectors.TaskID
	for id, x := range w.instances {
		if x.working {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b connectors.TaskID) int {
		if a.Connector != b.Connector {
			return map[bool]int{true: -1, false: 1}[a.Connector < b.Connector]
		}
		return a.Task - b.Task
	})
	return out
}

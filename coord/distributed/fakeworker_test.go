package distributed

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// fakeWorker runs instances that do what they are told at once, and notes the calls.
type fakeWorker struct {
	mu        sync.Mutex
	calls     []string
	instances map[connectors.TaskID]*fakeInstance
	refuse    map[string]error         // starts, by id
	hang      map[string]chan struct{} // calls that wait until it is closed, by their text
	tasks     func(config map[string]string) ([]map[string]string, error)
	resolve   func(config map[string]string) map[string]string
	sink      bool
}

type fakeInstance struct {
	config map[string]string
	status func(connectors.Status)
	ask    func()
}

var _ coord.Worker = (*fakeWorker)(nil)

func newFakeWorker() *fakeWorker {
	return &fakeWorker{
		instances: map[connectors.TaskID]*fakeInstance{}, refuse: map[string]error{}, hang: map[string]chan struct{}{},
		tasks: countedTasks, resolve: maps.Clone[map[string]string, string, string],
	}
}

// countedTasks makes as many tasks as the config says; each has what the config has under its number.
func countedTasks(config map[string]string) ([]map[string]string, error) {
	n, _ := strconv.Atoi(config["tasks"])
	out := make([]map[string]string, n)
	for i := range out {
		out[i] = map[string]string{"n": strconv.Itoa(i), "x": config["x"+strconv.Itoa(i)]}
	}
	return out, nil
}

func name(id connectors.TaskID) string {
	if id.Task == connectors.ConnectorTask {
		return id.Connector
	}
	return id.String()
}

// call notes a call and waits where it is to.
func (w *fakeWorker) call(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.mu.Lock()
	w.calls = append(w.calls, text)
	wait := w.hang[text]
	w.mu.Unlock()
	if wait != nil {
		<-wait
	}
}

// trace returns the calls since it was called last, sorted where their order is not one.
func (w *fakeWorker) trace() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := strings.Join(w.calls, ", ")
	w.calls = nil
	return out
}

// block lets calls of a text wait until the result is called.
func (w *fakeWorker) block(text string) (free func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := make(chan struct{})
	w.hang[text] = c
	return sync.OnceFunc(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.hang, text)
		close(c)
	})
}

func (w *fakeWorker) refuses(id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse[id] = err
}

func (w *fakeWorker) running() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for id := range w.instances {
		out = append(out, name(id))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (w *fakeWorker) start(id connectors.TaskID, x *fakeInstance, target connectors.TargetState) error {
	w.call("start %s", name(id))
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refuse[name(id)]; err != nil {
		return err
	}
	if w.instances[id] != nil {
		panic(name(id) + " runs")
	}
	w.instances[id] = x
	x.status(connectors.Status{ID: id, State: stateOf(target)})
	return nil
}

func stateOf(target connectors.TargetState) connectors.State {
	switch target {
	case connectors.TargetPaused:
		return connectors.Paused
	case connectors.TargetStopped:
		return connectors.Stopped
	}
	return connectors.Running
}

func (w *fakeWorker) StartConnector(_ context.Context, connector string, config map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
	return w.start(connectors.TaskID{Connector: connector, Task: connectors.ConnectorTask}, &fakeInstance{config, status, reconfigure}, target)
}

func (w *fakeWorker) StartTask(_ context.Context, id connectors.TaskID, _ int, _, task map[string]string, target connectors.TargetState, status func(connectors.Status)) error {
	return w.start(id, &fakeInstance{config: task, status: status}, target)
}

func (w *fakeWorker) SetConnectorTarget(connector string, target connectors.TargetState) {
	w.SetTaskTarget(connectors.TaskID{Connector: connector, Task: connectors.ConnectorTask}, target)
}

func (w *fakeWorker) SetTaskTarget(id connectors.TaskID, target connectors.TargetState) {
	w.call("%s %s", target, name(id))
	w.mu.Lock()
	x := w.instances[id]
	w.mu.Unlock()
	x.status(connectors.Status{ID: id, State: stateOf(target)})
}

func (w *fakeWorker) stop(ids ...connectors.TaskID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		x := w.instances[id]
		if x == nil {
			return fmt.Errorf("%s does not run", name(id))
		}
		x.status(connectors.Status{ID: id, State: connectors.Unassigned})
		delete(w.instances, id)
	}
	return nil
}

func (w *fakeWorker) StopConnector(_ context.Context, connector string) error {
	w.call("stop %s", connector)
	return w.stop(connectors.TaskID{Connector: connector, Task: connectors.ConnectorTask})
}

func (w *fakeWorker) StopTasks(_ context.Context, ids []connectors.TaskID) error {
	var names []string
	for _, id := range ids {
		names = append(names, name(id))
	}
	w.call("stop %s", strings.Join(names, "+"))
	return w.stop(ids...)
}

// fail makes an instance fail.
func (w *fakeWorker) fail(id connectors.TaskID) {
	w.mu.Lock()
	x := w.instances[id]
	w.mu.Unlock()
	x.status(connectors.Status{ID: id, State: connectors.Failed, Trace: "why"})
}

func (w *fakeWorker) TaskConfigs(_ context.Context, connector string, config map[string]string) ([]map[string]string, error) {
	w.call("configs %s", connector)
	w.mu.Lock()
	f := w.tasks
	w.mu.Unlock()
	return f(config)
}

func (w *fakeWorker) Validate(_ context.Context, config map[string]string, _ ...string) (*connectors.Validation, error) {
	w.call("validate %s", config["name"])
	return &connectors.Validation{}, nil
}

func (w *fakeWorker) Describe(_ context.Context, config map[string]string) (connectors.Kind, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case config["connector.class"] == "Unknown":
		return connectors.KindUnknown, ""
	case w.sink:
		return connectors.KindSink, "1"
	}
	return connectors.KindSource, "1"
}

func (w *fakeWorker) Resolve(_ context.Context, config map[string]string) (map[string]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.resolve(config), nil
}

func (w *fakeWorker) AlterSourceOffsets(context.Context, string, map[string]string, []connectors.PartitionOffset) (bool, error) {
	w.call("alter")
	return true, nil
}

func (w *fakeWorker) AlterSinkOffsets(context.Context, string, map[string]string, map[connectors.TopicPartition]*int64) (bool, error) {
	w.call("alter sink")
	return false, nil
}

func (w *fakeWorker) ResetSinkOffsets(context.Context, string, map[string]string) (bool, error) {
	w.call("reset sink")
	return true, nil
}

func (w *fakeWorker) SinkOffsets(context.Context, string, map[string]string) (map[connectors.TopicPartition]int64, error) {
	return map[connectors.TopicPartition]int64{{Topic: "t", Partition: 1}: 7}, nil
}

func (w *fakeWorker) Plugins() []connectors.PluginInfo                  { return nil }
func (w *fakeWorker) PluginConfig(string, string) ([]config.Key, error) { return nil, nil }
func (w *fakeWorker) KafkaClusterID(context.Context) (string, error)    { return "id", nil }

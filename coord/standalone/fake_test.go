package standalone

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// Times that the worker's contract grants.
const (
	connectorStop = 5 * time.Second
	tasksStop     = 5 * time.Second
)

// fakeWorker is a worker whose plugins do what plugin says. A connector has as many tasks as its config
// says under "tasks"; "class" is its class, "fail" its fault. It fails the test when something is
// started twice.
type fakeWorker struct {
	t      testing.TB
	plugin func(ctx context.Context, call, name string) error // nil: nothing

	mu         sync.Mutex
	connectors map[string]*fakeInstance
	tasks      map[connectors.TaskID]*fakeInstance
	calls      []string
	sink       map[connectors.TopicPartition]int64
	resolved   map[string]string // of ${…}
	group      sync.WaitGroup
}

// fakeInstance is a connector or a task with its goroutine.
type fakeInstance struct {
	id          connectors.TaskID
	config      map[string]string
	count       int // of the connector's tasks
	status      func(connectors.Status)
	reconfigure func()

	mu      sync.Mutex
	state   connectors.State
	given   bool // up
	targets chan connectors.TargetState
	ctx     context.Context
	stop    context.CancelFunc
	done    chan struct{}
}

func newFakeWorker(t testing.TB) *fakeWorker {
	return &fakeWorker{
		t: t, connectors: map[string]*fakeInstance{}, tasks: map[connectors.TaskID]*fakeInstance{},
		sink: map[connectors.TopicPartition]int64{}, resolved: map[string]string{},
	}
}

// call notes a call and lets the plugin do its part.
func (w *fakeWorker) call(ctx context.Context, call, name string) error {
	w.mu.Lock()
	if call != "run" { // instances run side by side
		w.calls = append(w.calls, call+" "+name)
	}
	plugin := w.plugin
	w.mu.Unlock()
	if plugin == nil {
		return nil
	}
	return plugin(ctx, call, name)
}

// setPlugin changes what plugins do.
func (w *fakeWorker) setPlugin(f func(ctx context.Context, call, name string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plugin = f
}

// trace returns and forgets the calls.
func (w *fakeWorker) trace() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := strings.Join(w.calls, ", ")
	w.calls = nil
	return out
}

func (w *fakeWorker) instance(id connectors.TaskID, config map[string]string, target connectors.TargetState, status func(connectors.Status)) *fakeInstance {
	i := &fakeInstance{id: id, config: config, status: status, targets: make(chan connectors.TargetState, 100), done: make(chan struct{})}
	i.ctx, i.stop = context.WithCancel(context.Background())
	i.targets <- target
	return i
}

// run is the goroutine of an instance.
func (w *fakeWorker) run(i *fakeInstance, name string) {
	defer close(i.done)
	for {
		select {
		case <-i.ctx.Done():
			i.report(connectors.Unassigned, "")
			return
		case t := <-i.targets:
			switch {
			case i.is(connectors.Failed) && t != connectors.TargetStopped && i.id.Task != connectors.ConnectorTask: // it has ended
			case t == connectors.TargetPaused:
				i.report(connectors.Paused, "")
			case t == connectors.TargetStopped:
				i.report(connectors.Stopped, "")
			default:
				if err := w.call(i.ctx, "run", name); err != nil {
					i.report(connectors.Failed, err.Error())
				} else {
					i.report(connectors.Running, "")
				}
			}
		}
	}
}

func (i *fakeInstance) report(s connectors.State, trace string) {
	i.mu.Lock()
	same, given := i.state == s, i.given
	i.state = s
	i.mu.Unlock()
	if !given && !same {
		i.status(connectors.Status{ID: i.id, State: s, Trace: trace})
	}
}

func (i *fakeInstance) is(s connectors.State) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.state == s
}

// end stops the instance, or gives it up.
func (i *fakeInstance) end(ctx context.Context, limit time.Duration) {
	i.stop()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-i.done:
	case <-ctx.Done():
	case <-timer.C:
		i.report(connectors.Unassigned, "")
		i.mu.Lock()
		i.given = true
		i.mu.Unlock()
	}
}

func (w *fakeWorker) StartConnector(_ context.Context, name string, config map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
	if err := w.call(w.t.Context(), "start", name); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.connectors[name] != nil {
		w.t.Errorf("connector %s was started twice", name)
		return connectors.Errorf("Connector with name %s already exists", name)
	}
	i := w.instance(connectors.TaskID{Connector: name, Task: connectors.ConnectorTask}, config, target, status)
	i.reconfigure = reconfigure
	w.connectors[name] = i
	w.group.Go(func() { w.run(i, name) })
	return nil
}

func (w *fakeWorker) SetConnectorTarget(name string, target connectors.TargetState) {
	_ = w.call(w.t.Context(), strings.ToLower(string(target)), name)
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.connectors[name]; i != nil {
		i.targets <- target
	}
}

func (w *fakeWorker) StopConnector(ctx context.Context, name string) error {
	_ = w.call(ctx, "stop", name)
	w.mu.Lock()
	i := w.connectors[name]
	delete(w.connectors, name)
	w.mu.Unlock()
	if i == nil {
		return connectors.Errorf("Connector %s not found in this worker.", name)
	}
	i.end(ctx, connectorStop)
	return nil
}

func (w *fakeWorker) TaskConfigs(ctx context.Context, name string, config map[string]string) ([]map[string]string, error) {
	if err := w.call(ctx, "configs", name); err != nil {
		return nil, err
	}
	w.mu.Lock()
	i := w.connectors[name]
	w.mu.Unlock()
	if i == nil || !i.is(connectors.Running) {
		return nil, connectors.Errorf("Connector %s is not running", name)
	}
	n, err := 1, error(nil)
	if text, ok := config["tasks"]; ok {
		n, err = strconv.Atoi(text)
	}
	out := make([]map[string]string, n)
	for i := range out {
		out[i] = maps.Clone(config)
		out[i]["task"] = strconv.Itoa(i)
	}
	return out, err
}

func (w *fakeWorker) StartTask(_ context.Context, id connectors.TaskID, count int, connectorConfig, taskConfig map[string]string, target connectors.TargetState, status func(connectors.Status)) error {
	if err := w.call(w.t.Context(), "start", id.String()); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if count <= id.Task {
		w.t.Errorf("task %s was started as one of %d", id, count)
	}
	if w.tasks[id] != nil {
		w.t.Errorf("task %s was started twice", id)
		return connectors.Errorf("Task already exists in this worker: %s", id)
	}
	i := w.instance(id, taskConfig, target, status)
	i.count = count
	w.tasks[id] = i
	w.group.Go(func() { w.run(i, id.String()) })
	return nil
}

func (w *fakeWorker) SetTaskTarget(id connectors.TaskID, target connectors.TargetState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.tasks[id]; i != nil {
		i.targets <- target
	}
}

func (w *fakeWorker) StopTasks(ctx context.Context, ids []connectors.TaskID) error {
	var names []string
	for _, id := range ids {
		names = append(names, id.String())
	}
	_ = w.call(ctx, "stop", strings.Join(names, "+"))
	var group sync.WaitGroup
	defer group.Wait()
	for _, id := range ids {
		w.mu.Lock()
		i := w.tasks[id]
		delete(w.tasks, id)
		w.mu.Unlock()
		if i == nil {
			return connectors.Errorf("Tasks %s not found in this worker.", id)
		}
		group.Go(func() { i.end(ctx, tasksStop) })
	}
	return nil
}

func (w *fakeWorker) Describe(_ context.Context, config map[string]string) (connectors.Kind, string) {
	switch class := config["connector.class"]; {
	case strings.HasSuffix(class, "Sink"):
		return connectors.KindSink, "4.3.1"
	case strings.HasSuffix(class, "Source"):
		return connectors.KindSource, "4.3.1"
	}
	return connectors.KindUnknown, ""
}

func (w *fakeWorker) Validate(ctx context.Context, props map[string]string, nulls ...string) (*connectors.Validation, error) {
	if err := w.call(ctx, "validate", props["name"]); err != nil {
		return nil, err
	}
	v := &connectors.Validation{Name: props["connector.class"]}
	for i := range nulls {
		v.ErrorCount++
		v.Configs = append(v.Configs, connectors.ValidatedKey{Value: &config.ConfigValue{Name: nulls[i]}})
	}
	if fault, ok := props["fault"]; ok {
		v.ErrorCount = 1
		v.Configs = []connectors.ValidatedKey{{}, {Value: &config.ConfigValue{Errors: []string{fault}}}}
	}
	return v, nil
}

func (w *fakeWorker) Plugins() []connectors.PluginInfo {
	return []connectors.PluginInfo{{Class: "FileSource"}}
}

func (w *fakeWorker) PluginConfig(plugin, _ string) ([]config.Key, error) {
	return nil, &connectors.Error{Class: "org.apache.kafka.connect.errors.NotFoundException", Text: "Unknown plugin " + plugin + "."}
}

func (w *fakeWorker) AlterSourceOffsets(ctx context.Context, name string, _ map[string]string, _ []connectors.PartitionOffset) (bool, error) {
	err := w.call(ctx, "alter", name)
	return err == nil, err
}

func (w *fakeWorker) AlterSinkOffsets(ctx context.Context, name string, _ map[string]string, offsets map[connectors.TopicPartition]*int64) (bool, error) {
	if err := w.call(ctx, "alter", name); err != nil {
		return false, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for tp, at := range offsets {
		if at == nil {
			delete(w.sink, tp)
		} else {
			w.sink[tp] = *at
		}
	}
	return false, nil
}

func (w *fakeWorker) ResetSinkOffsets(ctx context.Context, name string, _ map[string]string) (bool, error) {
	w.mu.Lock()
	clear(w.sink)
	w.mu.Unlock()
	return true, w.call(ctx, "reset", name)
}

func (w *fakeWorker) SinkOffsets(ctx context.Context, name string, _ map[string]string) (map[connectors.TopicPartition]int64, error) {
	err := w.call(ctx, "offsets", name)
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.sink), err
}

func (w *fakeWorker) KafkaClusterID(context.Context) (string, error) { return "cluster", nil }

func (w *fakeWorker) Resolve(_ context.Context, config map[string]string) (map[string]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := maps.Clone(config)
	for k, v := range out {
		if r, ok := w.resolved[v]; ok {
			out[k] = r
		}
	}
	return out, nil
}

// running lists what runs, with its state.
func (w *fakeWorker) running() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for name, i := range w.connectors {
		out = append(out, fmt.Sprintf("%s %s", name, i.state))
	}
	for id, i := range w.tasks {
		out = append(out, fmt.Sprintf("%s %s", id, i.state))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

var _ coord.Worker = (*fakeWorker)(nil)

package metrics

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
)

// TaskInfo is what does not change of a task.
type TaskInfo struct {
	Connector       ConnectorInfo
	Class, Version  string // of the task
	KeyConverter    PluginInfo
	ValueConverter  PluginInfo
	HeaderConverter PluginInfo
	Transforms      []PluginInfo
	Predicates      []PluginInfo
}

// PluginInfo names a plugin. Alias is empty for converters.
type PluginInfo struct {
	Alias, Class, Version string
}

// task is what source and sink tasks have in common. Source: WorkerTask.TaskMetricsGroup.
type task struct {
	r      *Registry
	id     connectors.TaskID
	tags   []string
	info   TaskInfo
	errors Errors

	mu        sync.Mutex
	state     stateTimer
	batchSize sampled
	commits   sampled // 1 and 0
	commitMs  sampled // of those that succeeded
	plugin    *pluginMetrics
}

func (t *task) init(r *Registry, id connectors.TaskID, info TaskInfo) {
	t.r, t.id, t.info = r, id, info
	t.tags = []string{id.Connector, strconv.Itoa(id.Task)}
}

func (t *task) change(s State) {
	now := t.r.ms()
	t.mu.Lock()
	t.state.change(s, now)
	t.mu.Unlock()
}

// commitLocked takes the end of an attempt to commit offsets.
func (t *task) commitLocked(ok bool, took time.Duration, now int64) {
	if !ok {
		t.commits.record(t.r.window, 0, now)
		return
	}
	t.commits.record(t.r.window, 1, now)
	t.commitMs.record(t.r.window, float64(took.Milliseconds()), now)
}

func (t *task) identity() (connectors.TaskID, State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.id, t.state.now
}

func (t *task) counted() (*pluginMetrics, []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.plugin, t.tags
}

// readLocked gives the groups that all tasks have.
func (t *task) readLocked(out emit, now int64) {
	w := t.r.window
	put := func(name string, v float64) { out(groupTask, t.tags, name, Number(v)) }
	label := func(name, s string) { out(groupTask, t.tags, name, Label(s)) }
	label("status", t.state.now.String())
	put("running-ratio", t.state.ratio(Running, now))
	put("pause-ratio", t.state.ratio(Paused, now))
	put("offset-commit-max-time-ms", t.commitMs.max(w, now))
	put("offset-commit-avg-time-ms", t.commitMs.avg(w, now))
	put("batch-size-max", t.batchSize.max(w, now))
	put("batch-size-avg", t.batchSize.avg(w, now))
	good, bad := t.commits.share(w, now)
	put("offset-commit-failure-percentage", bad)
	put("offset-commit-success-percentage", good)
	i := &t.info
	label("connector-class", i.Connector.Class)
	label("connector-version", i.Connector.Version)
	label("connector-type", i.Connector.Type)
	label("task-class", i.Class)
	label("task-version", i.Version)
	for _, c := range [...]struct {
		side string
		PluginInfo
	}{{"key", i.KeyConverter}, {"value", i.ValueConverter}, {"header", i.HeaderConverter}} {
		label(c.side+"-converter-class", c.Class)
		label(c.side+"-converter-version", c.Version)
	}
	readPlugins(out, groupTransform, "transform", t.tags, i.Transforms)
	readPlugins(out, groupPredicate, "predicate", t.tags, i.Predicates)
	t.errors.read(out, t.tags)
}

func readPlugins(out emit, group, what string, tags []string, list []PluginInfo) {
	for _, p := range list {
		own := slices.Concat(tags, []string{p.Alias})
		out(group, own, what+"-class", Label(p.Class))
		out(group, own, what+"-version", Label(p.Version))
	}
}

// snapshotLocked fills in what all tasks have.
func (t *task) snapshotLocked(s *TaskSnapshot, now int64) {
	s.ID, s.Type, s.Class = t.id, t.info.Connector.Type, t.info.Class
	s.State = t.state.now
	s.RunningRatio = t.state.ratio(Running, now)
	t.errors.snapshot(s)
}

package metrics

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/steady"
)

// Options configure a Registry. The zero value has Java's defaults.
type Options struct {
	Window  time.Duration // metrics.sample.window.ms; 0: 30 s
	Samples int           // metrics.num.samples; 0: 2
	Now     func() time.Time
}

// Registry is the metrics of one worker.
type Registry struct {
	now    func() time.Time
	window window
	worker *Worker

	mu         sync.Mutex
	connectors map[string]*Connector
	tasks      map[connectors.TaskID]member
	added      map[*addition]struct{}
}

// member is a task of either kind.
type member interface {
	identity() (connectors.TaskID, State)
	read(emit emit, now int64)
	snapshot(now int64) TaskSnapshot
	// counted is what the plugin counts, nil where there is nothing, and the tags of the task.
	counted() (*pluginMetrics, []string)
}

// emit takes one value of one group; tags are the group's tag values in the order of its definition.
type emit func(group string, tags []string, name string, v Value)

// New returns a registry without connectors and tasks.
func New(opt Options) *Registry {
	if opt.Window == 0 {
		opt.Window = 30 * time.Second
	}
	if opt.Samples == 0 {
		opt.Samples = 2
	}
	if opt.Now == nil {
		opt.Now = steady.Now
	}
	r := &Registry{
		now:        opt.Now,
		window:     window{ms: opt.Window.Milliseconds(), n: opt.Samples},
		connectors: map[string]*Connector{},
		tasks:      map[connectors.TaskID]member{},
		added:      map[*addition]struct{}{},
	}
	r.worker = &Worker{r: r}
	return r
}

// Worker returns the counts of the worker itself.
func (r *Registry) Worker() *Worker {
	if r == nil {
		return nil
	}
	return r.worker
}

func (r *Registry) ms() int64 { return r.now().UnixMilli() }

// addTask registers a task; one of the same name is replaced, so that a restarted task starts at zero.
func (r *Registry) addTask(id connectors.TaskID, t member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks[id] = t
}

// removeTask forgets t unless another one has taken its place.
func (r *Registry) removeTask(id connectors.TaskID, t member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tasks[id] == t {
		delete(r.tasks, id)
	}
}

// Value is a number, or the text of a metric of kind Text.
type Value struct {
	Num  float64
	Text string
}

// Number is a value of a gauge or counter.
func Number(v float64) Value { return Value{Num: v} }

// Label is a value of a text metric.
func Label(s string) Value { return Value{Text: s} }

// addition is metrics that are kept elsewhere.
type addition struct {
	group string
	tags  []string
	read  func(emit func(name string, v Value))
}

// Add exports metrics that somebody else keeps: read is called at every export and gives the values of
// a group of Reference, whose tags are set to the given values in order. Names that the group does not
// have are left out. The result ends that.
func (r *Registry) Add(group string, tags []string, read func(emit func(name string, v Value))) (remove func()) {
	a := &addition{group: group, tags: tags, read: read}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.added[a] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.added, a)
	}
}

// contents is what is registered, in a stable order. Reading it needs no lock of the registry.
type contents struct {
	connectors []*Connector
	tasks      []member
	added      []*addition
}

func (r *Registry) contents() contents {
	r.mu.Lock()
	defer r.mu.Unlock()
	var c contents
	for _, v := range r.connectors {
		c.connectors = append(c.connectors, v)
	}
	slices.SortFunc(c.connectors, func(a, b *Connector) int { return cmp.Compare(a.name, b.name) })
	for _, t := range r.tasks {
		c.tasks = append(c.tasks, t)
	}
	slices.SortFunc(c.tasks, func(a, b member) int {
		x, _ := a.identity()
		y, _ := b.identity()
		return cmp.Or(cmp.Compare(x.Connector, y.Connector), cmp.Compare(x.Task, y.Task))
	})
	for a := range r.added {
		c.added = append(c.added, a)
	}
	slices.SortFunc(c.added, func(a, b *addition) int {
		return cmp.Or(cmp.Compare(a.group, b.group), slices.Compare(a.tags, b.tags))
	})
	return c
}

// read gives every value of every group.
func (r *Registry) read(out emit) {
	now := r.ms()
	c := r.contents()
	r.worker.read(out, len(c.connectors), len(c.tasks), now)
	readTaskCounts(out, c.tasks)
	for _, k := range c.connectors {
		k.read(out)
	}
	for _, t := range c.tasks {
		t.read(out, now)
	}
	for _, a := range c.added {
		a.read(func(name string, v Value) { out(a.group, a.tags, name, v) })
	}
}

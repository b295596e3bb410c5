package store

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
)

// Status is what a worker said of a connector (Task = connectors.ConnectorTask) or a task.
// Source: AbstractStatus.
type Status struct {
	ID         connectors.TaskID
	State      connectors.State
	Trace      string // "" = null
	WorkerID   string
	Generation int     // of the group, in which it was said
	Version    *string // of the plugin; nil = null
}

// TopicUse says that a task used a topic. Source: TopicStatus.
type TopicUse struct {
	Topic, Connector string
	Task             int
	Discovered       time.Time // whole milliseconds
}

// Statuses is what the status topic says. It has no clock and does no I/O and belongs to one goroutine.
// The records of one key are in their order; those of different keys may come in any.
// Source: KafkaStatusBackingStore.
type Statuses struct {
	connectors map[string]*Status
	tasks      map[string]map[int]*Status
	topics     map[string]map[string]TopicUse // by connector and topic
	passed     map[connectors.TaskID]*Status  // of tasks whose last record was passed over
	lingering  map[connectors.TaskID]struct{} // tasks that went with their connector, and whose last record is no tombstone
}

// NewStatuses returns one that has read nothing.
func NewStatuses() *Statuses {
	return &Statuses{
		connectors: map[string]*Status{}, tasks: map[string]map[int]*Status{}, topics: map[string]map[string]TopicUse{},
		passed:    map[connectors.TaskID]*Status{},
		lingering: map[connectors.TaskID]struct{}{},
	}
}

// Apply takes one more record.
//
// A task that is unassigned, in the generation in which it is known to run or in an older one, is passed
// over: its worker had not heard of the other one yet.
//
// Errors: a *RecordError for a record that is passed over.
func (s *Statuses) Apply(record Record) error {
	c, err := statusChangeOf(&record)
	if err == nil {
		s.take(c)
	}
	return err
}

// take is Apply of a record that has been read.
func (s *Statuses) take(c statusChange) {
	switch {
	case c.topic != "":
		s.topic(c)
	case c.id.Task == connectors.ConnectorTask:
		s.connector(c)
	default:
		s.task(c)
	}
}

func (s *Statuses) connector(c statusChange) {
	name := c.id.Connector
	if c.status != nil {
		s.connectors[name] = c.status
		return
	}
	for n := range s.tasks[name] {
		id := connectors.TaskID{Connector: name, Task: n}
		delete(s.passed, id)
		s.lingering[id] = struct{}{}
	}
	delete(s.connectors, name)
	delete(s.tasks, name)
}

func (s *Statuses) task(c statusChange) {
	tasks := s.tasks[c.id.Connector]
	if c.status == nil {
		delete(s.passed, c.id)
		delete(s.lingering, c.id)
		if delete(tasks, c.id.Task); len(tasks) == 0 {
			delete(s.tasks, c.id.Connector)
		}
		return
	}
	if old := tasks[c.id.Task]; old != nil && c.status.State == connectors.Unassigned && old.State == connectors.Running && old.Generation >= c.status.Generation {
		s.passed[c.id] = c.status
		return
	}
	delete(s.passed, c.id)
	delete(s.lingering, c.id)
	if tasks == nil {
		tasks = map[int]*Status{}
		s.tasks[c.id.Connector] = tasks
	}
	tasks[c.id.Task] = c.status
}

func (s *Statuses) topic(c statusChange) {
	topics := s.topics[c.id.Connector]
	if c.use == nil {
		if delete(topics, c.topic); len(topics) == 0 {
			delete(s.topics, c.id.Connector)
		}
		return
	}
	if topics == nil {
		topics = map[string]TopicUse{}
		s.topics[c.id.Connector] = topics
	}
	topics[c.topic] = *c.use
}

// Connector returns a connector's status, nil where there is none. It is not to be changed.
func (s *Statuses) Connector(name string) *Status { return s.connectors[name] }

// Task returns a task's status, nil where there is none. It is not to be changed.
func (s *Statuses) Task(id connectors.TaskID) *Status { return s.tasks[id.Connector][id.Task] }

// PassedOver returns the last status of a task that was passed over (Apply), nil where another one was applied since.
// Who reads the topic anew, once compaction has removed the records before, finds this one. It is not to be changed.
func (s *Statuses) PassedOver(id connectors.TaskID) *Status { return s.passed[id] }

// Tasks returns the statuses of a connector's tasks, by number.
func (s *Statuses) Tasks(connector string) []*Status {
	return slices.SortedFunc(maps.Values(s.tasks[connector]), func(a, b *Status) int { return cmp.Compare(a.ID.Task, b.ID.Task) })
}

// Connectors returns the names of all connectors that have a status of their own, sorted.
func (s *Statuses) Connectors() []string { return slices.Sorted(maps.Keys(s.connectors)) }

// Strays returns the connectors and tasks whose last record tells a status and that are not configured: by connector,
// tasks by number and the connector behind them. Of a task whose connector has no status that is a record that was
// late, or one whose connector's tombstone came first: Task does not show it, but who reads the topic anew, once
// compaction has removed the connector's tombstone, finds it. tasks says how many tasks a connector has, -1 for none
// of that name.
func (s *Statuses) Strays(tasks func(connector string) int) []connectors.TaskID {
	var ids []connectors.TaskID
	beyond := func(name string, count int) {
		for n := range s.tasks[name] {
			if n >= count {
				ids = append(ids, connectors.TaskID{Connector: name, Task: n})
			}
		}
	}
	for name := range s.connectors {
		count := tasks(name)
		if count < 0 {
			ids = append(ids, connectors.TaskID{Connector: name, Task: connectors.ConnectorTask})
		}
		beyond(name, count)
	}
	for name := range s.tasks {
		if s.connectors[name] == nil {
			beyond(name, tasks(name))
		}
	}
	for id := range s.lingering {
		if id.Task >= tasks(id.Connector) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b connectors.TaskID) int {
		return cmp.Or(strings.Compare(a.Connector, b.Connector), cmp.Compare(uint(a.Task), uint(b.Task)))
	})
	return ids
}

// Topics returns the topics that a connector used, sorted.
func (s *Statuses) Topics(connector string) []TopicUse {
	return slices.SortedFunc(maps.Values(s.topics[connector]), func(a, b TopicUse) int { return strings.Compare(a.Topic, b.Topic) })
}

// HasTopic reports whether a connector is known to use a topic.
func (s *Statuses) HasTopic(connector, topic string) bool {
	_, ok := s.topics[connector][topic]
	return ok
}

// of returns the status of a connector or a task.
func (s *Statuses) of(id connectors.TaskID) *Status {
	if id.Task == connectors.ConnectorTask {
		return s.Connector(id.Connector)
	}
	return s.Task(id)
}

// Safe reports whether st may be written where a worker that has lost its work must not overwrite what
// its successor says: nothing is known, or the same worker said it, or in no later generation.
// Source: KafkaStatusBackingStore.CacheEntry.canWriteSafely.
func (s *Statuses) Safe(st Status) bool {
	old := s.of(st.ID)
	return old == nil || old.WorkerID == st.WorkerID || old.Generation <= st.Generation
}

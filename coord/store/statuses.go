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
	key := strings.ToValidUTF8(string(record.Key), "\uFFFD")
	if name, ok := strings.CutPrefix(key, statusConnectorPrefix); ok {
		return s.connector(&record, name)
	}
	if strings.HasPrefix(key, statusTaskPrefix) {
		return s.task(&record, key)
	}
	if place, ok := strings.CutPrefix(key, statusTopicPrefix); ok {
		return s.topic(&record, place)
	}
	return record.bad("unknown kind of key")
}

func (s *Statuses) connector(record *Record, name string) error {
	if name == "" {
		return record.bad("no connector in the key")
	}
	if record.Value == nil {
		for n := range s.tasks[name] {
			id := connectors.TaskID{Connector: name, Task: n}
			delete(s.passed, id)
			s.lingering[id] = struct{}{}
		}
		delete(s.connectors, name)
		delete(s.tasks, name)
		return nil
	}
	st, err := parseStatus(record, connectors.TaskID{Connector: name, Task: connectors.ConnectorTask})
	if err != nil {
		return err
	}
	s.connectors[name] = st
	return nil
}

func (s *Statuses) task(record *Record, key string) error {
	id, ok := parseTaskKey(key, statusTaskPrefix)
	if !ok {
		return record.bad("no task of a connector")
	}
	tasks := s.tasks[id.Connector]
	if record.Value == nil {
		delete(s.passed, id)
		delete(s.lingering, id)
		if delete(tasks, id.Task); len(tasks) == 0 {
			delete(s.tasks, id.Connector)
		}
		return nil
	}
	st, err := parseStatus(record, id)
	if err != nil {
		return err
	}
	if old := tasks[id.Task]; old != nil && st.State == connectors.Unassigned && old.State == connectors.Running && old.Generation >= st.Generation {
		s.passed[id] = st
		return nil
	}
	delete(s.passed, id)
	delete(s.lingering, id)
	if tasks == nil {
		tasks = map[int]*Status{}
		s.tasks[id.Connector] = tasks
	}
	tasks[id.Task] = st
	return nil
}

func (s *Statuses) topic(record *Record, place string) error {
	topic, connector, ok := strings.Cut(place, ":")
	connector, named := strings.CutPrefix(connector, "connector-")
	if !ok || !named || topic == "" || connector == "" {
		return record.bad("no topic and connector in the key")
	}
	if record.Value == nil {
		if delete(s.topics[connector], topic); len(s.topics[connector]) == 0 {
			delete(s.topics, connector)
		}
		return nil
	}
	use, err := parseTopicUse(record)
	if err != nil {
		return err
	}
	if s.topics[connector] == nil {
		s.topics[connector] = map[string]TopicUse{}
	}
	s.topics[connector][topic] = use
	return nil
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

// Lingering returns tasks whose last record still tells a status, while their connector has none, sorted: a
// record that was late, or a connector whose tombstone came first. Who reads the topic anew, once compaction
// has removed the connector's tombstone, finds them.
func (s *Statuses) Lingering() []connectors.TaskID {
	ids := slices.Collect(maps.Keys(s.lingering))
	for name, tasks := range s.tasks {
		if s.connectors[name] == nil {
			for n := range tasks {
				ids = append(ids, connectors.TaskID{Connector: name, Task: n})
			}
		}
	}
	slices.SortFunc(ids, func(a, b connectors.TaskID) int {
		return cmp.Or(strings.Compare(a.Connector, b.Connector), cmp.Compare(a.Task, b.Task))
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

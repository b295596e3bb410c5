package store

import (
	"encoding/base64"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// ConfigReducer makes Configs of the records of the config topic, in their order. It has no clock and does
// no I/O; the same records give the same Configs. It belongs to one goroutine.
//
// Task configs are held back until their commit. A commit without all its task configs makes the connector
// inconsistent: it has no tasks until the next complete set. So no mix of two sets ever runs, whatever
// compaction removed or whoever died while writing.
//
// Source: KafkaConfigBackingStore.ConsumeCallback.
type ConfigReducer struct {
	configs  *Configs
	shared   bool                                 // configs was handed out: copy before changing
	deferred map[string]map[int]map[string]string // task configs without commit, by connector and task
}

// NewConfigReducer returns a reducer that has read nothing.
func NewConfigReducer() *ConfigReducer {
	return &ConfigReducer{configs: &Configs{offset: -1}, deferred: map[string]map[int]map[string]string{}}
}

// Configs returns what the records so far say.
func (r *ConfigReducer) Configs() *Configs {
	r.shared = true
	return r.configs
}

// Apply takes one more record and returns what it changed, nil for nothing that anybody needs to hear.
//
// Errors: a *RecordError for a record that is passed over; the reducer goes on with the next. Where such a
// record moves the offset it does so in Java too.
func (r *ConfigReducer) Apply(record Record) (ConfigChange, error) {
	v, err := parseValue(record.Value)
	if err != nil {
		return nil, record.bad("%v", err)
	}
	r.own().offset = record.Offset + 1
	key := strings.ToValidUTF8(string(record.Key), "\uFFFD")
	if name, ok := strings.CutPrefix(key, targetPrefix); ok {
		return r.target(&record, name, v)
	}
	if name, ok := strings.CutPrefix(key, connectorPrefix); ok {
		return r.connector(&record, name, v)
	}
	if strings.HasPrefix(key, taskPrefix) {
		return nil, r.task(&record, key, v)
	}
	if name, ok := strings.CutPrefix(key, commitPrefix); ok {
		return r.commit(&record, name, v)
	}
	if name, ok := strings.CutPrefix(key, restartPrefix); ok {
		return restart(&record, name, v)
	}
	if name, ok := strings.CutPrefix(key, fencingPrefix); ok {
		return nil, r.taskCount(&record, name, v)
	}
	if key == sessionKeyKey {
		return r.sessionKey(&record, v)
	}
	if name, ok := strings.CutPrefix(key, loggerPrefix); ok {
		return loggerLevel(&record, name, v)
	}
	return nil, record.bad("unknown kind of key")
}

// own returns the configs to be changed, a copy where they were handed out.
func (r *ConfigReducer) own() *Configs {
	if r.shared {
		c := *r.configs
		c.entries = slices.Clone(c.entries)
		r.configs, r.shared = &c, false
	}
	return r.configs
}

// change gives a connector a new entry.
func (r *ConfigReducer) change(name string, by func(e *configEntry)) {
	c := r.own()
	at, ok := c.at(name)
	if !ok {
		c.entries = slices.Insert(c.entries, at, &configEntry{name: name})
	}
	e := *c.entries[at]
	by(&e)
	c.entries[at] = &e
}

func (r *ConfigReducer) connector(record *Record, name string, v any) (ConfigChange, error) {
	if v == nil {
		r.remove(name)
		return ConnectorRemoved{name}, nil
	}
	config, ok := properties(v)
	if !ok {
		return nil, record.bad("want a connector's config, a map of texts under properties")
	}
	change := ConnectorPut{name, !r.configs.Contains(name)}
	r.change(name, func(e *configEntry) {
		e.config, e.put = config, record.Offset
		if e.target == "" {
			e.target = connectors.TargetStarted
		}
	})
	return change, nil
}

// remove forgets a connector. Its target state has a record of its own; what fencing needs to know, the
// generations and an inconsistency stay.
func (r *ConfigReducer) remove(name string) {
	delete(r.deferred, name)
	if r.configs.entry(name) == noEntry {
		return
	}
	r.change(name, func(e *configEntry) { e.config, e.tasks, e.count, e.applied, e.uncommitted = nil, nil, 0, nil, false })
}

func (r *ConfigReducer) target(record *Record, name string, v any) (ConfigChange, error) {
	before := r.configs.entry(name)
	if v == nil {
		if before == noEntry {
			return nil, nil
		}
		r.change(name, func(e *configEntry) {
			e.target = ""
			if e.config != nil {
				e.target = connectors.TargetStarted // an existing connector always has one
			}
		})
		return nil, nil
	}
	target, ok := targetState(v)
	if !ok {
		return nil, record.bad("want a target state under state.v2 or state")
	}
	r.change(name, func(e *configEntry) { e.target = target })
	if before.config == nil || before.target == target {
		return nil, nil
	}
	return TargetChanged{name, target}, nil
}

// targetState reads the newer of the two fields, and the older one where that is no text.
func targetState(v any) (connectors.TargetState, bool) {
	m, _ := v.(map[string]any)
	text, ok := m["state.v2"].(string)
	if !ok {
		text, _ = m["state"].(string)
	}
	switch t := connectors.TargetState(text); t {
	case connectors.TargetStarted, connectors.TargetPaused, connectors.TargetStopped:
		return t, true
	}
	return "", false
}

func (r *ConfigReducer) task(record *Record, key string, v any) error {
	id, ok := parseTaskKey(key, taskPrefix)
	if !ok {
		return record.bad("no task of a connector")
	}
	config, ok := properties(v)
	if !ok {
		return record.bad("want a task's config, a map of texts under properties")
	}
	tasks := r.deferred[id.Connector]
	if tasks == nil {
		tasks = map[int]map[string]string{}
		r.deferred[id.Connector] = tasks
	}
	tasks[id.Task] = config
	if !r.configs.entry(id.Connector).uncommitted {
		r.change(id.Connector, func(e *configEntry) { e.uncommitted = true })
	}
	return nil
}

func (r *ConfigReducer) commit(record *Record, name string, v any) (ConfigChange, error) {
	config := r.configs.Config(name)
	if config == nil {
		// Deleted; compaction may have removed all traces of it but these.
		r.remove(name)
		return nil, nil
	}
	m, _ := v.(map[string]any)
	n, ok := countOf(m["tasks"])
	if !ok {
		return nil, record.bad("want a number of tasks under tasks")
	}
	deferred, any := r.deferred[name]
	tasks, complete := completeTasks(deferred, n)
	change := TasksCommitted{Connector: name}
	if complete {
		change.Tasks = slices.Sorted(maps.Keys(deferred))
	}
	// Also those of an incomplete set: the next commit needs a set of its own.
	clear(deferred)
	r.change(name, func(e *configEntry) {
		e.count, e.tasks, e.inconsistent, e.fencing, e.uncommitted = n, tasks, !complete, true, false
		if complete {
			e.applied = &Applied{Config: config, Offset: record.Offset}
			if any {
				e.generations++
			}
		}
	})
	return change, nil
}

// completeTasks returns the configs of tasks 0 to n-1. There may be more, left over by a larger set.
func completeTasks(deferred map[int]map[string]string, n int) ([]map[string]string, bool) {
	if len(deferred) < n {
		return nil, false
	}
	tasks := make([]map[string]string, n)
	for i := range tasks {
		config, ok := deferred[i]
		if !ok {
			return nil, false
		}
		tasks[i] = config
	}
	return tasks, true
}

func (r *ConfigReducer) taskCount(record *Record, name string, v any) error {
	m, _ := v.(map[string]any)
	n, ok := countOf(m["task-count"])
	if !ok {
		return record.bad("want a number of tasks under task-count")
	}
	r.change(name, func(e *configEntry) { e.recorded, e.fencing = &n, false })
	return nil
}

func (r *ConfigReducer) sessionKey(record *Record, v any) (ConfigChange, error) {
	m, _ := v.(map[string]any)
	text, _ := m["key"].(string)
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	algorithm, named := m["algorithm"].(string)
	created, ok := whole(m["creation-timestamp"], math.MinInt64, math.MaxInt64)
	if err != nil || len(key) == 0 || !named || !ok {
		return nil, record.bad("want a session key: key in base 64, algorithm, creation-timestamp") // and never its value
	}
	c := r.own()
	c.key = &group.SessionKey{Key: key, Algorithm: algorithm, Created: time.UnixMilli(created)}
	return SessionKeyPut{c.key}, nil
}

func restart(record *Record, name string, v any) (ConfigChange, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, record.bad("want a restart request: include-tasks, only-failed")
	}
	includeTasks, _ := m["include-tasks"].(bool)
	onlyFailed, _ := m["only-failed"].(bool)
	return RestartAsked{coord.RestartRequest{Connector: name, IncludeTasks: includeTasks, OnlyFailed: onlyFailed}}, nil
}

func loggerLevel(record *Record, name string, v any) (ConfigChange, error) {
	m, _ := v.(map[string]any)
	level, ok := m["level"].(string)
	if !ok {
		return nil, record.bad("want the name of a level under level")
	}
	return LoggerLevelPut{name, level}, nil
}

// properties returns the config in a connector's or task's record.
func properties(v any) (map[string]string, bool) {
	m, _ := v.(map[string]any)
	return textMap(m["properties"])
}

// parseTaskKey reads the id behind prefix: a connector's name, "-" and a number. As in Java, dashes at the
// end of a key are passed over. Source: KafkaConfigBackingStore.parseTaskId.
func parseTaskKey(key, prefix string) (connectors.TaskID, bool) {
	id, ok := strings.CutPrefix(strings.TrimRight(key, "-"), prefix)
	at := strings.LastIndexByte(id, '-')
	if !ok || at < 0 {
		return connectors.TaskID{}, false
	}
	n, err := strconv.ParseInt(id[at+1:], 10, 32)
	return connectors.TaskID{Connector: id[:at], Task: int(n)}, err == nil
}

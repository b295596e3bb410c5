package store

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/group"
)

// Configs is what the config topic says, up to one of its records. It never changes: it may be kept and
// read by any goroutine. Maps and slices that it returns belong to it, unless said otherwise.
//
// The zero value says nothing, and has the offset 0; ConfigReducer starts at -1.
//
// Source: ClusterConfigState.
type Configs struct {
	offset  int64
	key     *group.SessionKey
	entries []*configEntry // by name; of every name that a record ever named
}

// configEntry is what is known of a connector. It is not changed once it is in a Configs.
//
// Invariant: tasks has count entries, or none: then the connector is inconsistent or has no commit.
type configEntry struct {
	name         string
	config       map[string]string // nil: no connector
	put          int64             // offset of the record that said so
	target       connectors.TargetState
	tasks        []map[string]string
	count        int // of the last commit
	applied      *Applied
	generations  int // complete sets of task configs so far
	recorded     *int
	fencing      bool
	inconsistent bool
	uncommitted  bool // task configs were read behind the last commit
}

// Applied is the raw connector config that was in force when a complete set of task configs was committed.
// Source: AppliedConnectorConfig.
type Applied struct {
	Config map[string]string
	Offset int64 // of the commit; tells one from the next to who keeps what the config resolves to
}

// noEntry stands for connectors of which nothing is known.
var noEntry = &configEntry{}

func (c *Configs) at(name string) (int, bool) {
	return slices.BinarySearchFunc(c.entries, name, func(e *configEntry, name string) int { return strings.Compare(e.name, name) })
}

func (c *Configs) entry(name string) *configEntry {
	if at, ok := c.at(name); ok {
		return c.entries[at]
	}
	return noEntry
}

// Offset is the offset after the last record that was read, -1 before the first: what a member tells its
// group. Task configs without a commit may be among what was read and do not show.
func (c *Configs) Offset() int64 { return c.offset }

// SessionKey is the newest one, nil while there is none.
func (c *Configs) SessionKey() *group.SessionKey { return c.key }

// Connectors returns the names of all connectors, sorted. The caller owns the result.
func (c *Configs) Connectors() []string {
	names := make([]string, 0, len(c.entries))
	for _, e := range c.entries {
		if e.config != nil {
			names = append(names, e.name)
		}
	}
	return names
}

// Contains reports whether there is a connector of that name.
func (c *Configs) Contains(name string) bool { return c.entry(name).config != nil }

// Config returns a connector's raw config, nil for an unknown one. Keys whose value is null are left out.
func (c *Configs) Config(name string) map[string]string { return c.entry(name).config }

// PutOffset is the offset of the record that has a connector's config. Where it is behind that of Applied, and
// compaction has removed an older one, who reads the topic anew knows no task configs of the connector.
func (c *Configs) PutOffset(name string) int64 { return c.entry(name).put }

// Target returns a connector's target state, "" for a name that has none. A name can have one without
// having a config: an initial state is written before the config.
func (c *Configs) Target(name string) connectors.TargetState { return c.entry(name).target }

// Tasks returns the tasks that may run: those of the last commit, none while the connector is
// inconsistent. The caller owns the result.
func (c *Configs) Tasks(name string) []connectors.TaskID {
	ids := make([]connectors.TaskID, len(c.entry(name).tasks))
	for n := range ids {
		ids[n] = connectors.TaskID{Connector: name, Task: n}
	}
	return ids
}

// TaskCount is the number of tasks in the last commit, also where their configs are incomplete.
func (c *Configs) TaskCount(name string) int { return c.entry(name).count }

// TaskConfigs returns the raw configs of the tasks that may run, by number.
func (c *Configs) TaskConfigs(name string) []map[string]string { return c.entry(name).tasks }

// TaskConfig returns the raw config of a task, nil for one that may not run.
func (c *Configs) TaskConfig(id connectors.TaskID) map[string]string {
	if tasks := c.entry(id.Connector).tasks; id.Task >= 0 && id.Task < len(tasks) {
		return tasks[id.Task]
	}
	return nil
}

// Applied returns the connector config that the task configs were made from, nil where there is none.
func (c *Configs) Applied(name string) *Applied { return c.entry(name).applied }

// Generation counts the complete sets of task configs that were read for a name, from 0; -1 is none.
// It goes on where a connector is deleted and created again.
func (c *Configs) Generation(name string) int { return c.entry(name).generations - 1 }

// TaskCountRecord returns how many tasks may have run with producers that are to be fenced; ok is false
// where no record says so.
func (c *Configs) TaskCountRecord(name string) (n int, ok bool) {
	if r := c.entry(name).recorded; r != nil {
		return *r, true
	}
	return 0, false
}

// PendingFencing reports whether task configs were committed after the last task count record.
func (c *Configs) PendingFencing(name string) bool { return c.entry(name).fencing }

// Inconsistent reports whether the last commit of a connector lacks task configs, because compaction
// removed them or their writer died. The connector runs no task until its configs are made anew.
func (c *Configs) Inconsistent(name string) bool { return c.entry(name).inconsistent }

// Uncommitted reports whether task configs of a connector were read that no commit follows yet: their writer is at
// it, or gone. Once compaction has removed those before, who reads the topic anew finds the last commit incomplete.
func (c *Configs) Uncommitted(name string) bool { return c.entry(name).uncommitted }

// InconsistentConnectors returns the names of such connectors, sorted; also of deleted ones, as in Java.
// The caller owns the result.
func (c *Configs) InconsistentConnectors() []string {
	var names []string
	for _, e := range c.entries {
		if e.inconsistent {
			names = append(names, e.name)
		}
	}
	return names
}

//go:build e2e || soak

package mixed

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/group"
)

// reducer follows a config topic as far as leading a group needs it: which connectors there are, and how many
// tasks their last commit record speaks of. The zero value has read nothing. Source: KafkaConfigBackingStore.
type reducer struct {
	next       int64
	connectors map[string]bool
	tasks      map[string]int
}

func (r *reducer) take(offset int64, key string, value []byte) {
	if r.connectors == nil {
		r.connectors, r.tasks = map[string]bool{}, map[string]int{}
	}
	r.next = offset + 1
	if name, ok := strings.CutPrefix(key, "connector-"); ok {
		r.connectors[name] = value != nil
	}
	if name, ok := strings.CutPrefix(key, "commit-"); ok {
		var commit struct{ Tasks int }
		if json.Unmarshal(value, &commit) == nil {
			r.tasks[name] = commit.Tasks
		}
	}
}

func (r *reducer) configs() group.Configs {
	c := group.Configs{Offset: -1}
	if r.next > 0 {
		c.Offset = r.next
	}
	for _, name := range slices.Sorted(maps.Keys(r.connectors)) {
		if !r.connectors[name] {
			continue
		}
		c.Work.Connectors = append(c.Work.Connectors, name)
		for n := range r.tasks[name] {
			c.Work.Tasks = append(c.Work.Tasks, connectors.TaskID{Connector: name, Task: n})
		}
	}
	return c
}

package standalone

import (
	"maps"
	"slices"
	"sync"
)

// topics are the topics that connectors' tasks use. The machine alone writes; whoever reports a topic
// looks first whether it is known. Source: MemoryStatusBackingStore.
type topics struct {
	mu sync.RWMutex
	of map[string]map[string]struct{} // by connector
}

func newTopics() *topics { return &topics{of: map[string]map[string]struct{}{}} }

func (t *topics) add(connector, topic string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[connector] == nil {
		t.of[connector] = map[string]struct{}{}
	}
	t.of[connector][topic] = struct{}{}
}

func (t *topics) has(connector, topic string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, ok := t.of[connector][topic]
	return ok
}

// list returns a connector's topics, sorted.
func (t *topics) list(connector string) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := slices.AppendSeq(make([]string, 0, len(t.of[connector])), maps.Keys(t.of[connector]))
	slices.Sort(out)
	return out
}

// forget drops a connector's topics.
func (t *topics) forget(connector string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, connector)
}

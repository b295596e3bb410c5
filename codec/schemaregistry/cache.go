package schemaregistry

import (
	"sync"
	"time"
)

// cache remembers the answers of a registry: at most limit of them, the oldest go first, each for ttl where that is
// not negative (0 keeps nothing). Safe for concurrent use.
type cache[K comparable, V any] struct {
	limit int
	ttl   time.Duration
	now   func() time.Time

	mu      sync.Mutex
	entries map[K]cached[V]
	order   []K // as put; the first dropped of them are gone
	dropped int
}

type cached[V any] struct {
	value V
	until time.Time // zero: for ever
}

func newCache[K comparable, V any](limit int, ttl time.Duration, now func() time.Time) *cache[K, V] {
	return &cache[K, V]{limit: limit, ttl: ttl, now: now, entries: map[K]cached[V]{}}
}

func (c *cache[K, V]) get(k K) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	if ok && !e.until.IsZero() && !c.now().Before(e.until) {
		delete(c.entries, k)
		return v, false
	}
	return e.value, ok
}

// put keeps v, and returns until when; zero is for ever.
func (c *cache[K, V]) put(k K, v V) (until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ttl >= 0 {
		until = c.now().Add(c.ttl)
	}
	if c.limit <= 0 {
		return until
	}
	if _, there := c.entries[k]; !there {
		c.order = append(c.order, k)
	}
	c.entries[k] = cached[V]{v, until}
	for len(c.entries) > c.limit || len(c.order)-c.dropped > 2*c.limit {
		delete(c.entries, c.order[c.dropped])
		c.dropped++
	}
	if c.dropped > c.limit {
		c.order, c.dropped = append([]K(nil), c.order[c.dropped:]...), 0
	}
	return until
}

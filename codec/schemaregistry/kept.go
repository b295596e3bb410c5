package schemaregistry

import (
	"iter"
	"maps"
	"sync"
)

// Kept is what a converter, a decoder or an encoder has made of schemas and needs again: at most so many of them, beyond that it
// forgets them all. Safe for concurrent use.
type Kept[K comparable, V any] struct {
	most int

	mu   sync.Mutex
	made map[K]V
}

// NewKept keeps at most so many.
func NewKept[K comparable, V any](most int) *Kept[K, V] {
	return &Kept[K, V]{most: most, made: map[K]V{}}
}

// Get returns what is kept for k, where that is good, else what is made now. What cannot be made is not kept. Others wait meanwhile.
func (c *Kept[K, V]) Get(k K, good func(V) bool, make func() (V, error)) (V, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.made[k]; ok && good(v) {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	if len(c.made) >= c.most {
		clear(c.made)
	}
	c.made[k] = v
	return v, nil
}

// All returns what is kept now.
func (c *Kept[K, V]) All() iter.Seq2[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.All(maps.Clone(c.made))
}

// Always is for what stays good.
func Always[V any](V) bool { return true }

// PlansMax is how many plans a decoder or encoder keeps before it asks its converter again.
const PlansMax = 10_000

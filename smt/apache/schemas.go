package apache

import "github.com/millrace/millrace/batch"

// cached is what a transform computed for its latest input schemas, found by pointer and then by value, so
// that equal schemas give one result. The zero value is usable.
// Source: SynchronizedCache of LRUCache(16).
type cached[T any] struct {
	entries []cacheEntry[T] // the latest used first
}

type cacheEntry[T any] struct {
	schema *batch.Schema
	value  T
}

const cachedMax = 16

// get returns the value for s, made by compute if there is none.
func (c *cached[T]) get(s *batch.Schema, compute func(*batch.Schema) T) T {
	for i := range c.entries {
		if c.entries[i].schema == s {
			return c.use(i)
		}
	}
	for i := range c.entries {
		if c.entries[i].schema.Equal(s) {
			c.entries[i].schema = s // the source has moved on to another object
			return c.use(i)
		}
	}
	if len(c.entries) < cachedMax {
		c.entries = append(c.entries, cacheEntry[T]{})
	}
	c.entries[len(c.entries)-1] = cacheEntry[T]{s, compute(s)}
	return c.use(len(c.entries) - 1)
}

// use moves entry i to the front.
func (c *cached[T]) use(i int) T {
	e := c.entries[i]
	copy(c.entries[1:i+1], c.entries[:i])
	c.entries[0] = e
	return e.value
}

package debezium

import "github.com/millrace/millrace/batch"

// cached is what a transform computed for its latest input schemas, found by pointer and then by value, so
// that equal schemas give one result. It is for what shows how many schemas are kept, as where the first topic names
// the schemas of others; all else is in a schemas.Cache. Source: BoundedConcurrentHashMap, LRUCache.
type cached[T any] struct {
	max     int
	entries []cacheEntry[T] // the latest used first
}

type cacheEntry[T any] struct {
	schema *batch.Schema
	value  T
}

// find returns the value for s, if there is one.
func (c *cached[T]) find(s *batch.Schema) (v T, ok bool) {
	for i := range c.entries {
		if c.entries[i].schema == s {
			return c.use(i), true
		}
	}
	for i := range c.entries {
		if c.entries[i].schema.Equal(s) {
			c.entries[i].schema = s // the source has moved on to another object
			return c.use(i), true
		}
	}
	return v, false
}

// get returns the value for s, made by compute if there is none.
func (c *cached[T]) get(s *batch.Schema, compute func(*batch.Schema) T) T {
	if v, ok := c.find(s); ok {
		return v
	}
	e := cacheEntry[T]{s, compute(s)}
	if c.max == 0 {
		return e.value
	}
	if len(c.entries) < c.max {
		c.entries = append(c.entries, e)
	} else {
		c.entries[len(c.entries)-1] = e
	}
	return c.use(len(c.entries) - 1)
}

// use moves entry i to the front.
func (c *cached[T]) use(i int) T {
	e := c.entries[i]
	copy(c.entries[1:i+1], c.entries[:i])
	c.entries[0] = e
	return e.value
}

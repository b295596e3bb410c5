// Package schemas keeps what transforms worked out for a schema, so that nothing is worked out again for
// a batch.
package schemas

import "github.com/millrace/millrace/batch"

// Max is how many schemas a Cache holds at most, twice over. Interleaved tables have a schema each, and a
// schema that is forgotten is built anew for every batch; the original holds 16.
const Max = 256

// Cache holds a value for each of the latest schemas. They are found by pointer; a schema that is only
// equal to a known one, as a source's that builds it for every poll, takes that one's place.
//
// The zero value is usable. Not safe for concurrent use. Source: LRUCache around the transforms' schemas.
type Cache[T any] struct {
	// A schema that is used moves to the young ones. When these are Max, the old ones are forgotten.
	young, old map[*batch.Schema]T
	last       *batch.Schema
	value      T // of last
}

// Get returns the value for s, made by compute if there is none.
func (c *Cache[T]) Get(s *batch.Schema, compute func(*batch.Schema) T) T {
	if s == c.last && s != nil {
		return c.value
	}
	v, ok := c.young[s]
	if !ok {
		if v, ok = c.take(s); !ok {
			v = compute(s)
		}
		if len(c.young) >= Max {
			c.old, c.young = c.young, nil
		}
		if c.young == nil {
			c.young = map[*batch.Schema]T{}
		}
		c.young[s] = v
	}
	c.last, c.value = s, v
	return v
}

// take removes the value of s, or of a schema that equals it.
func (c *Cache[T]) take(s *batch.Schema) (v T, ok bool) {
	if v, ok = c.old[s]; ok {
		delete(c.old, s)
		return v, true
	}
	for _, m := range []map[*batch.Schema]T{c.young, c.old} {
		for k, v := range m {
			if k.Equal(s) {
				delete(m, k)
				return v, true
			}
		}
	}
	return v, false
}

package incremental

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
)

// Collection is a table that is to be copied.
type Collection struct {
	ID           string // schema.table
	Condition    string // of its rows, in parentheses; "": none
	SurrogateKey string // column that orders chunks in place of the key; "": none
}

// Key is what chunks are ordered by: the values of a row as javaser has them. nil is none.
type Key []any

// Context is where an incremental snapshot stands. The zero value is none. It belongs to one goroutine.
//
// Source: AbstractIncrementalSnapshotContext.
type Context struct {
	tables      []Collection // the first is the current one
	correlation string       // id of the signal that began it
	sent        Key          // of the last row that was handed on
	end         Key          // of the last row of the last chunk
	maximum     Key          // of the last row of the current table when it was begun
	chunk       string       // id of the last chunk
	paused      bool
	stops       []string // expressions
}

// Running reports whether tables are left.
func (c *Context) Running() bool { return len(c.tables) > 0 }

// Current returns the table that is being copied; there is one while the snapshot runs.
func (c *Context) Current() *Collection { return &c.tables[0] }

// Correlation is the id of the signal that began the snapshot, "" where none runs.
func (c *Context) Correlation() string { return c.correlation }

// Left returns how many tables are left.
func (c *Context) Left() int { return len(c.tables) }

// Add appends tables. id is that of the signal which asks for them.
func (c *Context) Add(id string, tables []Collection) {
	c.tables = append(slices.Clone(c.tables), tables...)
	c.correlation = id
}

// Condition is a filter as a Collection holds it.
func Condition(filter string) string {
	if filter == "" || strings.HasPrefix(filter, "(") && strings.HasSuffix(filter, ")") && enclosed(filter) {
		return filter
	}
	return "(" + filter + ")"
}

// enclosed reports whether the first parenthesis of s is closed by its last byte. What stands in quotes counts for nothing.
func enclosed(s string) bool {
	depth, quote := 0, byte(0)
	for i := range len(s) {
		switch ch := s[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"' || ch == '`':
			quote = ch
		case ch == '(':
			depth++
		case ch == ')':
			if depth--; depth == 0 {
				return i == len(s)-1
			}
		}
	}
	return false
}

// Next ends the current table. Source: nextDataCollection.
func (c *Context) Next() {
	c.tables = c.tables[1:]
	c.sent, c.end, c.maximum = nil, nil, nil
	if !c.Running() {
		c.correlation = ""
	}
}

// Begin starts a chunk and returns the id of its watermarks.
func (c *Context) Begin() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	c.chunk = fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
	return c.chunk
}

// Expects reports whether a watermark is of the last chunk: others are of a run before.
func (c *Context) Expects(id string) bool { return c.chunk != "" && strings.HasPrefix(id, c.chunk) }

// End is where the last chunk ended, nil before the first one of a table.
func (c *Context) End() Key { return c.end }

// Maximum is where the current table ends, nil before it is known.
func (c *Context) Maximum() Key { return c.maximum }

// SetMaximum says where the current table ends.
func (c *Context) SetMaximum(k Key) { c.maximum = k }

// Read says where a chunk ended that was read.
func (c *Context) Read(end Key) { c.end = end }

// Sent says what was the last row that was handed on.
func (c *Context) Sent(k Key) { c.sent = k }

// Revert forgets a chunk that was read and whose rows were not handed on.
func (c *Context) Revert() { c.end, c.chunk = c.sent, "" }

// Paused reports whether no chunk is to be read.
func (c *Context) Paused() bool { return c.paused }

// Pause stops reading chunks and reports whether that is new.
func (c *Context) Pause() bool {
	changes := c.Running() && !c.paused
	c.paused = c.paused || changes
	return changes
}

// Resume goes on reading chunks and reports whether that is new.
func (c *Context) Resume() bool {
	changes := c.Running() && c.paused
	c.paused = c.paused && !changes
	return changes
}

// Stop asks that tables be left out, all where no expressions are given, before the next chunk.
func (c *Context) Stop(tables []string) {
	switch {
	case !c.Running():
	case len(tables) == 0:
		c.stops = append(c.stops, ".*")
	default:
		c.stops = append(c.stops, tables...)
	}
}

// TakeStops returns what Stop was asked for since the last time.
func (c *Context) TakeStops() []string {
	out := c.stops
	c.stops = nil
	return out
}

// Remove leaves out the tables with these names; the current one, if it is among them, is ended. It returns those that
// were there. Source: checkAndProcessStopFlag.
func (c *Context) Remove(names []string) (gone []string) {
	if !c.Running() {
		return nil
	}
	current := c.tables[0].ID
	var left []Collection
	for i, t := range c.tables {
		if i > 0 && slices.Contains(names, t.ID) {
			gone = append(gone, t.ID)
			continue
		}
		left = append(left, t)
	}
	c.tables = left
	if slices.Contains(names, current) {
		gone = append(gone, current)
		c.Next()
	}
	return gone
}

// Tables returns the names of the tables that are left.
func (c *Context) Tables() []string {
	out := make([]string, len(c.tables))
	for i := range c.tables {
		out[i] = c.tables[i].ID
	}
	return out
}

package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// object is the members of the objects of a STRUCT, and what was learned about the order in which they come.
type object struct {
	members []*member // the fields by index, then members that are no fields
	fields  int
	index   map[string]*member
	needed  []*member // fields that are not null where they are missing: they have a default, or have to be there

	template []segment
	misses   int    // objects of this batch that left the template
	seen     int    // objects of this batch
	turn     uint64 // number of the present object that left it; a member whose turn is the same was seen in it
}

// member is one member of an object.
type member struct {
	name    string
	cell    *cell
	turn    uint64
	learned bool // in the template
	at      int  // its place there
}

// segment is the text before a member's value, learned from an object.
type segment struct {
	jsonscan.Lead
	cell   *cell
	member *member
}

const (
	skipAheadMax = 8   // members left out in a row that are tried before a name is looked up
	templateMax  = 512 // segments
	skippedMax   = 256 // members that are no fields, so that the template can have them
)

// newMembers returns the members of a STRUCT. within says that it is in another: then it is checked as a whole, and has to
// have its fields.
func newMembers(s *batch.Schema, d *fill.Domain, depth int, within bool) *object {
	o := &object{fields: len(s.Fields()), index: make(map[string]*member, len(s.Fields()))}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		m := o.add(f.Name, newCell(f.Schema, d, depth, true))
		if f.Schema.HasDefault() || within && !f.Schema.Optional() {
			o.needed = append(o.needed, m)
		}
	}
	return o
}

func (o *object) add(name string, c *cell) *member {
	m := &member{name: name, cell: c}
	o.members = append(o.members, m)
	o.index[name] = m
	return m
}

// begin prepares for a batch: a template that most objects left is learned anew.
func (o *object) begin() {
	if 2*o.misses > o.seen {
		for _, s := range o.template {
			s.member.learned = false
		}
		o.template = o.template[:0]
	}
	o.misses, o.seen = 0, 0
	for _, m := range o.members[:o.fields] {
		m.cell.begin()
	}
}

// begin prepares c and what is below it for a batch.
func (c *cell) begin() {
	for _, below := range [...]*cell{c.key, c.elem} {
		if below != nil {
			below.begin()
		}
	}
	if c.object != nil {
		c.object.begin()
	}
}

// learn puts the text before a member's value into the template, as its k-th segment.
func (o *object) learn(k int, text []byte, m *member) bool {
	if m.learned || len(o.template) >= templateMax || len(text) > jsonscan.LeadMax {
		return false
	}
	m.learned = true
	o.template = append(o.template, segment{})
	copy(o.template[k+1:], o.template[k:])
	o.template[k] = segment{Lead: jsonscan.NewLead(text), cell: m.cell, member: m}
	for ; k < len(o.template); k++ {
		o.template[k].member.at = k
	}
	return true
}

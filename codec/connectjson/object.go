package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// object is the members of a STRUCT, or of the objects of a schemaless column, and what was learned
// about the order in which they come.
type object struct {
	members []*member // STRUCT: the fields first, by index; schemaless: by their place in Dynamic.Fields
	fields  int       // STRUCT: number of fields
	index   map[string]*member

	template []segment
	misses   int // objects of this batch that left the template
	objects  int
	whole    int    // objects that had all of the template, not yet counted in their members
	shape    int32  // schemaless: the shape of the whole template in this batch, -1 if not known
	covers   int    // STRUCT: fields in the template
	isWhole  bool   // the present object had all of the template, in its order, and nothing else
	turn     uint64 // number of the present object; a member whose turn is the same was seen in it

	// Schemaless objects.
	order  []int32 // members of the present object in input order, those without column left out
	rest   rest
	shapes shapeTable
}

// member is one member of an object.
type member struct {
	name    string
	place   int32
	column  *column // nil: a field that no object had so far
	turn    uint64
	value   jsonscan.Ref // of the present object, where the tape path reads it
	learned bool         // in the template
	at      int          // its place there
	rows    int          // schemaless: objects of this batch that have it
	idle    int          // schemaless: batches in turn without it
}

// segment is the text between two values, learned from an object.
type segment struct {
	jsonscan.Lead
	column *column // the member's
	member *member
}

const (
	idleBatches  = 16 // after so many batches in turn without it a member is forgotten
	skipAheadMax = 8  // members left out in a row that are tried before a name is looked up
	templateMax  = membersMax
)

func newObject() *object { return &object{index: map[string]*member{}} }

// add appends a member.
func (o *object) add(name string, c *column) *member {
	m := &member{name: name, place: int32(len(o.members)), column: c}
	o.members = append(o.members, m)
	if _, dup := o.index[name]; !dup {
		o.index[name] = m
	}
	return m
}

// begin prepares for a batch of n rows: a template that most objects left is learned anew.
func (o *object) begin(dst *batch.Batch, n int) {
	if 2*o.misses > o.objects {
		o.forget()
	}
	o.count()
	o.misses, o.objects, o.shape = 0, 0, -1
	for _, m := range o.members {
		m.rows = 0
		if m.column != nil {
			m.column.begin(dst, n)
		}
	}
	o.shapes.reset()
}

// count adds the objects that had the whole template to their members.
func (o *object) count() {
	for k := range o.template {
		o.template[k].member.rows += o.whole
	}
	o.whole = 0
}

// prune drops the members of a schemaless object that batches do not have any more.
//
// strict drops at once what fewer than one of batch.DynamicShare objects had: columns are scarce.
func (o *object) prune(strict bool) {
	o.count()
	kept := o.members[:0]
	for _, m := range o.members {
		if m.rows > 0 {
			m.idle = 0
		} else {
			m.idle++
		}
		if m.idle <= idleBatches && !(strict && m.rows*batch.DynamicShare < o.objects) {
			kept = append(kept, m)
		}
	}
	if len(kept) == len(o.members) {
		return
	}
	clear(o.members[len(kept):])
	o.members = kept
	clear(o.index)
	for i, m := range kept {
		m.place = int32(i)
		o.index[m.name] = m
	}
	o.shapes.forget()
	o.forget()
}

// forget drops the template.
func (o *object) forget() {
	o.count()
	o.shape, o.covers = -1, 0
	o.template = o.template[:0]
	for _, m := range o.members {
		m.learned = false
	}
}

// empty gives every member of a STRUCT a row r that nobody reads.
func (o *object) empty(r int) {
	for _, m := range o.members[:o.fields] {
		c := m.column
		if c == nil {
			continue
		}
		c.room(r)
		switch c.op {
		case opArray, opMap:
			c.open(r)
			c.close(r)
		case opStruct:
			c.object.empty(r)
		}
	}
}

// learn puts the text before a member's value into the template, as its k-th segment.
func (o *object) learn(k int, text []byte, m *member) bool {
	if m.learned || len(o.template) >= templateMax || len(text) > jsonscan.LeadMax || len(text) == 0 {
		return false
	}
	o.count()
	o.shape = -1
	m.learned = true
	if int(m.place) < o.fields {
		o.covers++
	}
	s := segment{Lead: jsonscan.NewLead(text), member: m, column: m.column}
	o.template = append(o.template, segment{})
	copy(o.template[k+1:], o.template[k:])
	o.template[k] = s
	for ; k < len(o.template); k++ {
		o.template[k].member.at = k
	}
	return true
}

// number returns the number of the present object's shape.
func (o *object) number() int32 {
	if !o.isWhole {
		return o.shapes.number(o.order, len(o.rest.names) > 0, o.members)
	}
	if o.shape < 0 {
		o.order = o.order[:0]
		for k := range o.template {
			o.order = append(o.order, o.template[k].member.place)
		}
		o.shape = o.shapes.number(o.order, false, o.members)
	}
	return o.shape
}

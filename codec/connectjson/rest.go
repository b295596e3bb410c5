package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// rest collects the members of the present object that get no column: there are too many different
// ones, or too few rows have them.
type rest struct {
	packed []byte // as Dynamic.AppendRest writes them
	names  []string
}

// restMax is how many of them an object may have here; what has more goes the plain way.
const restMax = 64

func (x *rest) reset() { x.packed, x.names = x.packed[:0], x.names[:0] }

// has reports whether a name was added before.
func (x *rest) has(name []byte) bool {
	for _, n := range x.names {
		if n == string(name) {
			return true
		}
	}
	return false
}

// add appends a member. JSON has no structs, which alone would be kept beside the packed form.
func (x *rest) add(place int, name string, v batch.Value) {
	var d batch.Dynamic
	x.packed = d.AppendRest(x.packed, place, name, v)
	x.names = append(x.names, name)
}

// restMember reads the value at b[i] of a member without column, the place-th of its object.
func (f *fast) restMember(o *object, place int, name []byte, i, depth int) int {
	end := jsonscan.Skip(f.b, i, f.n, depth)
	if end < 0 || len(o.rest.names) >= restMax || o.rest.has(name) {
		return odd
	}
	n, err := jsonscan.Parse(f.b[i:end])
	if err != nil {
		return odd
	}
	o.rest.add(place, string(name), reader{}.schemaless(&n))
	return end
}

// keepRest stores what rest has collected for row r of c.
func (f *fast) keepRest(c *column, r int, x *rest) bool {
	from := len(f.text)
	f.text = append(f.text, x.packed...)
	v, ok := f.written(from)
	if !ok {
		return false
	}
	switch {
	case c.below:
		c.rests = grown(c.rests, r+1)
	case len(c.rests) == 0:
		c.rests = mem.Zeroed[batch.View](&f.dst.Arena, f.rows)
	}
	c.rests[r] = v
	return true
}

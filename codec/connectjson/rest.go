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

// restMember reads the value at b[i] of a member without column, the place-th of its object.
func (f *fast) restMember(o *object, place int, name []byte, i, depth int) int {
	x := &o.rest
	end := jsonscan.Skip(f.B, i, f.N, depth)
	if end < 0 || len(x.names) >= restMax || x.has(name) {
		return odd
	}
	v, _, err := f.side.Read(f.B[i:], end-i)
	if err != nil {
		return odd
	}
	x.packed = pack(batch.AppendRestName(x.packed, place, name), &f.side, v)
	x.names = append(x.names, string(name))
	f.side.Drop()
	return end
}

// keepRest stores what rest has collected for row r of c.
func (f *fast) keepRest(c *column, r int, x *rest) bool {
	from := len(f.Text)
	f.Text = append(f.Text, x.packed...)
	v, ok := f.Written(from)
	if ok {
		f.setRest(c, r, v)
	}
	return ok
}

// setRest makes v the members without column of row r of c.
func (f *fast) setRest(c *column, r int, v batch.View) {
	switch {
	case c.below:
		c.rests = grown(c.rests, r+1)
	case len(c.rests) == 0:
		c.rests = mem.Zeroed[batch.View](&f.dst.Arena, f.rows)
	}
	c.rests[r] = v
}

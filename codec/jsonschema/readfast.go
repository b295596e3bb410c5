package jsonschema

import (
	"encoding/binary"

	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/codec/internal/jsonrow"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// fast reads rows straight into columns. Its functions return where the value ends, or odd for a row that is read a
// value at a time; what was written until then is undone.
//
// The row is b[:n], with slack behind it; it lies at base of the batch's source buffer.
type fast struct {
	*data
	jsonrow.Row

	domain  *fill.Domain
	entries []entry // of the maps that are being read
	sorted  []entry // scratch of repeated
}

const odd = jsonrow.Odd

// value reads the value at b[i] into row r of c.
func (f *fast) value(c *cell, r, i int) int {
	switch {
	case i >= f.N:
		return odd
	case f.B[i] == 'n':
		return f.null(c, r, i)
	}
	return f.typed(c, r, i)
}

// null reads null: the default, null, or an error that is worded elsewhere.
func (f *fast) null(c *cell, r, i int) int {
	if i+4 > f.N || !jsonscan.MatchNull(f.B, i) {
		return odd
	}
	switch {
	case c.op == opSkip:
	case c.unfit:
		return odd
	case !c.standard.IsNull():
		f.Text = c.col.Put(r, c.standard, f.Text)
	case !c.optional:
		return odd
	}
	return i + 4
}

// object reads the members of an object, whose brace is at b[i], into row r.
//
// Where the text between values is the template's, a member is known by two comparisons, and cannot be there twice: the
// template names each once and is only walked forward.
func (f *fast) object(o *object, r, i int) int {
	b, n, template := f.B, f.N, o.template
	first := uint64(jsonscan.BraceForComma)
	at := 0
	for ; at < len(template); at++ {
		s := &template[at] // Lead.Match, by hand: it is not inlined
		d := (binary.LittleEndian.Uint64(b[i:]) ^ s.Low ^ first) & s.LowMask
		d |= (binary.LittleEndian.Uint64(b[i+s.HighAt:]) ^ s.High) & s.HighMask
		if d != 0 || i+s.Size > n || s.Size > 16 && string(b[i+8:i+s.HighAt]) != s.Text[8:s.HighAt] {
			break
		}
		i += s.Size
		if i < n && b[i] != 'n' {
			i = f.typed(s.cell, r, i)
		} else {
			i = f.value(s.cell, r, i)
		}
		if i == odd {
			return odd
		}
		first = 0
	}
	o.seen++
	if first == 0 && i < n && b[i] == '}' && at == len(template) {
		for _, m := range o.needed {
			if !m.learned && !f.without(m, r) {
				return odd
			}
		}
		return i + 1
	}
	return f.deviation(o, r, i, at, first)
}

// deviation reads on where an object left the template, after its first at members.
func (f *fast) deviation(o *object, r, i, at int, first uint64) int {
	o.misses++
	o.turn++
	for k := range o.template[:at] {
		o.template[k].member.turn = o.turn
	}
	for {
		var m *member
		if m, i, at = f.find(o, i, at, first); m == nil {
			break
		}
		if m.turn == o.turn {
			return odd // there twice
		}
		m.turn = o.turn
		first = 0
		if i = f.value(m.cell, r, i); i == odd {
			return odd
		}
	}
	if i == odd {
		return odd
	}
	for _, m := range o.needed {
		if m.turn != o.turn && !f.without(m, r) {
			return odd
		}
	}
	return i
}

// without gives row r of a needed field that is missing its default; false where it has to be there.
func (f *fast) without(m *member, r int) bool {
	if m.cell.standard.IsNull() || m.cell.unfit {
		return false
	}
	f.Text = m.cell.col.Put(r, m.cell.standard, f.Text)
	return true
}

// find reads the next name where the template does not say it, and returns its member and where its value starts. m is
// nil at the end of the object, which then is at next, and for odd rows. Members beyond what is remembered are read here.
func (f *fast) find(o *object, i, at int, first uint64) (m *member, next, after int) {
	b, n := f.B, f.N
	for {
		for k := at; k < min(at+skipAheadMax, len(o.template)); k++ { // members before k are left out
			if s := &o.template[k]; s.Match(b, i, n, first) {
				return s.member, i + s.Size, k + 1
			}
		}
		from := i
		i = jsonscan.SkipSpace(b, i, n)
		switch {
		case first != 0: // at the brace
			if i = jsonscan.SkipSpace(b, i+1, n); i < n && b[i] == '}' {
				return nil, i + 1, 0
			}
		case i < n && b[i] == '}':
			return nil, i + 1, 0
		case i < n && b[i] == ',':
			i = jsonscan.SkipSpace(b, i+1, n)
		default:
			return nil, odd, 0
		}
		start, end, value := jsonscan.Name(b, i, n)
		if value < 0 || value >= n {
			return nil, odd, 0
		}
		if m = o.member(b[start:end]); m != nil {
			if m.learned {
				return m, value, m.at + 1
			}
			if o.learn(at, b[from:value], m) {
				at++
			}
			return m, value, at
		}
		if i = jsonscan.Skip(b, value, n, depthMax); i < 0 {
			return nil, odd, 0
		}
		first = 0
	}
}

// member returns the member of that name, a new one if there is room; nil otherwise.
func (o *object) member(name []byte) *member {
	if m := o.index[string(name)]; m != nil {
		return m
	}
	if len(o.members) >= o.fields+skippedMax {
		return nil
	}
	return o.add(string(name), &cell{op: opSkip})
}

package connectjson

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// object reads the members of an object, whose brace is at b[i], into row r of c's members.
//
// Where the text between values is the template's, a member is known by two comparisons, and cannot be
// there twice: the template names each once and is only walked forward.
func (f *fast) object(c *column, o *object, r, i int) int {
	b, n, template := f.B, f.N, o.template
	dynamic := c.op == opDynamic
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
		switch {
		case dynamic:
			i = f.dynamic(s.column, r, i)
		case i < n && b[i] != 'n':
			i = f.typed(s.column, r, i)
		default:
			i = f.value(s.column, r, i)
		}
		if i == odd {
			return odd
		}
		first = 0
	}
	o.objects++
	if first == 0 && at == len(template) && b[i] == '}' && i < n && o.covers == o.fields {
		o.whole++
		o.isWhole = true
		return i + 1
	}
	return f.deviation(c, o, r, i, at, first)
}

// deviation reads on where an object left the template, after its first at members. o.order is then the
// members in the order in which they came.
func (f *fast) deviation(c *column, o *object, r, i, at int, first uint64) int {
	o.misses++
	o.isWhole = false
	o.turn++
	o.rest.reset()
	order := o.order[:0]
	for k := range o.template[:at] {
		m := o.template[k].member
		m.turn = o.turn
		m.rows++
		order = append(order, m.place)
	}
	for {
		var m *member
		if m, i, at = f.find(c, o, i, at, first, len(order)); m == nil {
			break
		}
		if m.turn == o.turn {
			return odd // there twice
		}
		m.turn = o.turn
		m.rows++
		first = 0
		order = append(order, m.place)
		if i = f.value(m.column, r, i); i == odd {
			return odd
		}
	}
	o.order = order
	switch {
	case i == odd:
	case c.op != opDynamic && !f.complete(c, o, r), len(o.rest.names) > 0 && !f.keepRest(c, r, &o.rest):
		return odd
	}
	return i
}

// find reads the next name where the template does not say it, and returns its member and where its
// value starts. m is nil at the end of the object, which then is at next, and for odd rows. Members without
// column are read here; before them the object had count others.
func (f *fast) find(c *column, o *object, i, at int, first uint64, count int) (m *member, next, after int) {
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
		if m = f.member(c, o, b[start:end]); m != nil {
			if m.learned {
				return m, value, m.at + 1
			}
			if o.learn(at, b[from:value], m) {
				at++
			}
			return m, value, at
		}
		if c.op == opDynamic {
			i = f.restMember(o, count+len(o.rest.names), b[start:end], value, f.open+c.depth+1)
		} else {
			i = jsonscan.Skip(b, value, n, f.open+c.depth+1)
		}
		if i < 0 {
			return nil, odd, 0
		}
		first = 0
	}
}

// skippedMax is how many members that are no fields a STRUCT gets to know, so that the template can
// have them.
const skippedMax = 256

// member returns the member of that name, a new one if there is room; nil otherwise.
func (f *fast) member(c *column, o *object, name []byte) *member {
	if m, ok := o.index[string(name)]; ok {
		if m.column == nil {
			f.have(c, m)
		}
		return m
	}
	if c.op != opDynamic {
		if len(o.members) >= o.fields+skippedMax {
			return nil
		}
		return o.add(string(name), &column{op: opSkip, depth: c.depth + 1})
	}
	if c.below {
		if len(o.members) >= batch.DynamicFieldsMax || f.packed || !f.affords(c.rows) { // objects so far, which lack the member
			return nil
		}
	} else {
		slots := columnSlots(len(o.members), f.rows)
		if len(o.members) >= membersMax || f.budget < slots {
			return nil
		}
		f.budget -= slots
	}
	k := &column{below: c.below, depth: c.depth + 1}
	k.setUnread(c.depth == 0 && !f.want.Wants(string(name)))
	k.begin(f.dst, f.rows)
	return o.add(string(name), k)
}

// membersMax is how many members of schemaless records have columns, where the slots that rows afford are enough.
const membersMax = 4096

// wideSlots is what a column takes beside its slots.
const wideSlots = 64

// columnSlots is what the column of the k-th member takes of the slots of a batch.
func columnSlots(k, rows int) int {
	if k < batch.DynamicFieldsMax {
		return rows
	}
	return rows + wideSlots
}

// complete gives the fields that an object did not have what they stand for.
func (f *fast) complete(c *column, o *object, r int) bool {
	for _, m := range o.members[:o.fields] {
		if m.turn != o.turn && !f.without(c, m, r) {
			return false
		}
	}
	return true
}

package connectjson

import (
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// unknownMax is how many members of an object may be missing in its template.
const unknownMax = 64

// deviation looks on where an object left the template, or has none, after the first at members of it. Whether a HashMap has the members in
// their order is asked at the end.
func (s *sameness) deviation(p *pattern, i, at int, first uint64) int {
	own := len(s.members)
	for k := range p.template[:at] {
		s.members = append(s.members, sighted{hash: p.template[k].hash, before: -1})
	}
	if i = s.others(p, i, at, first, own); i != odd && !s.inOrder(own) {
		i = odd
	}
	switch p.misses++; {
	case 2*p.misses > p.objects+16:
		p.forget()
	case p.pause > 0:
		p.pause--
	case i != odd && p.op == opDynamic:
		s.learn(p, own)
	}
	s.members = s.members[:own]
	return i
}

// others looks at the members of an object from its at-th of the template on.
func (s *sameness) others(p *pattern, i, at int, first uint64, own int) int {
	b, n := s.b, s.n
	if first != 0 && i+1 < n && b[i+1] == '}' {
		return i + 2
	}
	unknown := 0
next:
	for ; ; first = 0 {
		for k := at; k < min(at+skipAheadMax, len(p.template)); k++ { // members before k are left out
			if l := &p.template[k]; l.Match(b, i, n, first) {
				s.members = append(s.members, sighted{hash: l.hash, before: -1})
				at = k + 1
				if i = s.value(l.value, i+l.Size); i == odd {
					return odd
				}
				continue next
			}
		}
		switch {
		case i >= n, first == 0 && b[i] != ',' && b[i] != '}':
			return odd
		case b[i] == '}':
			return i + 1
		}
		start, end, value := jsonscan.Name(b, i+1, n)
		if value != end+2 || jsonscan.SameString(b, start-1, n, &s.scratch) != end+1 {
			return odd // white space, or a name that is written otherwise
		}
		m := sighted{hash: java.HashString(b[start:end]), start: start, end: end, before: -1}
		var kind *pattern
		switch k := p.place(m.hash, b[start:end]); {
		case k >= at:
			kind, at = p.template[k].value, k+1
		case k >= 0:
			return odd // there twice, or at another place than mostly
		default:
			if unknown++; unknown > unknownMax || s.twice(own, m) {
				return odd
			}
			m.before, kind = at, p.other()
		}
		s.members = append(s.members, m)
		if i = s.value(kind, value); i == odd {
			return odd
		}
	}
}

// other returns the pattern of members that the template lacks.
func (p *pattern) other() *pattern {
	if p.op == opMap {
		return p.elem
	}
	if p.others == nil {
		p.others = patternOf(nil, false)
	}
	return p.others
}

// twice reports whether an unknown member of the present object has the name of m.
func (s *sameness) twice(own int, m sighted) bool {
	for _, o := range s.members[own:] {
		if o.before >= 0 && o.hash == m.hash && string(s.b[o.start:o.end]) == string(s.b[m.start:m.end]) {
			return true
		}
	}
	return false
}

// inOrder reports whether a HashMap surely has the members of the present object in their order.
func (s *sameness) inOrder(own int) bool {
	s.hashes = s.hashes[:0]
	for _, m := range s.members[own:] {
		s.hashes = append(s.hashes, m.hash)
	}
	return java.InHashOrder(s.hashes)
}

// learn puts the unknown members of the present object into the template.
func (s *sameness) learn(p *pattern, own int) {
	added := 0
	for _, m := range s.members[own:] {
		if m.before >= 0 && p.add(m.before+added, s.b[m.start:m.end], patternOf(nil, false)) {
			added++
		}
	}
	if added > 0 {
		p.settle()
	}
}

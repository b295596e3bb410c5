package jsonpath

import "slices"

// Reads returns the members of a document that p looks at, as the names that lead to them from the root: nothing beside and
// below those changes what Select returns, but whether what is there is an object at all. A list without names is the whole
// document.
//
// Of a filter right behind the root these are the members that it compares, of other paths the plain names that it begins with.
func (p *Path) Reads() [][]string {
	var names []string
	for i := range p.steps {
		s := &p.steps[i]
		switch {
		case s.kind == stepProperty && len(s.names) == 1:
			names = append(names, s.names[0])
			continue
		case i == 0 && len(p.steps) == 1 && s.kind == stepFilter:
			if reads, ok := s.filter.reads(nil); ok {
				return reads
			}
			return [][]string{{}}
		}
		if leavesElement(p.steps[i:]) {
			return [][]string{{}}
		}
		break
	}
	return [][]string{names}
}

// reads appends the members of an element that x compares; ok is false where those are not known by name.
func (x *expression) reads(to [][]string) (_ [][]string, ok bool) {
	for _, p := range x.parts {
		if to, ok = p.reads(to); !ok {
			return nil, false
		}
	}
	for _, o := range []*operand{&x.left, &x.right} {
		if o.path == nil {
			continue
		}
		if o.path.fromRoot {
			return nil, false
		}
		to = append(to, o.path.Reads()...)
	}
	return to, true
}

// leavesElement reports whether a filter of steps, at any depth, looks at the whole document.
func leavesElement(steps []step) bool {
	return slices.ContainsFunc(steps, func(s step) bool { return s.filter != nil && s.filter.leavesElement() })
}

func (x *expression) leavesElement() bool {
	for _, o := range []*operand{&x.left, &x.right} {
		if o.path != nil && (o.path.fromRoot || leavesElement(o.path.steps)) {
			return true
		}
	}
	return slices.ContainsFunc(x.parts, (*expression).leavesElement)
}

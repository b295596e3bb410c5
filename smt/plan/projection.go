package plan

import (
	"maps"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// Projection says what of key and value somebody reads before the first step, when key and value are
// what is read behind the last.
func (p *Plan) Projection(key, value *batch.Projection) (*batch.Projection, *batch.Projection) {
	for i := range slices.Backward(p.effects) {
		e := &p.effects[i]
		k, v := before(&e.Key, key), before(&e.Value, value)
		if e.condition != nil { // rows that do not meet it go on as they are
			k = union(union(k, key), looks(&e.condition.Key))
			v = union(union(v, value), looks(&e.condition.Value))
		}
		key, value = k, v
	}
	return key, value
}

// PassesValue reports whether no step and no predicate so much as looks at values.
func (p *Plan) PassesValue() bool {
	for i := range p.effects {
		e := &p.effects[i]
		if e.Value.Form != smt.Untouched || len(e.Value.Reads) > 0 {
			return false
		}
		if c := e.condition; c != nil && (c.Value.Form != smt.Untouched || len(c.Value.Reads) > 0) {
			return false
		}
	}
	return true
}

// nothing is read but what decoders read in any case.
func nothing() *batch.Projection { return &batch.Projection{None: true} }

// looks is what a predicate reads of a side, which it passes on.
func looks(a *smt.Access) *batch.Projection { return before(a, nothing()) }

// before is what of a side is read before a transform, when after is read behind it.
func before(a *smt.Access, after *batch.Projection) *batch.Projection {
	var p *batch.Projection
	switch a.Form {
	case smt.Opaque:
		return nil
	case smt.Untouched:
		p = after
	case smt.Looked:
		p = looked(after)
	case smt.Edited:
		p = looked(edited(a, after))
	case smt.Taken:
		p = &batch.Projection{Fields: map[string]*batch.Projection{}}
		for _, path := range a.Reads {
			p = union(p, at(path, after))
		}
		return p
	case smt.Wrapped:
		p = member(after, a.Writes[0])
	case smt.Made:
		p = nothing()
	}
	for _, path := range a.Reads {
		p = union(p, at(path, nil))
	}
	return p
}

// looked is p where also the class of the value counts.
func looked(p *batch.Projection) *batch.Projection {
	if p != nil && p.None {
		return &batch.Projection{Fields: map[string]*batch.Projection{}}
	}
	return p
}

// at is p of the member at a path.
func at(path smt.Path, p *batch.Projection) *batch.Projection {
	for _, name := range slices.Backward(path) {
		p = &batch.Projection{Fields: map[string]*batch.Projection{name: p}}
	}
	return p
}

// member is what p reads of a member.
func member(p *batch.Projection, name string) *batch.Projection {
	switch {
	case p == nil:
		return nil
	case p.None:
		return p
	case p.Fields != nil:
		if m, ok := p.Fields[name]; ok {
			return m
		}
		return nothing()
	case p.Except[name]:
		return nothing()
	}
	return nil
}

// edited is what members are read before an edit.
func edited(a *smt.Access, after *batch.Projection) *batch.Projection {
	gone := map[string]bool{}
	for _, name := range a.Drops {
		gone[name] = true
	}
	// A member that is renamed may be read for the one of its new name, dropped or not.
	for _, r := range a.Renames {
		delete(gone, r.From)
	}
	switch {
	case after != nil && after.None:
		return after
	case after != nil && after.Fields != nil:
		p := &batch.Projection{Fields: map[string]*batch.Projection{}}
		for name, m := range after.Fields {
			for _, from := range formerly(a, name) {
				if !gone[from] && keeps(a, from) {
					p = union(p, &batch.Projection{Fields: map[string]*batch.Projection{from: m}})
				}
			}
		}
		return p
	case a.Keeps != nil:
		p := &batch.Projection{Fields: map[string]*batch.Projection{}}
		for _, name := range a.Keeps {
			if !gone[name] && !unread(a, after, name) {
				p.Fields[name] = nil
			}
		}
		for _, r := range a.Renames {
			p.Fields[r.From] = nil
		}
		return p
	}
	p := &batch.Projection{Except: gone}
	if after != nil {
		for name := range after.Except {
			for _, from := range formerly(a, name) {
				if unread(a, after, from) {
					gone[from] = true
				}
			}
		}
	}
	return settled(p)
}

// formerly are the names that a member may have had.
func formerly(a *smt.Access, name string) []string {
	list := []string{name}
	for _, r := range a.Renames {
		if r.To == name && r.From != name {
			list = append(list, r.From)
		}
	}
	return list
}

// unread reports whether nobody reads a member, by its old name, under any name behind an edit.
func unread(a *smt.Access, after *batch.Projection, name string) bool {
	if after == nil || !after.Except[name] {
		return false
	}
	return !slices.ContainsFunc(a.Renames, func(r smt.Rename) bool { return r.From == name && !after.Except[r.To] })
}

// keeps reports whether a member is not left out for want of being named; one that is renamed may be read
// in any case.
func keeps(a *smt.Access, name string) bool {
	if a.Keeps == nil || slices.Contains(a.Keeps, name) {
		return true
	}
	return slices.ContainsFunc(a.Renames, func(r smt.Rename) bool { return r.From == name })
}

// union reads what p or q reads.
func union(p, q *batch.Projection) *batch.Projection {
	switch {
	case p == nil || q == nil:
		return nil
	case p.None:
		return q
	case q.None:
		return p
	case p.Fields != nil && q.Fields != nil:
		out := &batch.Projection{Fields: maps.Clone(p.Fields)}
		for name, m := range q.Fields {
			if have, ok := out.Fields[name]; ok {
				m = union(have, m)
			}
			out.Fields[name] = m
		}
		return out
	case p.Fields != nil:
		return union(q, p)
	}
	except := map[string]bool{}
	for name := range p.Except {
		_, named := q.Fields[name]
		if !named && (q.Fields != nil || q.Except[name]) {
			except[name] = true
		}
	}
	return settled(&batch.Projection{Except: except})
}

// settled is p, nil where it reads all.
func settled(p *batch.Projection) *batch.Projection {
	if len(p.Except) == 0 {
		return nil
	}
	return p
}

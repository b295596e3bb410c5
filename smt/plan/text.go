package plan

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// Does says what the step does, for a reader: "reads value.a", "writes topic", "drops value.b". It is empty
// where it does nothing.
func (p *Plan) Does(step int) []string {
	e := &p.effects[step]
	var t effectText
	if c := e.condition; c != nil {
		t.looks("key", &c.Key)
		t.looks("value", &c.Value)
		t.parts(c)
	}
	t.side("key", &e.Key)
	t.side("value", &e.Value)
	t.parts(&e.Effect)
	return t.list()
}

// effectText collects what a step does; each thing once.
type effectText struct{ reads, writes, more []string }

func (t *effectText) list() []string {
	var out []string
	for _, part := range []struct {
		verb  string
		names []string
	}{{"reads ", t.reads}, {"writes ", t.writes}} {
		if len(part.names) > 0 {
			out = append(out, part.verb+strings.Join(part.names, ", "))
		}
	}
	return append(out, t.more...)
}

func appendNew(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// parts notes the parts of a record beside key and value.
func (t *effectText) parts(e *smt.Effect) {
	for _, part := range []struct {
		name string
		use  smt.Use
	}{{"topic", e.Topic}, {"partition", e.Partition}, {"timestamp", e.Timestamp}, {"offset", e.Offset}, {"headers", e.Headers}} {
		if part.use&smt.Reads != 0 {
			t.reads = appendNew(t.reads, part.name)
		}
		if part.use&smt.Writes != 0 {
			t.writes = appendNew(t.writes, part.name)
		}
	}
	if e.Filters {
		t.more = appendNew(t.more, "may drop the record")
	}
}

// looks notes what is read of a side.
func (t *effectText) looks(side string, a *smt.Access) {
	if a.Form == smt.Opaque {
		t.reads = appendNew(t.reads, side)
	}
	for _, path := range a.Reads {
		t.reads = appendNew(t.reads, strings.Join(append([]string{side}, path...), "."))
	}
	if a.Form == smt.Looked && len(a.Reads) == 0 {
		t.reads = appendNew(t.reads, "whether "+side+" is null")
	}
}

// side notes what is done with key or value.
func (t *effectText) side(side string, a *smt.Access) {
	of := func(names []string) string { return side + "." + strings.Join(names, ", "+side+".") }
	if a.Form != smt.Looked || len(a.Reads) > 0 {
		t.looks(side, a)
	}
	switch a.Form {
	case smt.Opaque:
		t.writes = appendNew(t.writes, side)
	case smt.Edited:
		for _, name := range a.Writes {
			t.writes = appendNew(t.writes, side+"."+name)
		}
	case smt.Taken:
		t.more = append(t.more, "takes that for the whole "+side)
	case smt.Wrapped:
		t.more = append(t.more, "wraps "+side+" as "+of(a.Writes))
	case smt.Made:
		t.writes = appendNew(t.writes, side)
	}
	if len(a.Drops) > 0 {
		t.more = append(t.more, "drops "+of(a.Drops))
	}
	if a.Keeps != nil {
		t.more = append(t.more, "keeps only "+of(a.Keeps))
	}
	for _, r := range a.Renames {
		t.more = append(t.more, "renames "+side+"."+r.From+" to "+r.To)
	}
	if a.Schema {
		t.more = append(t.more, "changes the schema of "+side)
	}
}

// ProjectionText says what of a value is decoded under a projection.
func ProjectionText(p *batch.Projection) string {
	switch {
	case p == nil:
		return "whole"
	case p.None:
		return "checked only: nobody reads it"
	case p.Fields != nil && len(p.Fields) == 0:
		return "checked only: nobody reads its members"
	case p.Fields != nil:
		return strings.Join(wanted("", p), ", ") + "; other members are checked only"
	}
	var names []string
	for name := range p.Except {
		names = append(names, name)
	}
	slices.Sort(names)
	return "all but " + strings.Join(names, ", ") + ", checked only"
}

// wanted are the paths that p names.
func wanted(prefix string, p *batch.Projection) (paths []string) {
	for name, m := range p.Fields {
		if m != nil && len(m.Fields) > 0 {
			paths = append(paths, wanted(prefix+name+".", m)...)
		} else {
			paths = append(paths, prefix+name)
		}
	}
	slices.Sort(paths)
	return paths
}

// Untouched says which members of key and value come out as they went in, "" where that cannot be told of
// a side by its members.
func (p *Plan) Untouched() (key, value string) {
	return p.untouched(func(e *smt.Effect) *smt.Access { return &e.Key }),
		p.untouched(func(e *smt.Effect) *smt.Access { return &e.Value })
}

func (p *Plan) untouched(side func(*smt.Effect) *smt.Access) string {
	var touched []string
	for i := range p.effects {
		a := side(&p.effects[i].Effect)
		switch a.Form {
		case smt.Untouched, smt.Looked:
			continue
		case smt.Edited:
		default:
			return ""
		}
		if a.Keeps != nil {
			return ""
		}
		for _, name := range slices.Concat(a.Writes, a.Drops) {
			touched = appendNew(touched, name)
		}
		for _, r := range a.Renames {
			touched = appendNew(touched, r.From)
		}
	}
	if touched == nil {
		return "all"
	}
	return "all but " + strings.Join(touched, ", ")
}

package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// pattern is what a sameness knows of the values of one schema, or of schemaless ones at one place: a tree like that of column.
type pattern struct {
	op       operation
	nullable bool     // null is written as null: schemaless, or optional and without default
	elem     *pattern // elements of arrays, values of maps
	others   *pattern // schemaless: members that the template lacks; nil before the first

	// Objects: the text before each member, in the order in which Java writes them. That of a STRUCT comes from the schema and is all there
	// is; schemaless objects teach theirs.
	template []lead
	fixed    bool // a STRUCT
	ordered  bool // a HashMap of the whole template iterates in its order
	objects  int  // since the template was begun
	misses   int  // of these, those that left it
	forgot   int  // how often it was begun anew
	pause    int  // objects that leave it and teach nothing: they have had nothing in common
}

// lead is the text before a member, its name's hash and the pattern of its values.
type lead struct {
	jsonscan.Lead
	hash  int32
	name  string
	value *pattern
}

// patternOf returns the pattern of values under s, nil for schemaless ones.
func patternOf(s *batch.Schema, numeric bool) *pattern {
	if s == nil {
		return &pattern{op: opDynamic, nullable: true}
	}
	p := &pattern{op: operationOf(s), nullable: s.Optional() && s.Default().IsNull()}
	switch p.op {
	case opDecimal:
		if _, ok := s.Scale(); !ok || numeric {
			p.op = opOdd
		}
	case opArray:
		p.elem = patternOf(s.Elem(), numeric)
	case opMap:
		if k := s.Key(); operationOf(k) != opString || k.Optional() {
			p.op = opOdd
		}
		p.elem = patternOf(s.Elem(), numeric)
	case opStruct:
		p.fixed = true
		for i := range s.Fields() {
			if f := &s.Fields()[i]; !p.add(len(p.template), []byte(f.Name), patternOf(f.Schema, numeric)) {
				p.op = opOdd
				break
			}
		}
	}
	return p
}

// add puts the member of that name into the template, as its k-th; false where its text is too long.
func (p *pattern) add(k int, name []byte, value *pattern) bool {
	text := append(jsonscan.AppendString([]byte{','}, name), ':')
	if len(text) > jsonscan.LeadMax || len(p.template) >= templateMax {
		return false
	}
	p.template = append(p.template, lead{})
	copy(p.template[k+1:], p.template[k:])
	p.template[k] = lead{Lead: jsonscan.NewLead(text), hash: java.HashString(name), name: string(name), value: value}
	return true
}

// forget drops a learned template. The next one is learned later each time.
func (p *pattern) forget() {
	p.forgot++
	p.template, p.ordered, p.objects, p.misses, p.pause = p.template[:0], false, 0, 0, 1<<min(p.forgot, 16)
}

// settle finds out whether the whole template is in order, after members were added.
func (p *pattern) settle() {
	hashes := make([]int32, len(p.template))
	for k := range p.template {
		hashes[k] = p.template[k].hash
	}
	p.ordered = java.InHashOrder(hashes)
}

// place returns where in the template a member is, -1 if nowhere.
func (p *pattern) place(hash int32, name []byte) int {
	for k := range p.template {
		if s := &p.template[k]; s.hash == hash && s.name == string(name) {
			return k
		}
	}
	return -1
}

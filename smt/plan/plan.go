package plan

import "github.com/millrace/millrace/smt"

// Step is one transform of a chain. Source: TransformationStage.
type Step struct {
	Alias     string
	Class     string // Java class name
	Transform smt.Transform
	Predicate smt.Predicate // nil: all rows
	Negate    bool
}

// Plan is a compiled chain.
type Plan struct {
	Groups  []Group
	effects []stepEffect
}

// Group is steps that run as one: those from First up to, not including, End.
type Group struct {
	First, End int
	Merged     *Merged // nil for a single step
}

// stepEffect is what a step may do to the records that come to it.
type stepEffect struct {
	smt.Effect
	condition *smt.Effect // of the predicate; nil: none
}

// Compile makes the plan of a chain. The steps are not kept.
func Compile(steps []Step) *Plan {
	p := &Plan{}
	for i := range steps {
		s := &steps[i]
		e := stepEffect{Effect: smt.EffectOf(s.Transform)}
		if s.Predicate != nil {
			c := smt.EffectOf(s.Predicate)
			e.condition = &c
		}
		p.effects = append(p.effects, e)
	}
	for first := 0; first < len(steps); {
		g := Group{First: first, End: first + 1}
		edits := []*Editing{editing(&steps[first])}
		for edits[0] != nil && g.End < len(steps) {
			next := editing(&steps[g.End])
			if next == nil || next.Key != edits[0].Key {
				break
			}
			edits = append(edits, next)
			g.End++
		}
		if len(edits) > 1 {
			g.Merged = &Merged{key: edits[0].Key, edits: edits}
		}
		p.Groups = append(p.Groups, g)
		first = g.End
	}
	return p
}

// editing returns how a step edits structs; nil: not, or only those of some rows.
func editing(s *Step) *Editing {
	e, ok := s.Transform.(Editor)
	if !ok || s.Predicate != nil {
		return nil
	}
	return e.Editing()
}

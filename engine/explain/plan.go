package explain

import (
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/plan"
)

// plan compiles the transforms of a config, nil where one of them cannot be made: Lint says why.
func (s *Subject) plan(props map[string]string, transforms []string) *plan.Plan {
	var steps []plan.Step
	defer func() {
		for _, st := range steps {
			_ = st.Transform.Close() // nothing was done with it
			if st.Predicate != nil {
				_ = st.Predicate.Close()
			}
		}
	}()
	for _, alias := range transforms {
		own := config.WithPrefix(props, "transforms."+alias+".")
		name, conditional := own["predicate"]
		delete(own, "predicate")
		delete(own, "negate")
		class := classOf(s.Plugins.Transforms, own["type"])
		if class == nil {
			return nil
		}
		t, err := class.New(own, smt.Context{})
		if err != nil {
			return nil
		}
		steps = append(steps, plan.Step{Alias: alias, Class: class.Name, Transform: t})
		if !conditional {
			continue
		}
		own = config.WithPrefix(props, "predicates."+name+".")
		if class = classOf(s.Plugins.Predicates, own["type"]); class == nil {
			return nil
		}
		p, err := class.NewPredicate(own, smt.Context{})
		if err != nil {
			return nil
		}
		steps[len(steps)-1].Predicate = p
	}
	return plan.Compile(steps)
}

func classOf(set smt.Set, name string) *smt.Class {
	class, err := set.Find(strings.TrimSpace(name))
	if err != nil {
		return nil
	}
	return class
}

// planned adds what a plan says to the links of its transforms.
func planned(p *plan.Plan, links []Link) {
	if p == nil {
		return
	}
	for i := range links {
		links[i].Does = p.Does(i)
	}
	for _, g := range p.Groups {
		for i := g.First; i < g.End-1; i++ {
			links[i+1].Joins = links[i].Name
		}
	}
}

// untouched says what of a record comes out of a plan as it went in.
func untouched(p *plan.Plan) string {
	if p == nil {
		return ""
	}
	key, value := p.Untouched()
	var out []string
	for _, side := range []struct{ name, text string }{{"key", key}, {"value", value}} {
		switch {
		case side.text == "all":
			out = append(out, side.name)
		case side.text != "":
			out = append(out, side.name+": "+side.text)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "untouched: " + strings.Join(out, "; ")
}

package plan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// does is a transform and predicate that has an effect and nothing else.
type does smt.Effect

func (d does) Effect() smt.Effect                       { return smt.Effect(d) }
func (does) Apply(*batch.Batch) ([]*batch.Batch, error) { return nil, nil }
func (does) Close() error                               { return nil }
func (does) Test(_ *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	return yes, no, nil
}

// secret is a transform that does not say what it does.
type secret struct{}

func (secret) Apply(*batch.Batch) ([]*batch.Batch, error) { return nil, nil }
func (secret) Close() error                               { return nil }

func value(a smt.Access) does { return does{Value: a} }

func fields(names ...string) *batch.Projection {
	p := &batch.Projection{Fields: map[string]*batch.Projection{}}
	for _, n := range names {
		p.Fields[n] = nil
	}
	return p
}

func except(names ...string) *batch.Projection {
	p := &batch.Projection{Except: map[string]bool{}}
	for _, n := range names {
		p.Except[n] = true
	}
	return p
}

func TestProjection(t *testing.T) {
	path := func(names ...string) smt.Path { return names }
	all := smt.Access{Form: smt.Looked, Reads: []smt.Path{{}}}
	drop := func(names ...string) does { return value(smt.Access{Form: smt.Edited, Drops: names}) }
	keep := value(smt.Access{Form: smt.Edited, Keeps: []string{"a", "b"}})
	rename := value(smt.Access{Form: smt.Edited, Renames: []smt.Rename{{From: "a", To: "b"}}})
	mask := value(smt.Access{Form: smt.Edited, Reads: []smt.Path{path("a")}, Writes: []string{"a"}})
	take := value(smt.Access{Form: smt.Taken, Reads: []smt.Path{path("a", "b")}})
	wrap := value(smt.Access{Form: smt.Wrapped, Writes: []string{"w"}})
	toKey := does{Key: smt.Access{Form: smt.Made}, Value: smt.Access{Form: smt.Looked, Reads: []smt.Path{path("id")}}}
	none := &batch.Projection{None: true}
	for name, c := range map[string]struct {
		steps      []smt.Transform
		after      *batch.Projection
		key, value string
	}{
		"nothing to do":            {nil, none, "checked only: nobody reads it", "checked only: nobody reads it"},
		"unknown":                  {[]smt.Transform{secret{}}, none, "whole", "whole"},
		"unknown is hidden":        {[]smt.Transform{take, secret{}}, none, "whole", "a.b; other members are checked only"},
		"topic alone":              {[]smt.Transform{does{Topic: smt.Reads | smt.Writes}}, fields("x"), "x; other members are checked only", "x; other members are checked only"},
		"dropped":                  {[]smt.Transform{drop("n", "m")}, nil, "whole", "all but m, n, checked only"},
		"dropped and wanted":       {[]smt.Transform{drop("n")}, fields("n", "a"), "n, a; other members are checked only", "a; other members are checked only"},
		"read, then dropped":       {[]smt.Transform{mask, drop("a", "b")}, nil, "whole", "all but b, checked only"},
		"dropped twice":            {[]smt.Transform{drop("a"), drop("b")}, nil, "whole", "all but a, b, checked only"},
		"kept":                     {[]smt.Transform{keep}, nil, "whole", "a, b; other members are checked only"},
		"kept, one not read":       {[]smt.Transform{keep, drop("b")}, nil, "whole", "a; other members are checked only"},
		"renamed and wanted":       {[]smt.Transform{rename}, fields("b"), "b; other members are checked only", "a, b; other members are checked only"},
		"renamed and dropped":      {[]smt.Transform{rename, drop("b")}, nil, "whole", "all but b, checked only"},
		"old name not wanted":      {[]smt.Transform{rename, drop("a", "b")}, nil, "whole", "all but a, b, checked only"},
		"taken":                    {[]smt.Transform{take}, nil, "whole", "a.b; other members are checked only"},
		"taken for its members":    {[]smt.Transform{take}, fields("c"), "c; other members are checked only", "a.b.c; other members are checked only"},
		"wrapped":                  {[]smt.Transform{wrap}, nil, "whole", "whole"},
		"wrapped for a member":     {[]smt.Transform{wrap, value(smt.Access{Form: smt.Taken, Reads: []smt.Path{path("w", "x")}})}, nil, "whole", "x; other members are checked only"},
		"wrapped for nothing":      {[]smt.Transform{wrap}, fields("other"), "other; other members are checked only", "checked only: nobody reads it"},
		"key made of the value":    {[]smt.Transform{toKey}, none, "checked only: nobody reads it", "id; other members are checked only"},
		"told as a whole":          {[]smt.Transform{does{Key: all, Value: all}}, none, "whole", "whole"},
		"class counts":             {[]smt.Transform{mask}, none, "checked only: nobody reads it", "a; other members are checked only"},
		"all read behind a filter": {[]smt.Transform{does{Filters: true}}, except("q"), "all but q, checked only", "all but q, checked only"},
	} {
		t.Run(name, func(t *testing.T) {
			var steps []Step
			for _, tr := range c.steps {
				steps = append(steps, Step{Transform: tr})
			}
			k, v := Compile(steps).Projection(c.after, c.after)
			if got := ProjectionText(k); sortedText(got) != sortedText(c.key) {
				t.Errorf("key: %s, want %s", got, c.key)
			}
			if got := ProjectionText(v); got != c.value {
				t.Errorf("value: %s, want %s", got, c.value)
			}
		})
	}
}

func sortedText(s string) string {
	names, rest, _ := strings.Cut(s, ";")
	list := strings.Split(names, ", ")
	if len(list) == 2 && list[0] > list[1] {
		list[0], list[1] = list[1], list[0]
	}
	return strings.Join(list, ", ") + ";" + rest
}

// TestProjection_Predicate: rows that do not meet it go on as they are, and what it reads is read.
func TestProjection_Predicate(t *testing.T) {
	p := Compile([]Step{{
		Transform: value(smt.Access{Form: smt.Edited, Drops: []string{"a"}}),
		Predicate: does{Value: smt.Access{Form: smt.Looked, Reads: []smt.Path{{"p"}}}},
	}})
	if _, v := p.Projection(nil, fields("a")); ProjectionText(v) != "a, p; other members are checked only" {
		t.Error(ProjectionText(v))
	}
	if _, v := p.Projection(nil, nil); v != nil {
		t.Error(ProjectionText(v))
	}
}

// TestProjection_CoversWhatIsRead edits objects as random steps say, and demands that what reaches the end was wanted at
// the start.
func TestProjection_CoversWhatIsRead(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	saved := 0
	for seed := range uint64(5000) {
		r := rand.New(rand.NewPCG(seed, 0))
		some := func() (list []string) {
			for _, n := range names {
				if r.IntN(3) == 0 {
					list = append(list, n)
				}
			}
			return list
		}
		var steps []Step
		from := map[string]string{} // what each member is made of
		for _, n := range names {
			from[n] = n
		}
		read := map[string]bool{}
		for range 1 + r.IntN(4) {
			a := smt.Access{Form: smt.Edited, Drops: some()}
			if r.IntN(4) == 0 {
				a.Keeps = append([]string{}, some()...)
			}
			for _, n := range some() {
				a.Renames = append(a.Renames, smt.Rename{From: n, To: names[r.IntN(4)]})
			}
			for _, n := range some() {
				a.Reads = append(a.Reads, smt.Path{n})
				if o, ok := from[n]; ok {
					read[o] = true
				}
			}
			steps = append(steps, Step{Transform: value(a)})
			from = edit(&a, from)
		}
		after := []*batch.Projection{nil, {None: true}, fields(some()...), except(append(some(), "q")...)}[r.IntN(4)]
		for n, o := range from {
			read[o] = read[o] || after.Wants(n)
		}
		_, p := Compile(steps).Projection(nil, after)
		for _, n := range names {
			if read[n] && !p.Wants(n) {
				t.Fatalf("seed %d: %s is read; %s, then %s: %+v", seed, n, ProjectionText(p), ProjectionText(after), steps)
			}
			if !read[n] && !p.Wants(n) {
				saved++
			}
		}
	}
	if saved < 4000 {
		t.Errorf("%d members saved", saved)
	}
}

// edit is what becomes of an object's members, by ReplaceField's rules.
func edit(a *smt.Access, from map[string]string) map[string]string {
	out := map[string]string{}
next:
	for n, o := range from {
		for _, d := range a.Drops {
			if d == n {
				continue next
			}
		}
		kept := a.Keeps == nil
		for _, k := range a.Keeps {
			kept = kept || k == n
		}
		if !kept {
			continue
		}
		for _, x := range a.Renames {
			if x.From == n {
				n = x.To
				break
			}
		}
		if have, taken := out[n]; taken && have < o {
			continue // one of them, whichever
		}
		out[n] = o
	}
	return out
}

func TestDoes(t *testing.T) {
	p := Compile([]Step{
		{Transform: does{Value: smt.Access{Form: smt.Edited, Writes: []string{"t", "o"}}, Topic: smt.Reads, Offset: smt.Reads}},
		{Transform: value(smt.Access{Form: smt.Edited, Drops: []string{"n"}, Renames: []smt.Rename{{From: "a", To: "b"}}, Schema: true}),
			Predicate: does{Value: smt.Access{Form: smt.Looked}}},
		{Transform: does{Topic: smt.Reads | smt.Writes, Filters: true}},
		{Transform: does{Key: smt.Access{Form: smt.Made}, Value: smt.Access{Form: smt.Looked, Reads: []smt.Path{{"id", "x"}}}}},
		{Transform: does{Key: smt.Access{Form: smt.Taken, Reads: []smt.Path{{"id"}}}}},
		{Transform: value(smt.Access{Form: smt.Edited, Keeps: []string{"a", "b"}})},
		{Transform: value(smt.Access{Form: smt.Wrapped, Writes: []string{"w"}})},
		{Transform: secret{}},
		{Transform: does{}},
	})
	for i, want := range []string{
		"reads topic, offset; writes value.t, value.o",
		"reads whether value is null; drops value.n; renames value.a to b; changes the schema of value",
		"reads topic; writes topic; may drop the record",
		"reads value.id.x; writes key",
		"reads key.id; takes that for the whole key",
		"keeps only value.a, value.b",
		"wraps value as value.w",
		"reads key, value, topic, partition, timestamp, offset, headers; writes key, value, topic, partition, timestamp, headers; may drop the record",
		"",
	} {
		if got := strings.Join(p.Does(i), "; "); got != want {
			t.Errorf("step %d:\n got %s\nwant %s", i, got, want)
		}
	}
	for n, want := range []string{"all all", "all all but t, o", "all all but t, o, n, a", "all all but t, o, n, a", " all but t, o, n, a", " all but t, o, n, a", " "} {
		sub := &Plan{effects: p.effects[:n]}
		if key, value := sub.Untouched(); fmt.Sprint(key, " ", value) != want {
			t.Errorf("%d steps: %q %q, want %q", n, key, value, want)
		}
	}
}

package smt

import "github.com/millrace/millrace/config"

// Set is the transform classes that a process knows.
type Set struct{ *config.Classes[*Class] }

// NewSet returns a set of the given transform classes.
func NewSet(classes ...*Class) Set { return newSet("Transformation", classes) }

// NewPredicateSet returns a set of the given predicate classes.
func NewPredicateSet(classes ...*Class) Set { return newSet("Predicate", classes) }

func newSet(what string, classes []*Class) Set {
	s := Set{config.NewClasses[*Class](what, what)}
	s.Register(classes...)
	return s
}

// Register adds classes. It panics when a class name is taken.
func (s Set) Register(classes ...*Class) {
	for _, c := range classes {
		s.Add(c.Name, c.Aliases, c)
	}
}

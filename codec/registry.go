package codec

import "github.com/millrace/millrace/config"

// Set is the converter classes that a process knows.
type Set struct{ *config.Classes[*Class] }

// NewSet returns a set of the given classes.
func NewSet(classes ...*Class) Set {
	s := Set{config.NewClasses[*Class]("Converter", "HeaderConverter", "Converter")}
	s.Register(classes...)
	return s
}

// Register adds classes. It panics when a class name is taken.
func (s Set) Register(classes ...*Class) {
	for _, c := range classes {
		s.Add(c.Name, c.Aliases, c)
	}
}

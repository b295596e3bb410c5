package codec

import "github.com/millrace/millrace/config"

// Set is the converter classes that a process knows.
type Set struct{ *config.Classes[*Class] }

// NewSet returns a set of the given classes.
func NewSet(classes ...*Class) Set {
	s := Set{config.NewClasses[*Class]("Converter", "HeaderConverter", "Converter")}
	for _, c := range classes {
		s.Add(c.Name, c.Aliases, c)
	}
	return s
}

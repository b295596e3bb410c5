package config

import (
	"fmt"
	"slices"
	"strings"
)

// Classes finds plugin classes by the names that users write: the Java class name, its simple name,
// the simple name cut at the last occurrence of one of the suffixes (Connector, Converter, …), or an
// alias of ours. An alias that two classes share selects neither, as in Connect; but what a stock Connect
// finds by it stays found, however many other plugins are built in here. Source: PluginUtils, PluginDesc.
//
// Not safe for concurrent use while Add is called.
type Classes[T any] struct {
	what     string
	suffixes []string
	byName   map[string]int
	byAlias  map[string][]int // distinct classes that answer to it
	names    []string
	values   []T
}

// NewClasses returns an empty set of what ("Connector", "Transformation") with the suffixes that
// simple names may be written without.
func NewClasses[T any](what string, suffixes ...string) *Classes[T] {
	return &Classes[T]{what: what, suffixes: suffixes, byName: map[string]int{}, byAlias: map[string][]int{}}
}

// Add registers a class; adding a name twice panics, as it is a programming error.
func (c *Classes[T]) Add(name string, aliases []string, v T) {
	if _, dup := c.byName[name]; dup {
		panic(fmt.Sprintf("config: %s class %q added twice", c.what, name))
	}
	i := len(c.values)
	c.byName[name] = i
	c.names = append(c.names, name)
	c.values = append(c.values, v)
	simple := name[strings.LastIndexAny(name, ".$")+1:]
	c.alias(simple, i)
	for _, s := range c.suffixes {
		if at := strings.LastIndex(simple, s); at > 0 {
			c.alias(simple[:at], i)
		}
	}
	for _, a := range aliases {
		c.alias(a, i)
	}
}

func (c *Classes[T]) alias(a string, i int) {
	if !slices.Contains(c.byAlias[a], i) {
		c.byAlias[a] = append(c.byAlias[a], i)
	}
}

// Find returns the class that a user's text names. The error lists the nearest names.
func (c *Classes[T]) Find(text string) (T, error) {
	if i, ok := c.byName[text]; ok {
		return c.values[i], nil
	}
	var zero T
	switch found := c.preferred(c.byAlias[text]); len(found) {
	case 1:
		return c.values[found[0]], nil
	case 0:
		return zero, fmt.Errorf("class %s could not be found", text)
	default:
		full := make([]string, len(found))
		for k, i := range found {
			full[k] = c.names[i]
		}
		return zero, fmt.Errorf("more than one %s matches alias %s, use one of the class names %s",
			c.what, text, strings.Join(full, ", "))
	}
}

// preferred returns the one of found that is Connect's own, found itself where that is not one.
func (c *Classes[T]) preferred(found []int) []int {
	var own []int
	for _, i := range found {
		if strings.HasPrefix(c.names[i], "org.apache.kafka.connect.") {
			own = append(own, i)
		}
	}
	if len(own) == 1 {
		return own
	}
	return found
}

// Names returns the class names, sorted.
func (c *Classes[T]) Names() []string {
	out := slices.Clone(c.names)
	slices.Sort(out)
	return out
}

// All returns the classes, sorted by class name.
func (c *Classes[T]) All() []T {
	out := make([]T, 0, len(c.values))
	for _, n := range c.Names() {
		out = append(out, c.values[c.byName[n]])
	}
	return out
}

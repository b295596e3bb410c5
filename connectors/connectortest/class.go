package connectortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Refusal is a config that must be refused: Key set to Value, with a text that contains Text.
type Refusal struct{ Key, Value, Text string }

// checkClass checks what a class says of itself.
func checkClass(c *connectors.Class) error {
	switch {
	case c.Name == "" || c.TaskClass == "":
		return fmt.Errorf("class %q, task class %q: both need a name", c.Name, c.TaskClass)
	case !strings.HasSuffix(c.Name, "Connector"):
		return fmt.Errorf("class %q: the name of a connector ends in Connector, so that its alias is the rest", c.Name)
	case c.Version == "":
		return fmt.Errorf("class %q has no version", c.Name)
	case (c.NewSource == nil) == (c.NewSink == nil):
		return fmt.Errorf("class %q: exactly one of NewSource and NewSink must be set", c.Name)
	case c.Def == nil:
		return fmt.Errorf("class %q has no def", c.Name)
	}
	for _, k := range c.Def.Keys() {
		if k.Doc == "" {
			return fmt.Errorf("key %q has no doc", k.Name)
		}
	}
	set := connectors.NewSet(c) // panics where an alias is no name
	for _, name := range append([]string{c.Name}, c.Aliases...) {
		if found, err := set.Find(name); err != nil || found != c {
			return fmt.Errorf("name %q does not select the class: %w", name, err)
		}
	}
	if connector(c) == connector(c) {
		return errors.New("two calls return the same connector")
	}
	return nil
}

// connector makes an instance of either kind.
func connector(c *connectors.Class) connectors.Connector {
	if c.NewSource != nil {
		return c.NewSource()
	}
	return c.NewSink()
}

// checkConfig checks that good holds and that what is made wrong in it is refused by name.
func checkConfig(c *connectors.Class, good map[string]string, refused []Refusal) error {
	if e := faults(c, good); len(e) > 0 {
		return fmt.Errorf("a good config is refused: %v", e)
	}
	for _, k := range c.Def.Keys() {
		if k.Required {
			p := maps.Clone(good)
			delete(p, k.Name)
			if err := refuses(c, p, k.Name, k.Name); err != nil {
				return fmt.Errorf("without %q: %w", k.Name, err)
			}
		}
		switch k.Type {
		case config.Int, config.Short, config.Long, config.Double, config.Boolean:
			p := maps.Clone(good)
			p[k.Name] = "no value"
			if err := refuses(c, p, k.Name, k.Name); err != nil {
				return fmt.Errorf("%q = %q: %w", k.Name, p[k.Name], err)
			}
		}
	}
	for _, r := range refused {
		p := maps.Clone(good)
		p[r.Key] = r.Value
		if err := refuses(c, p, r.Key, r.Text); err != nil {
			return fmt.Errorf("%q = %q: %w", r.Key, r.Value, err)
		}
	}
	return nil
}

// faults validates as a worker does; errors by key.
func faults(c *connectors.Class, props map[string]string) map[string][]string {
	values := c.Def.Validate(props)
	if v, ok := connector(c).(connectors.Validator); ok {
		own, err := v.Validate(context.Background(), props)
		if err != nil {
			return map[string][]string{"": {err.Error()}}
		}
		values = own
	}
	out := map[string][]string{}
	for _, v := range values {
		if len(v.Errors) > 0 {
			out[v.Name] = v.Errors
		}
	}
	return out
}

// refuses returns an error unless both validation and Start refuse props, validation under key alone.
func refuses(c *connectors.Class, props map[string]string, key, text string) error {
	e := faults(c, props)
	if len(e[key]) == 0 || len(e) != 1 {
		return fmt.Errorf("validation has the errors %v, want some of %q alone", e, key)
	}
	if !slices.ContainsFunc(e[key], func(s string) bool { return strings.Contains(s, text) }) {
		return fmt.Errorf("validation says %q, want a text with %q", e[key], text)
	}
	conn := connector(c)
	err := conn.Start(context.Background(), &ConnectorContext{Store: &Offsets{}}, props)
	if stop := conn.Stop(context.Background()); stop != nil {
		return fmt.Errorf("stop after a refused start: %w", stop)
	}
	var j interface{ JavaClass() string }
	if err == nil || !errors.As(err, &j) || j.JavaClass() != connectors.ConfigException {
		return fmt.Errorf("start returns %s, want a ConfigException", said(err))
	}
	return nil
}

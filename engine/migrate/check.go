package migrate

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
)

// Checker looks at the configs of connectors for a worker, which runs nothing.
type Checker struct {
	Worker  *engine.Worker
	Plugins plugin.Set
}

// Classes returns the classes that a connector's config names and this program lacks. It waits for config
// providers, and for nothing else; where they fail, values with variables are not looked at.
//
// Errors: ctx ended.
func (c Checker) Classes(ctx context.Context, name string, raw map[string]string) ([]Obstacle, error) {
	props, _ := c.resolve(ctx, raw)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return named(name, Sort(c.classes(props))), nil
}

// resolve replaces variables. Where that fails, it returns what has none.
func (c Checker) resolve(ctx context.Context, raw map[string]string) (map[string]string, error) {
	props, err := c.Worker.Resolve(ctx, raw)
	if err != nil {
		props = maps.Clone(raw)
		maps.DeleteFunc(props, func(_, v string) bool { return config.HasVariable(v) })
	}
	return props, err
}

// Config returns all that stands between a connector's config and its running here: what Classes does, settings of
// Kafka clients that mean nothing here, the errors of validation, and those of converters and transforms. Plugins
// may ask other systems.
//
// Errors: ctx ended.
func (c Checker) Config(ctx context.Context, name string, raw map[string]string) ([]Obstacle, error) {
	props, err := c.resolve(ctx, raw)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return named(name, Sort(append(c.classes(props), Refused("", err)))), nil
	}
	list := append(c.classes(props), c.clients(props)...)
	said := func(key string) bool { return slices.ContainsFunc(list, func(o Obstacle) bool { return o.Key == key }) }
	if !said("connector.class") {
		v, err := c.Worker.Validate(ctx, raw)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			if o := Refused("connector.class", err); !said(o.Key) {
				list = append(list, o)
			}
		default:
			list = append(list, validated(v, said)...)
		}
	}
	if len(list) == 0 {
		if o, bad := c.build(ctx, raw); bad {
			list = append(list, o)
		}
	}
	return named(name, Sort(list)), nil
}

// build makes converters and transforms, for what only they can tell of their configs.
func (c Checker) build(ctx context.Context, raw map[string]string) (Obstacle, bool) {
	p, err := c.Worker.NewPipeline(ctx, raw)
	if err == nil {
		err = p.Close()
	}
	if err == nil {
		return Obstacle{}, false
	}
	o := Refused("transforms", err)
	if o.Kind == Key {
		o.Kind = Transform
	}
	return o, true
}

// classes looks at names.
func (c Checker) classes(props map[string]string) (list []Obstacle) {
	look := func(kind Kind, key string, known func(class string) bool) {
		if class, ok := props[key]; ok && !known(strings.TrimSpace(class)) {
			list = append(list, Missing(kind, key, strings.TrimSpace(class)))
		}
	}
	look(Connector, "connector.class", func(class string) bool { _, err := c.Plugins.Connectors.Find(class); return err == nil })
	for _, key := range converterKeys {
		look(Converter, key, c.converter)
	}
	for _, a := range Aliases(props, "transforms") {
		look(Transform, "transforms."+a+".type", func(class string) bool { _, err := c.Plugins.Transforms.Find(class); return err == nil })
	}
	for _, a := range Aliases(props, "predicates") {
		look(Predicate, "predicates."+a+".type", func(class string) bool { _, err := c.Plugins.Predicates.Find(class); return err == nil })
	}
	return list
}

// clients looks at the Kafka clients of a connector, and whether there is one.
func (c Checker) clients(props map[string]string) (list []Obstacle) {
	text, ok := props["connector.class"]
	if !ok {
		return []Obstacle{{Kind: Connector, Key: "connector.class", Text: "the config names no connector class"}}
	}
	if class, err := c.Plugins.Connectors.Find(strings.TrimSpace(text)); err == nil {
		for _, err := range c.Worker.CheckClients(class, props) {
			list = append(list, Obstacle{Kind: Key, Key: err.Key, Text: firstLine(err.Error())})
		}
	}
	return list
}

func (c Checker) converter(class string) bool {
	_, err := c.Plugins.Converters.Find(class)
	return err == nil
}

// Aliases returns the elements of a list of aliases.
func Aliases(props map[string]string, key string) []string {
	v, err := config.ParseText(key, props[key], config.List)
	if err != nil {
		return nil
	}
	list, _ := v.([]string)
	return list
}

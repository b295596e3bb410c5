package engine

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/smt"
)

// transformChain is a connector's transforms for one task, and what metrics say of them.
type transformChain struct {
	stage.Chain
	transforms, predicates []metrics.PluginInfo
	// remembers are the classes that are not known to be independent.
	remembers []string
}

// newChain makes the transforms and predicates that a resolved connector config lists; they write to log. On
// error, nothing is left open. Source: ConnectorConfig.transformationStages.
func (w *Worker) newChain(props map[string]string, attempt stage.Attempt, log *slog.Logger) (c *transformChain, err error) {
	c = &transformChain{}
	c.Attempt = attempt
	aliases, err := aliasList(props, "transforms")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = c.Close() // the first error counts
			c, err = nil, wrapConnect(err)
		}
	}()
	for _, a := range aliases {
		if err := w.addStep(c, props, a, log.With("transform", a)); err != nil {
			return c, err
		}
	}
	return c, nil
}

// addStep makes the transform of one alias and its predicate.
func (w *Worker) addStep(c *transformChain, props map[string]string, alias string, log *slog.Logger) error {
	prefix := "transforms." + alias + "."
	class, err := findSMT(w.opt.Plugins.Transforms, props, prefix)
	if err != nil {
		return err
	}
	own := config.WithPrefix(props, prefix)
	predicate, conditional := own["predicate"]
	negate := strings.EqualFold(own["negate"], "true")
	delete(own, "predicate")
	delete(own, "negate")
	t, err := class.New(own, smt.Context{Logger: log})
	if err != nil {
		return err
	}
	s := stage.Step{Alias: alias, Class: class.Name, Transform: t}
	c.Steps = append(c.Steps, s)
	c.depends(class)
	c.transforms = append(c.transforms, metrics.PluginInfo{Alias: alias, Class: class.Name, Version: version(class.Version)})
	if !conditional {
		return nil
	}
	prefix = "predicates." + predicate + "."
	class, err = findSMT(w.opt.Plugins.Predicates, props, prefix)
	if err != nil {
		return err
	}
	p, err := class.NewPredicate(config.WithPrefix(props, prefix), smt.Context{Logger: log.With("predicate", predicate)})
	if err != nil {
		return err
	}
	step := &c.Steps[len(c.Steps)-1]
	step.Predicate, step.Negate = p, negate
	c.depends(class)
	c.predicates = append(c.predicates, metrics.PluginInfo{Alias: predicate, Class: class.Name, Version: version(class.Version)})
	return nil
}

// depends notes a class that is not known to be independent.
func (c *transformChain) depends(class *smt.Class) {
	if !class.Independent {
		c.remembers = append(c.remembers, class.Name)
	}
}

func findSMT(set smt.Set, props map[string]string, prefix string) (*smt.Class, error) {
	key := prefix + "type"
	text, ok := props[key]
	if !ok {
		return nil, config.NewException(key, fmt.Sprintf("Missing required configuration %q which has no default value.", key))
	}
	class, err := set.Find(strings.TrimSpace(text))
	if err != nil {
		return nil, config.InvalidValue(key, text, "Class "+text+" could not be found.")
	}
	if err := checkVersion(class.Name, class.Version, props[prefix+"plugin.version"]); err != nil {
		return nil, err
	}
	return class, nil
}

// aliasList returns the aliases that a key lists.
func aliasList(props map[string]string, key string) ([]string, error) {
	v, err := config.ParseText(key, props[key], config.List)
	if err != nil {
		return nil, err
	}
	list, _ := v.([]string)
	return list, nil
}

package distributed

import (
	"context"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/coord/internal/validation"
)

// class is what a config's connector class is; its version is "" where that is unknown.
type class = validation.Class

// classKey is what a class follows from.
func classKey(config map[string]string) string {
	return config["connector.class"] + "\x00" + config["connector.plugin.version"]
}

// known returns the class of a config, if it is known without asking.
func (m *machine) known(config map[string]string) (class, bool) {
	if config == nil {
		return class{Kind: connectors.KindUnknown}, true
	}
	c, ok := m.classes[classKey(config)]
	return c, ok
}

// classOf returns the class of a config, nil for a connector that is not there. It asks the worker once
// for each class, and always where the config has variables.
func (p *proc) classOf(config map[string]string) class {
	if c, ok := p.m.known(config); ok {
		return c
	}
	c, _ := coroutine.Call(p.Proc, "looking up class "+config["connector.class"], func(ctx context.Context, on env) (class, error) {
		ctx, cancel := context.WithTimeout(ctx, startMax)
		defer cancel()
		kind, version := on.worker.Describe(ctx, config)
		return class{Kind: kind, Version: version}, nil
	})
	if key := classKey(config); !variable(map[string]string{"": key}) && c.Kind != connectors.KindUnknown {
		p.m.classes[key] = c
	}
	return c
}

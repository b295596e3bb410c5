package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	plugins "github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/engine/settings"
)

// findConnector finds the class that a user's text names. Source: Plugins.connectorClass.
func (w *Worker) findConnector(text string) (*connectors.Class, error) {
	if c, err := w.opt.Plugins.Connectors.Find(text); err == nil {
		return c, nil
	}
	// An alias that several classes share is no class either, but is answered in another way.
	var names []string
	shared := 0
	for _, c := range w.opt.Plugins.Connectors.All() {
		simple := c.Name[strings.LastIndexAny(c.Name, ".$")+1:]
		if simple == text || simple == text+"Connector" {
			shared++
		}
		names = append(names, describe(c))
	}
	list := strings.Join(names, ", ")
	if shared > 1 {
		return nil, connectException("More than one connector matches alias " + text +
			". Please use full package and class name instead. Classes found: " + list)
	}
	return nil, connectException("Failed to find any class that implements Connector and which name matches " + text +
		", available connectors are: " + list)
}

// unknownMax is how many names of unknown classes are remembered.
const unknownMax = 1000

// findConnectorAgain is findConnector for checks: for a name that is asked for again, the text is that of
// an exception around the first one. Source: CachedConnectors.
func (w *Worker) findConnectorAgain(text string) (*connectors.Class, error) {
	c, err := w.findConnector(text)
	if err == nil {
		return c, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, again := w.unknown[text]; again {
		return nil, wrapConnect(err)
	}
	if len(w.unknown) < unknownMax {
		w.unknown[text] = struct{}{}
	}
	return nil, err
}

// describe is PluginDesc.toString of a class that comes with the worker.
func describe(c *connectors.Class) string {
	v := version(c.Version)
	return fmt.Sprintf("PluginDesc{klass=class %s, name='%s', version='%s', encodedVersion=%s, type=%s, typeName='%s', location='classpath'}",
		c.Name, c.Name, v, v, c.Kind(), c.Kind())
}

// version is the text of a plugin's version. Source: PluginDesc.UNDEFINED_VERSION.
func version(v string) string {
	if v == "" {
		return "undefined"
	}
	return v
}

// resolvedClass replaces the variables of a connector config and finds its class.
func (w *Worker) resolvedClass(ctx context.Context, raw map[string]string) (map[string]string, *connectors.Class, error) {
	props, err := w.Resolve(ctx, raw)
	if err != nil {
		return nil, nil, err
	}
	class, err := w.connectorClass(props)
	return props, class, err
}

// connectorClass finds the class of a resolved connector config, in the version that it asks for.
// Source: Worker.instantiateConnector.
func (w *Worker) connectorClass(props map[string]string) (*connectors.Class, error) {
	text := props["connector.class"]
	c, err := w.findConnector(text)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(c.Name, c.Version, props["connector.plugin.version"]); err != nil {
		return nil, &connectors.Error{Class: connectors.ConnectException, Err: err,
			Text: fmt.Sprintf("Failed to instantiate class for connector %s, class %s", text, props["name"])}
	}
	return c, nil
}

// Describe returns the kind and version of the connector class that a config names. It waits for config
// providers.
// Source: AbstractHerder.connectorType.
func (w *Worker) Describe(ctx context.Context, props map[string]string) (connectors.Kind, string) {
	resolved, err := w.Resolve(ctx, props)
	if err != nil {
		return connectors.KindUnknown, ""
	}
	text, ok := resolved["connector.class"]
	if !ok {
		return connectors.KindUnknown, ""
	}
	c, err := w.findConnectorAgain(text)
	if err != nil || checkVersion(c.Name, c.Version, resolved["connector.plugin.version"]) != nil {
		return connectors.KindUnknown, ""
	}
	return c.Kind(), version(c.Version)
}

// PluginConfig returns the config keys of a plugin: its own, then, for a connector, those of the
// framework that it does not define itself.
//
// Errors: NotFoundException for a plugin that is not known, BadRequestException for a version that is not
// there. Source: AbstractHerder.connectorPluginConfig.
func (w *Worker) PluginConfig(plugin, ver string) ([]config.Key, error) {
	name, d, kind, have, err := w.opt.Plugins.Def(plugin)
	if err != nil {
		return nil, &connectors.Error{Class: notFound, Text: "Unknown plugin " + plugin + ".", Err: err}
	}
	if err := checkVersion(name, have, ver); err != nil {
		text := err.Error()
		if errant.Class(err) == invalidVersion {
			text = "Invalid version specification: " + ver
		}
		return nil, &connectors.Error{Class: badRequest, Text: text, Err: err}
	}
	var keys []config.Key
	if d != nil {
		keys = d.Keys()
	}
	framework := settings.Defaults{ConnectorVersion: version(have)}
	var base *config.Def
	switch kind {
	case plugins.Sink:
		base = settings.Sink(framework, settings.Validators{})
	case plugins.Source:
		base = settings.Source(framework, settings.Validators{})
	default:
		return keys, nil
	}
	for _, k := range base.Keys() {
		if d == nil {
			keys = append(keys, k)
		} else if _, own := d.Key(k.Name); !own {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// Plugins lists the plugins in the order of GET /connector-plugins?connectorsOnly=false.
func (w *Worker) Plugins() []connectors.PluginInfo { return w.opt.Plugins.List() }

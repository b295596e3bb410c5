package engine

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/connectors"
)

// findConnector finds the class that a user's text names. Source: Plugins.connectorClass.
func (w *Worker) findConnector(text string) (*connectors.Class, error) {
	if c, err := w.opt.Plugins.Connectors.Find(text); err == nil {
		return c, nil
	}
	// An alias that several classes share is no class either, but is answered in another way.
	all := w.opt.Plugins.Connectors.All()
	var sinks, sources []string
	shared := 0
	for _, c := range all {
		simple := c.Name[strings.LastIndexAny(c.Name, ".$")+1:]
		if simple == text || simple == text+"Connector" {
			shared++
		}
		if c.Kind() == connectors.KindSink {
			sinks = append(sinks, describe(c))
		} else {
			sources = append(sources, describe(c))
		}
	}
	list := strings.Join(append(sinks, sources...), ", ")
	if shared > 1 {
		return nil, connectException("More than one connector matches alias " + text +
			". Please use full package and class name instead. Classes found: " + list)
	}
	return nil, connectException("Failed to find any class that implements Connector and which name matches " + text +
		", available connectors are: " + list)
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

// Describe returns the kind and version of the connector class that a config names.
// Source: AbstractHerder.connectorType.
func (w *Worker) Describe(props map[string]string) (connectors.Kind, string) {
	resolved, err := w.Resolve(props)
	if err != nil {
		return connectors.KindUnknown, ""
	}
	c, err := w.connectorClass(resolved)
	if err != nil {
		return connectors.KindUnknown, ""
	}
	return c.Kind(), version(c.Version)
}

// Plugins lists the plugins in the order of GET /connector-plugins?connectorsOnly=false.
func (w *Worker) Plugins() []connectors.PluginInfo { return w.opt.Plugins.List() }

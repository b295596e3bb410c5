package rest

import (
	"context"
	"strings"

	"github.com/millrace/millrace/connectors"
)

// plugins serves GET /connector-plugins?connectorsOnly=. Source: ConnectorPluginsResource.listConnectorPlugins.
func (a *api) plugins(_ context.Context, c *call) (answer, error) {
	only := strings.TrimSpace(c.query.text("connectorsOnly", "")) == "" || c.query.boolean("connectorsOnly")
	list := []pluginInfo{}
	for _, p := range a.herder.Plugins() {
		if !only || p.Type == string(connectors.KindSink) || p.Type == string(connectors.KindSource) {
			list = append(list, pluginOf(p))
		}
	}
	return answer{body: list}, nil
}

// pluginConfig serves GET /connector-plugins/{plugin}/config?version=.
func (a *api) pluginConfig(_ context.Context, c *call) (answer, error) {
	keys, err := a.herder.PluginConfig(c.name(), c.query.text("version", "latest"))
	if err != nil {
		return answer{}, err
	}
	list := make([]configKey, len(keys))
	for i := range keys {
		list[i] = keyOf(&keys[i])
	}
	return answer{body: list}, nil
}

// validate serves PUT /connector-plugins/{plugin}/config/validate.
// Source: ConnectorPluginsResource.validateConfigs.
func (a *api) validate(ctx context.Context, c *call) (answer, error) {
	body, err := c.object(configWhat)
	if err != nil {
		return answer{}, err
	}
	values, err := texts(body, "The request body")
	if err != nil {
		return answer{}, err
	}
	props, nulls := withoutNulls(values)
	if name := props["name"]; name != "" { // plugins do as the config says, and reach out to where it says
		if err := c.allowed(roleEdit, []string{name}); err != nil {
			return answer{}, err
		}
	}
	infos, err := validated(ctx, a.herder, c.name(), props, nulls...)
	if err != nil {
		return answer{}, err
	}
	return answer{body: infos}, nil
}

// Validator checks connector configs; see coord.Worker.
type Validator interface {
	Validate(ctx context.Context, config map[string]string, nulls ...string) (*connectors.Validation, error)
}

// Validation returns the body of PUT /connector-plugins/{plugin}/config/validate for a config without null
// values. Errors: as the request's.
func Validation(ctx context.Context, v Validator, plugin string, config map[string]string) ([]byte, error) {
	infos, err := validated(ctx, v, plugin, config)
	if err != nil {
		return nil, err
	}
	return encode(infos)
}

func validated(ctx context.Context, v Validator, plugin string, config map[string]string, nulls ...string) (configInfos, error) {
	class, ok := config["connector.class"]
	if ok && !strings.HasSuffix(withoutSuffix(class), withoutSuffix(plugin)) {
		return configInfos{}, badRequest("Included connector type %s does not match request type %s", class, plugin)
	}
	checked, err := v.Validate(ctx, config, nulls...)
	if err != nil {
		return configInfos{}, err
	}
	return validationOf(checked), nil
}

// withoutSuffix cuts Connector from the end of a class name. Source: ConnectorPluginsResource.normalizedPluginName.
func withoutSuffix(name string) string {
	if short, ok := strings.CutSuffix(name, "Connector"); ok && short != "" {
		return short
	}
	return name
}

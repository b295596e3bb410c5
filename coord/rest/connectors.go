package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/internal/java"
)

// configWhat names a config in texts.
const configWhat = "an object of config keys and values"

// listConnectors serves GET /connectors. Source: ConnectorsResource.listConnectors.
func (a *api) listConnectors(ctx context.Context, c *call) (answer, error) {
	names, err := a.herder.Connectors(ctx)
	if err != nil {
		return answer{}, err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !c.access.may(roleView, name) })
	kinds, ok := c.query["expand"]
	if !ok {
		return answer{body: filledList(names)}, nil
	}
	all := map[string]expansion{}
	for _, name := range names {
		e, err := c.expand(ctx, name, kinds)
		switch {
		case isNotFound(err): // deleted in the meantime, or without a status yet
			continue
		case err != nil:
			return answer{}, err
		}
		all[name] = e
	}
	return answer{body: all}, nil
}

func (c *call) expand(ctx context.Context, name string, kinds []string) (expansion, error) {
	var e expansion
	for _, kind := range kinds {
		switch kind {
		case "status":
			s, err := c.herder.ConnectorStatus(ctx, name)
			if err != nil {
				return e, err
			}
			e.Status = stateOf(s)
		case "info":
			i, err := c.herder.ConnectorInfo(ctx, name)
			if err != nil {
				return e, err
			}
			e.Info = c.info(i)
		}
	}
	return e, nil
}

func isNotFound(err error) bool {
	var known *coord.RequestError
	return errors.As(err, &known) && known.Status == http.StatusNotFound
}

// createConnector serves POST /connectors. Source: ConnectorsResource.createConnector.
func (a *api) createConnector(ctx context.Context, c *call) (answer, error) {
	request, err := c.createRequest()
	if err != nil {
		return answer{}, err
	}
	name := java.Trim(request.name)
	if err := c.allowed(roleEdit, []string{name}); err != nil {
		return answer{}, err
	}
	props, err := c.connectorConfig(ctx, name, request.config)
	if err != nil {
		return answer{}, err
	}
	_, info, err := a.herder.PutConnector(ctx, name, props, request.initial, false)
	if err != nil {
		return answer{}, err
	}
	return created(name, info), nil
}

// connector serves GET /connectors/{connector}.
func (a *api) connector(ctx context.Context, c *call) (answer, error) {
	info, err := a.herder.ConnectorInfo(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	return answer{body: c.info(info)}, nil
}

// info is what the sender of the request may see of a connector.
func (c *call) info(i *coord.ConnectorInfo) *connectorInfo {
	info := infoOf(i)
	info.Config = c.seen(i.Name, info.Config)
	return info
}

// seen is a config as the sender of the request may see it: who may not change it sees no secrets.
func (c *call) seen(name string, props map[string]string) map[string]string {
	if c.access.may(roleEdit, name) {
		return props
	}
	return config.MaskProps(props)
}

// config serves GET /connectors/{connector}/config.
func (a *api) config(ctx context.Context, c *call) (answer, error) {
	props, err := a.herder.ConnectorConfig(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	return answer{body: c.seen(c.name(), filled(props))}, nil
}

// putConfig serves PUT /connectors/{connector}/config. Source: ConnectorsResource.putConnectorConfig.
func (a *api) putConfig(ctx context.Context, c *call) (answer, error) {
	body, err := c.object(configWhat)
	if err != nil {
		return answer{}, err
	}
	values, err := texts(body, "The request body")
	if err != nil {
		return answer{}, err
	}
	props, err := c.connectorConfig(ctx, c.name(), values)
	if err != nil {
		return answer{}, err
	}
	isNew, info, err := a.herder.PutConnector(ctx, c.name(), props, "", true)
	switch {
	case err != nil:
		return answer{}, err
	case isNew:
		return created(c.name(), info), nil
	}
	return answer{body: infoOf(info)}, nil
}

// patchConfig serves PATCH /connectors/{connector}/config. Source: ConnectorsResource.patchConnectorConfig.
func (a *api) patchConfig(ctx context.Context, c *call) (answer, error) {
	body, err := c.object("an object of config keys and values, null for those to remove")
	if err != nil {
		return answer{}, err
	}
	changes, err := texts(body, "The request body")
	if err != nil {
		return answer{}, err
	}
	info, err := a.herder.PatchConnector(ctx, c.name(), changes)
	if err != nil {
		return answer{}, err
	}
	return answer{body: infoOf(info)}, nil
}

// deleteConnector serves DELETE /connectors/{connector}.
func (a *api) deleteConnector(ctx context.Context, c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, a.herder.DeleteConnector(ctx, c.name())
}

// created is the answer for a new connector.
func created(name string, info *coord.ConnectorInfo) answer {
	return answer{status: http.StatusCreated, location: "/connectors/" + escapePath(name), body: infoOf(info)}
}

// escapePath escapes a name for a Location as Java's UriBuilder.path does, which leaves slashes as they
// are; other than there, percent signs, braces and semicolons are escaped always.
func escapePath(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,=:@/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

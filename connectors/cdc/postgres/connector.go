package postgres

import (
	"context"
	"errors"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// connector hands its config to one task, whatever tasks.max is. Source: PostgresConnector.
type connector struct {
	def   *config.Def
	props map[string]string
}

var (
	_ connectors.SourceConnector      = (*connector)(nil)
	_ connectors.Validator            = (*connector)(nil)
	_ connectors.ExactlyOnceSupporter = (*connector)(nil)
	_ connectors.SourceOffsetAlterer  = (*connector)(nil)
)

// Start checks the config.
func (c *connector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	_, err := parse(c.def, props)
	return err
}

// Validate checks also what single keys do not show.
func (c *connector) Validate(_ context.Context, props map[string]string) ([]config.ConfigValue, error) {
	values := c.def.Validate(props)
	var bad *config.ConfigException
	if _, err := parse(c.def, props); err == nil || !errors.As(err, &bad) {
		return values, nil
	}
	for i := range values {
		if values[i].Name == bad.Key && len(values[i].Errors) == 0 {
			values[i].Errors = append(values[i].Errors, bad.Message)
			return values, nil
		}
	}
	return append(values, config.ConfigValue{Name: bad.Key, Errors: []string{bad.Message}, Visible: true}), nil
}

// TaskConfigs returns one task.
func (c *connector) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

// Stop has nothing to end.
func (c *connector) Stop(context.Context) error { return nil }

// NewTask returns a task.
func (c *connector) NewTask() connectors.SourceTask { return &task{def: c.def} }

// ExactlyOnceSupport is true: what follows an offset follows from it.
func (c *connector) ExactlyOnceSupport(map[string]string) bool { return true }

// AlterOffsets checks that offsets are such as tasks write.
func (c *connector) AlterOffsets(_ context.Context, _ map[string]string, offsets []connectors.PartitionOffset) (bool, error) {
	for _, o := range offsets {
		if o.Offset.IsNull() {
			continue
		}
		if _, err := readOffset(o.Offset); err != nil {
			return false, err
		}
	}
	return true, nil
}

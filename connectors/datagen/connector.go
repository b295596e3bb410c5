package datagen

import (
	"context"
	"maps"
	"strconv"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// connector deals records out to tasks.
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

// Validate checks also whether the schema has the key field.
func (c *connector) Validate(_ context.Context, props map[string]string) ([]config.ConfigValue, error) {
	values := c.def.Validate(props)
	for i := range values {
		if len(values[i].Errors) > 0 {
			return values, nil
		}
	}
	if _, err := parse(c.def, props); err != nil {
		for i := range values {
			if values[i].Name == keyFieldKey {
				values[i].Errors = append(values[i].Errors, err.Error())
			}
		}
	}
	return values, nil
}

// TaskConfigs returns max tasks: they share the records and the rate.
func (c *connector) TaskConfigs(_ context.Context, max int) ([]map[string]string, error) {
	tasks := make([]map[string]string, max)
	for i := range tasks {
		tasks[i] = maps.Clone(c.props)
		tasks[i][taskKey], tasks[i][tasksKey] = strconv.Itoa(i), strconv.Itoa(max)
	}
	return tasks, nil
}

// Stop has nothing to end.
func (c *connector) Stop(context.Context) error { return nil }

// NewTask returns a task.
func (c *connector) NewTask() connectors.SourceTask { return &task{def: c.def} }

// ExactlyOnceSupport is true: a record follows from its offset.
func (c *connector) ExactlyOnceSupport(map[string]string) bool { return true }

// AlterOffsets checks that partitions and offsets are such as tasks write.
func (c *connector) AlterOffsets(_ context.Context, _ map[string]string, offsets []connectors.PartitionOffset) (bool, error) {
	for _, o := range offsets {
		if o.Offset.IsNull() { // a reset passes for any partition: garbage can be removed
			continue
		}
		for _, name := range []string{taskField, tasksField} {
			if _, ok := number(o.Partition, name); !ok {
				return false, connectors.Errorf("datagen: a partition needs the number %q, as in {\"task\": 0, \"tasks\": 1}", name)
			}
		}
		if n, ok := number(o.Offset, recordsField); !ok || n < 0 {
			return false, connectors.Errorf("datagen: an offset needs the number %q, the records made so far, as in {\"records\": 1000}", recordsField)
		}
	}
	return true, nil
}

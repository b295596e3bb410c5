package verifiable

import (
	"context"
	"maps"
	"os"
	"strconv"

	"github.com/millrace/millrace/connectors"
)

// numbered makes as many tasks as it may, each told its number.
// Source: VerifiableSourceConnector, VerifiableSinkConnector, SchemaSourceConnector.
type numbered struct {
	props map[string]string
}

// Start keeps the config, whatever it says: tasks look at it.
func (c *numbered) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	return nil
}

// TaskConfigs returns max configs.
func (c *numbered) TaskConfigs(_ context.Context, max int) ([]map[string]string, error) {
	tasks := make([]map[string]string, max)
	for i := range tasks {
		tasks[i] = maps.Clone(c.props)
		tasks[i][idKey] = strconv.Itoa(i)
	}
	return tasks, nil
}

// Stop has nothing to end.
func (c *numbered) Stop(context.Context) error { return nil }

type sourceConnector struct {
	numbered
	task func() connectors.SourceTask
}

var _ connectors.SourceConnector = (*sourceConnector)(nil)

// NewTask returns a task.
func (c *sourceConnector) NewTask() connectors.SourceTask { return c.task() }

type sinkConnector struct {
	numbered
	stdout *os.File
}

var _ connectors.SinkConnector = (*sinkConnector)(nil)

// NewTask returns a task.
func (c *sinkConnector) NewTask() connectors.SinkTask { return &sinkTask{stdout: c.stdout} }

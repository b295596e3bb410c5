package file

import (
	"context"
	"os"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// sinkConnector appends lines. Source: FileStreamSinkConnector.
type sinkConnector struct {
	stdout *os.File
	def    *config.Def
	props  map[string]string
}

var (
	_ connectors.SinkConnector     = (*sinkConnector)(nil)
	_ connectors.SinkOffsetAlterer = (*sinkConnector)(nil)
)

// Start checks the config.
func (c *sinkConnector) Start(_ context.Context, cc connectors.ConnectorContext, props map[string]string) error {
	v, err := c.def.Parse(props)
	if err != nil {
		return err
	}
	c.props = props
	cc.Logger().Info("writing lines", "file", orElse(v.String(fileKey), "standard output"))
	return nil
}

// TaskConfigs returns max equal tasks: lines of all of them go to the one file.
func (c *sinkConnector) TaskConfigs(_ context.Context, max int) ([]map[string]string, error) {
	tasks := make([]map[string]string, max)
	for i := range tasks {
		tasks[i] = c.props
	}
	return tasks, nil
}

// Stop has nothing to end.
func (c *sinkConnector) Stop(context.Context) error { return nil }

// NewTask returns a task.
func (c *sinkConnector) NewTask() connectors.SinkTask {
	return &sinkTask{stdout: c.stdout, def: c.def}
}

// AlterOffsets agrees: nothing about offsets is kept outside of Kafka.
// Source: FileStreamSinkConnector.alterOffsets.
func (c *sinkConnector) AlterOffsets(context.Context, map[string]string, map[connectors.TopicPartition]int64) (bool, error) {
	return true, nil
}

package blackhole

import (
	"context"
	"sync/atomic"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Config key and its values.
const (
	readsKey    = "reads"
	readsValues = "values"
	readsRaw    = "raw"
)

// Counts is what all tasks of a class have dropped. Safe for concurrent use; the zero value is usable.
type Counts struct {
	Puts, Rows, Bytes atomic.Int64
}

// Classes returns the connector class of this package.
func Classes() []*connectors.Class { return []*connectors.Class{Class(&Counts{})} }

// Class returns the class with counts of the caller's.
func Class(counts *Counts) *connectors.Class {
	def := config.NewDef().
		Define(config.Key{Name: readsKey, Type: config.String, Default: readsValues, Validator: config.In(readsValues, readsRaw), Importance: config.High,
			Doc: "What the sink looks at: values, so that records are converted and transformed in full, or raw, the bytes as they were consumed, " +
				"which need no converter."})
	return &connectors.Class{
		Name:      "io.millrace.connect.blackhole.BlackholeSinkConnector",
		Aliases:   []string{"blackhole"},
		TaskClass: "io.millrace.connect.blackhole.BlackholeSinkTask",
		Version:   "1.0.0",
		Def:       def,
		NewSink:   func() connectors.SinkConnector { return &connector{def: def, counts: counts} },
	}
}

// connector makes equal tasks.
type connector struct {
	def    *config.Def
	counts *Counts
	props  map[string]string
}

var (
	_ connectors.SinkConnector     = (*connector)(nil)
	_ connectors.SinkOffsetAlterer = (*connector)(nil)
)

// Start checks the config.
func (c *connector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	_, err := c.def.Parse(props)
	return err
}

// TaskConfigs returns max equal tasks.
func (c *connector) TaskConfigs(_ context.Context, max int) ([]map[string]string, error) {
	tasks := make([]map[string]string, max)
	for i := range tasks {
		tasks[i] = c.props
	}
	return tasks, nil
}

// Stop has nothing to end.
func (c *connector) Stop(context.Context) error { return nil }

// NewTask returns a task.
func (c *connector) NewTask() connectors.SinkTask { return &task{def: c.def, total: c.counts} }

// AlterOffsets agrees: no offsets are kept here.
func (c *connector) AlterOffsets(context.Context, map[string]string, map[connectors.TopicPartition]int64) (bool, error) {
	return true, nil
}

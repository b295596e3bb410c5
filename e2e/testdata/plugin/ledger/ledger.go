// Package ledger is a sink that appends a line per record to a file.
package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Class returns the connector class.
func Class() *connectors.Class {
	def := config.NewDef().
		Define(config.Key{Name: "file", Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.High, Doc: "File to append to."})
	return &connectors.Class{
		Name: "com.example.acme.LedgerSinkConnector", TaskClass: "com.example.acme.LedgerSinkTask", Version: "1.0", Def: def,
		NewSink: func() connectors.SinkConnector { return &connector{def: def} },
	}
}

type connector struct {
	def   *config.Def
	props map[string]string
}

func (c *connector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	_, err := c.def.Parse(props)
	return err
}

// TaskConfigs gives every task the same work: tasks share the topic's partitions.
func (c *connector) TaskConfigs(_ context.Context, max int) ([]map[string]string, error) {
	configs := make([]map[string]string, max)
	for i := range configs {
		configs[i] = c.props
	}
	return configs, nil
}

func (c *connector) Stop(context.Context) error   { return nil }
func (c *connector) NewTask() connectors.SinkTask { return &task{def: c.def} }

type task struct {
	def  *config.Def
	file *os.File
	out  *bufio.Writer
	line []byte
}

// A sink says with Flush when rows are durable: their offsets are committed only then.
var _ connectors.Flusher = (*task)(nil)

func (t *task) Start(_ context.Context, _ connectors.SinkTaskContext, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	t.file, err = os.OpenFile(v.String("file"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return connectors.Errorf("ledger: %w", err)
	}
	t.out = bufio.NewWriter(t.file)
	return nil
}

func (t *task) Put(_ context.Context, batches []*batch.Batch) error {
	return connectors.EachRow(batches, func(r batch.Row) error {
		offset, _ := r.Offset()
		t.line = fmt.Appendf(t.line[:0], "%s-%d@%d ", r.Origin().Topic, r.Origin().Partition, offset)
		t.line = append(batch.AppendLiteral(t.line, r.ValueSchema(), r.Value()), '\n')
		_, err := t.out.Write(t.line)
		return err
	})
}

func (t *task) Flush(context.Context, map[connectors.TopicPartition]int64) error {
	if err := t.out.Flush(); err != nil {
		return connectors.Errorf("ledger: %w", err)
	}
	return nil
}

// Stop closes the file. Rows since the last Flush are dropped: their offsets were not committed.
func (t *task) Stop(context.Context) error {
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}

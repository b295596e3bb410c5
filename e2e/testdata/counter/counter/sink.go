package counter

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

const fileKey = "file" // a line with the offset of each record

// SinkClass returns the class of a sink that writes the offsets of its records to a file, and tells in a history what it
// was given.
func SinkClass() *connectors.Class {
	return &connectors.Class{Name: "com.example.counter.OffsetSink", TaskClass: "com.example.counter.OffsetSinkTask", Version: "1.0", Def: config.NewDef(),
		NewSink: func() connectors.SinkConnector { return &sinkConnector{} }}
}

type sinkConnector struct{ connector }

func (c *sinkConnector) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

func (*sinkConnector) NewTask() connectors.SinkTask { return &sink{} }

type sink struct {
	conn, process string
	history, file *os.File
}

var _ connectors.Flusher = (*sink)(nil)

func (s *sink) Start(_ context.Context, _ connectors.SinkTaskContext, props map[string]string) (err error) {
	s.conn, s.process = props["name"], fmt.Sprintf("%d.%d", os.Getpid(), now())
	for _, f := range []struct {
		key string
		to  **os.File
	}{{historyKey, &s.history}, {fileKey, &s.file}} {
		if *f.to, err = os.OpenFile(props[f.key], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
			return connectors.Errorf("%s: %w", f.key, err)
		}
	}
	return nil
}

// Put writes what the history says before anything else.
func (s *sink) Put(_ context.Context, batches []*batch.Batch) error {
	var told, lines strings.Builder
	for _, b := range batches {
		for r := range b.Rows() {
			offset, _ := r.Offset() // what was consumed has one
			fmt.Fprintf(&told, `{"type":"put","time":%d,"process":%q,"conn":%q,"tp":"%s-%d","off":%d}`+"\n", now(), s.process, s.conn, b.Origin.Topic, b.Origin.Partition, offset)
			fmt.Fprintf(&lines, "%d\n", offset)
		}
	}
	_, err := s.history.WriteString(told.String())
	if err == nil {
		_, err = s.file.WriteString(lines.String())
	}
	return err
}

// Flush makes the file durable.
func (s *sink) Flush(context.Context, map[connectors.TopicPartition]int64) error {
	return s.file.Sync()
}

func (s *sink) Stop(context.Context) error { return errors.Join(s.history.Close(), s.file.Close()) }

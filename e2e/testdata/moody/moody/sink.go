package moody

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Sink appends values to a file; with moody=put or moody=report words are checked in Put, with report refused ones are reported.
func Sink() *connectors.Class {
	return &connectors.Class{Name: "com.example.moody.MoodySink", TaskClass: "com.example.moody.MoodySinkTask", Version: version, Def: config.NewDef(),
		NewSink: func() connectors.SinkConnector { return &sinkConnector{} }}
}

// connector hands its config to its only task.
type connector struct{ props map[string]string }

func (c *connector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	return nil
}

func (c *connector) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

func (c *connector) Stop(context.Context) error { return nil }

type sinkConnector struct{ connector }

func (*sinkConnector) NewTask() connectors.SinkTask { return &sink{} }

type sink struct {
	moods
	tc         connectors.SinkTaskContext
	file, mode string
}

func (s *sink) Start(_ context.Context, tc connectors.SinkTaskContext, props map[string]string) error {
	s.tc, s.file, s.mode = tc, props["file"], props["moody"]
	return nil
}

func (s *sink) Put(ctx context.Context, batches []*batch.Batch) error {
	var lines []byte
	for _, b := range batches {
		for r := range b.Rows() {
			word := r.Value().Str()
			if s.mode == "report" && word == "bad" {
				reporter := s.tc.ErrantReporter()
				if reporter == nil {
					return connectors.Errorf("moody: nobody to report to")
				}
				if _, err := reporter.Report(ctx, b, r.Index(), bad()); err != nil {
					return err
				}
				continue
			}
			if s.mode == "put" {
				s.tc.Timeout(50 * time.Millisecond)
				if err := s.check(word); err != nil {
					return err
				}
			}
			offset, _ := r.Offset()
			lines = fmt.Appendf(lines, "%d %s\n", offset, word)
		}
	}
	f, err := os.OpenFile(s.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err = f.Write(lines); err != nil {
		return err
	}
	return f.Close()
}

func (*sink) Stop(context.Context) error { return nil }

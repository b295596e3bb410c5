package engine

import (
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/metrics"
)

// sourceMetrics counts what a source task does. A nil one counts nothing.
type sourceMetrics struct{ t *metrics.SourceTask }

func (m *sourceMetrics) task() *metrics.SourceTask {
	if m == nil {
		return nil
	}
	return m.t
}

func (m *sourceMetrics) polled(rows int, took time.Duration)   { m.task().Polled(rows, took) }
func (m *sourceMetrics) written(rows, skipped int)             { m.task().Written(rows, skipped) }
func (m *sourceMetrics) committed(ok bool, took time.Duration) { m.task().Committed(ok, took) }

// sinkMetrics counts what a sink task does. A nil one counts nothing.
type sinkMetrics struct{ t *metrics.SinkTask }

func (m *sinkMetrics) task() *metrics.SinkTask {
	if m == nil {
		return nil
	}
	return m.t
}

func (m *sinkMetrics) read(rows int)                         { m.task().Read(rows) }
func (m *sinkMetrics) consumed(o offsets)                    { m.task().Consumed(o) }
func (m *sinkMetrics) put(rows int, took time.Duration)      { m.task().Put(rows, took) }
func (m *sinkMetrics) commitSeq(n int)                       { m.task().CommitSeq(n) }
func (m *sinkMetrics) commitSkipped()                        { m.task().CommitSkipped() }
func (m *sinkMetrics) committed(ok bool, took time.Duration) { m.task().Committed(ok, took) }
func (m *sinkMetrics) committedOffsets(o offsets)            { m.task().CommittedOffsets(o) }
func (m *sinkMetrics) assigned(o offsets)                    { m.task().Assigned(o) }
func (m *sinkMetrics) cleared(p []connectors.TopicPartition) { m.task().Cleared(p) }
func (m *sinkMetrics) partitions(n int)                      { m.task().Partitions(n) }

package engine

import (
	"time"

	"github.com/millrace/millrace/connectors"
)

// sourceMetrics counts what a source task does. A nil one counts nothing.
type sourceMetrics struct{}

func (m *sourceMetrics) polled(rows int, took time.Duration)   {}
func (m *sourceMetrics) written(rows, skipped int)             {}
func (m *sourceMetrics) committed(ok bool, took time.Duration) {}

// sinkMetrics counts what a sink task does. A nil one counts nothing.
type sinkMetrics struct{}

func (m *sinkMetrics) read(rows int)                         {}
func (m *sinkMetrics) consumed(o offsets)                    {}
func (m *sinkMetrics) put(rows int, took time.Duration)      {}
func (m *sinkMetrics) commitSeq(n int)                       {}
func (m *sinkMetrics) commitSkipped()                        {}
func (m *sinkMetrics) committed(ok bool, took time.Duration) {}
func (m *sinkMetrics) committedOffsets(o offsets)            {}
func (m *sinkMetrics) assigned(o offsets)                    {}
func (m *sinkMetrics) cleared(p []connectors.TopicPartition) {}
func (m *sinkMetrics) partitions(n int)                      {}

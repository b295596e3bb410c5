package metrics

import (
	"time"

	"github.com/millrace/millrace/connectors"
)

// Snapshot is the state of a worker for a live view.
type Snapshot struct {
	At         time.Time
	Connectors []ConnectorSnapshot // by name
	Tasks      []TaskSnapshot      // by connector and number
}

// ConnectorSnapshot is the state of a connector.
type ConnectorSnapshot struct {
	Name string
	ConnectorInfo
	State State
}

// TaskSnapshot is the state and the totals of a task since it started.
type TaskSnapshot struct {
	ID    connectors.TaskID
	Type  string // source or sink
	Class string // Java class of the task
	State State

	Records   int64 // polled by a source, consumed by a sink
	Delivered int64 // written to Kafka by a source, put by a sink
	Bytes     int64 // of keys and values: written by a source, consumed by a sink
	Active    int64 // not acknowledged by Kafka yet, or not committed
	Lag       int64 // sink: records up to the high watermarks

	RecordsPerSecond, DeliveredPerSecond float64 // over the last windows
	RunningRatio                         float64
	Partitions                           int // sink: assigned

	Failures, Errors, Skipped, Retries int64 // as errant.Metrics has them
	DeadLetters, DeadLetterFailures    int64
	LastError                          time.Time // zero: never
}

// Snapshot reads everything that a live view shows.
func (r *Registry) Snapshot() Snapshot {
	if r == nil {
		return Snapshot{}
	}
	at := r.now()
	s := Snapshot{At: at}
	c := r.contents()
	for _, k := range c.connectors {
		s.Connectors = append(s.Connectors, ConnectorSnapshot{Name: k.name, ConnectorInfo: k.info, State: k.current()})
	}
	for _, t := range c.tasks {
		s.Tasks = append(s.Tasks, t.snapshot(at.UnixMilli()))
	}
	return s
}

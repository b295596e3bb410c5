package connectors

import "time"

// State is what a connector or task is doing. Source: AbstractStatus.State.
type State string

// The states.
const (
	Unassigned State = "UNASSIGNED"
	Running    State = "RUNNING"
	Paused     State = "PAUSED"
	Stopped    State = "STOPPED" // connectors only
	Failed     State = "FAILED"
	Restarting State = "RESTARTING"
	Destroyed  State = "DESTROYED" // never shown
)

// TargetState is what a user wants of a connector. Source: TargetState.
type TargetState string

// The target states.
const (
	TargetStarted TargetState = "STARTED"
	TargetPaused  TargetState = "PAUSED"
	TargetStopped TargetState = "STOPPED"
)

// ConnectorTask is the Task number in a TaskID that means the connector itself.
const ConnectorTask = -1

// Status is a change of state of a connector (ID.Task = ConnectorTask) or task.
type Status struct {
	ID    TaskID
	State State
	Trace string // why it failed, "" otherwise
}

// Stall is a task that makes no progress although it is RUNNING.
type Stall struct {
	Task  int
	Since time.Time // when it last did
	In    string    // the call that does not return, in a word
}

// Kind says what a connector class is.
type Kind string

// The kinds, as the REST API names them.
const (
	KindSource  Kind = "source"
	KindSink    Kind = "sink"
	KindUnknown Kind = "unknown"
)

// Kind returns whether the class makes a source or a sink.
func (c *Class) Kind() Kind {
	if c.NewSource != nil {
		return KindSource
	}
	return KindSink
}

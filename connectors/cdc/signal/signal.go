package signal

import "strings"

// Signal is one, as it came.
type Signal struct {
	ID   string
	Type string
	Data string // a JSON object; empty: none
}

// Types of signals.
const (
	ExecuteSnapshot = "execute-snapshot"
	StopSnapshot    = "stop-snapshot"
	PauseSnapshot   = "pause-snapshot"
	ResumeSnapshot  = "resume-snapshot"
	Log             = "log"
	SchemaChanges   = "schema-changes"
	// Watermarks of incremental snapshots, which the connector itself writes to the table of signals.
	WindowOpen  = "snapshot-window-open"
	WindowClose = "snapshot-window-close"
)

// Watermark reports whether it is one.
func (s *Signal) Watermark() bool { return s.Type == WindowOpen || s.Type == WindowClose }

// Closing returns the signal that the deletion of a watermark stands for, with the strategy insert_delete.
// Source: SignalRecord.buildSignalRecordFromChangeEventSource.
func Closing(id string) Signal {
	return Signal{ID: strings.ReplaceAll(id, "open", "close"), Type: WindowClose}
}

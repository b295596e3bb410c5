package connectors

import "strconv"

// TaskID is a connector's name and the number of one of its tasks. Source: ConnectorTaskId.
type TaskID struct {
	Connector string
	Task      int
}

// String returns <connector>-<n>.
func (t TaskID) String() string { return t.Connector + "-" + strconv.Itoa(t.Task) }

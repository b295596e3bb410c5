package store

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// TestStatuses_Strays: a task's status behind its connector's tombstone is seen by those who have read
// on, so that the leader can take it away before compaction shows it to others.
func TestStatuses_Strays(t *testing.T) {
	id := connectors.TaskID{Connector: "a", Task: 3}
	says := func(id connectors.TaskID, state connectors.State) Record {
		return StatusRecord(Status{ID: id, State: state, WorkerID: "w:1", Generation: 1})
	}
	a := connectors.TaskID{Connector: "a", Task: connectors.ConnectorTask}
	none := func(string) int { return -1 }
	s := NewStatuses()
	for i, step := range []struct {
		record Record
		want   []connectors.TaskID
	}{
		{says(id, connectors.Running), []connectors.TaskID{id}}, // its connector has not reported
		{says(a, connectors.Running), []connectors.TaskID{id, a}},
		{says(a, connectors.Destroyed), []connectors.TaskID{id}},  // and no tombstone for the task
		{says(a, connectors.Running), []connectors.TaskID{id, a}}, // made anew
		{says(id, connectors.Destroyed), []connectors.TaskID{a}},
		{says(a, connectors.Destroyed), nil},
		{says(id, connectors.Unassigned), []connectors.TaskID{id}}, // late
		{says(id, connectors.Destroyed), nil},
	} {
		if err := s.Apply(step.record); err != nil {
			t.Fatal(err)
		}
		if got := s.Strays(none); !slices.Equal(got, step.want) {
			t.Errorf("after record %d: %v, want %v", i, got, step.want)
		}
		if got := s.Strays(func(string) int { return id.Task + 1 }); len(got) > 0 {
			t.Errorf("after record %d: %v, and all is configured", i, got)
		}
	}
}

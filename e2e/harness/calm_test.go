package harness

import (
	"strings"
	"testing"
)

func TestRuns_SaysWhatIsMissing(t *testing.T) {
	whole := func() State {
		return State{Connector: TaskState{State: "RUNNING", WorkerID: "a"}, Tasks: []TaskState{{ID: 0, State: "RUNNING", WorkerID: "b"}}}
	}
	for want, change := range map[string]func(*State){
		"has 0 tasks, not 1":                         func(s *State) { s.Tasks = nil },
		"part -1, is PAUSED on a":                    func(s *State) { s.Connector.State = "PAUSED" },
		"part 0, is FAILED on b: no room":            func(s *State) { s.Tasks[0].State, s.Tasks[0].Trace = "FAILED", "no room" },
		"part 0, is RUNNING on a worker that is not": func(s *State) { s.Tasks[0].WorkerID = "a worker that is not" },
	} {
		s := whole()
		change(&s)
		if err := runs(s, "c", 1, []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, not %q", err, want)
		}
	}
	if err := runs(whole(), "c", 1, []string{"a", "b"}); err != nil {
		t.Error(err)
	}
}

func TestFirstDifference(t *testing.T) {
	a := map[string]State{"c": {Connector: TaskState{State: "RUNNING"}}}
	b := map[string]State{"c": {Connector: TaskState{State: "FAILED"}}}
	if text := firstDifference(a, b); !strings.HasPrefix(text, "c: ") || !strings.Contains(text, "FAILED") {
		t.Error(text)
	}
	if text := firstDifference(a, map[string]State{}); !strings.HasPrefix(text, "c: ") {
		t.Error(text)
	}
	if text := firstDifference(map[string]State{}, a); text != "0 and 1 connectors" {
		t.Error(text)
	}
}

package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// statusText describes Statuses as testdata/InternalTopics.java does.
func statusText(s *Statuses) string {
	describe := func(st *Status) any {
		var trace any
		if st.Trace != "" {
			trace = st.Trace
		}
		return []any{st.State, trace, st.WorkerID, st.Generation, st.Version}
	}
	state := map[string]any{}
	for _, name := range []string{"a", "b", "a-0", ""} {
		of := map[string]any{"connector": nil}
		if st := s.Connector(name); st != nil {
			of["connector"] = describe(st)
		}
		tasks, topics := map[string]any{}, map[string]any{}
		for _, st := range s.Tasks(name) {
			tasks[fmt.Sprint(st.ID.Task)] = describe(st)
		}
		for topic, use := range s.topics[name] {
			topics[topic] = []any{use.Topic, use.Connector, use.Task, use.Discovered.UnixMilli()}
		}
		of["tasks"], of["topics"] = tasks, topics
		state[name] = of
	}
	text, err := json.Marshal(state)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestStatuses_FollowJavaThroughHistories(t *testing.T) {
	vectorLines(t, "statushistories.jsonl.gz", func(line []byte) {
		var v struct {
			Seed    int
			Records []textRecord
			Raised  []int
			State   any
			Safe    map[string]bool
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		s := NewStatuses()
		for i, text := range v.Records {
			if err := s.Apply(text.record(i)); err == nil && slices.Contains(v.Raised, i) {
				t.Errorf("seed %d: record %d, %s %s: taken, the original throws", v.Seed, i, text.Key, deref(text.Value))
			}
		}
		var got any
		if err := json.Unmarshal([]byte(statusText(s)), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, v.State) {
			t.Errorf("seed %d:\n got %v\nwant %v\n%s", v.Seed, got, v.State, recordsText(v.Records))
		}
		safe := map[string]bool{}
		for _, w := range []string{"w1", "w2"} {
			for g := range 4 {
				safe[fmt.Sprint(w, " ", g)] = s.Safe(Status{ID: connectors.TaskID{Connector: "a"}, State: connectors.Unassigned, WorkerID: w, Generation: g})
			}
		}
		if !maps.Equal(safe, v.Safe) {
			t.Errorf("seed %d: safe to write\n got %v\nwant %v", v.Seed, safe, v.Safe)
		}
	})
}

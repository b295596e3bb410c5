package store

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
)

// stateText describes Configs as testdata/InternalTopics.java does ClusterConfigState.
func stateText(c *Configs) string {
	m := map[string]any{"offset": c.Offset(), "key": nil}
	if k := c.SessionKey(); k != nil {
		m["key"] = []any{base64.StdEncoding.EncodeToString(k.Key), k.Algorithm, k.Created.UnixMilli()}
	}
	configs, targets, counts, tasks := map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
	records, generations, applied := map[string]any{}, map[string]any{}, map[string]any{}
	fencing, inconsistent := []string{}, []string{}
	for _, e := range c.entries {
		name := e.name
		if target := c.Target(name); target != "" {
			targets[name] = target
		}
		if c.Contains(name) {
			configs[name] = c.Config(name)
			list := []any{}
			for _, id := range c.Tasks(name) {
				list = append(list, c.TaskConfig(id))
			}
			tasks[name] = list
		}
		if e.committed() {
			counts[name] = c.TaskCount(name)
		}
		if n, ok := c.TaskCountRecord(name); ok {
			records[name] = n
		}
		if n := c.Generation(name); n >= 0 {
			generations[name] = n
		}
		if a := c.Applied(name); a != nil {
			applied[name] = a.Config
		}
		if c.PendingFencing(name) {
			fencing = append(fencing, name)
		}
		if c.Inconsistent(name) {
			inconsistent = append(inconsistent, name)
		}
	}
	m["configs"], m["targets"], m["counts"], m["tasks"] = configs, targets, counts, tasks
	m["records"], m["generations"], m["applied"] = records, generations, applied
	m["fencing"], m["inconsistent"] = fencing, inconsistent
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// committed reports whether a commit was read for an existing connector. Only tests need to know.
func (e *configEntry) committed() bool {
	return e.config != nil && (e.tasks != nil || e.count > 0)
}

// changeText describes a change as testdata/InternalTopics.java does.
func changeText(c ConfigChange) string {
	var v []any
	switch c := c.(type) {
	case ConnectorPut:
		v = []any{"put", c.Connector}
	case ConnectorRemoved:
		v = []any{"removed", c.Connector}
	case TargetChanged:
		v = []any{"target", c.Connector}
	case TasksCommitted:
		v = []any{"tasks", append([]int{}, c.Tasks...)}
	case SessionKeyPut:
		v = []any{"key", c.Key.Created.UnixMilli()}
	case RestartAsked:
		v = []any{"restart", restartText(c.Request)}
	case LoggerLevelPut:
		v = []any{"logger", c.Logger, c.Level}
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// withoutNulls drops the members of configs that are null: they are not kept here.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(k string, v any) bool { return k == "n" && v == nil })
		for k := range v {
			v[k] = withoutNulls(v[k])
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

func TestConfigReducer_FollowsJavaThroughHistories(t *testing.T) {
	raised := 0
	vectorLines(t, "confighistories.jsonl.gz", func(line []byte) {
		var v struct {
			Seed     int
			Records  []textRecord
			Raised   []int
			Changes  []json.RawMessage
			Snapshot any
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		raised += len(v.Raised)
		r := NewConfigReducer()
		var changes []string
		for i, text := range v.Records {
			change, err := r.Apply(text.record(2 * i))
			if change != nil {
				changes = append(changes, changeText(change))
			}
			if err == nil && slices.Contains(v.Raised, i) {
				t.Errorf("seed %d: record %d, %s %s: taken, the original throws", v.Seed, i, text.Key, deref(text.Value))
			}
		}
		var got any
		if err := json.Unmarshal([]byte(stateText(r.Configs())), &got); err != nil {
			t.Fatal(err)
		}
		if want := withoutNulls(v.Snapshot); !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d:\n got %v\nwant %v\n%s", v.Seed, got, want, recordsText(v.Records))
		}
		var want []string
		for _, c := range v.Changes {
			want = append(want, string(c))
		}
		if !slices.Equal(changes, want) {
			t.Errorf("seed %d: changes\n got %v\nwant %v\n%s", v.Seed, changes, want, recordsText(v.Records))
		}
	})
	if raised == 0 {
		t.Fatal("no history stops the original's reader")
	}
}

func deref(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

func recordsText(list []textRecord) string {
	out := ""
	for i, r := range list {
		out += fmt.Sprintf("%4d %s %s\n", 2*i, r.Key, deref(r.Value))
	}
	return out
}

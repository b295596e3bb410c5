package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// reduce applies records, at their offsets.
func reduce(records []Record) *Configs {
	r := NewConfigReducer()
	for _, record := range records {
		_, _ = r.Apply(record)
	}
	return r.Configs()
}

// leader writes histories as leaders do: whole sets of task configs, each followed by its commit, unless
// the leader dies in between.
type leader struct {
	r   *rand.Rand
	set int
}

func (l *leader) history(steps int) []Record {
	var out []Record
	for range steps {
		name := string(rune('a' + l.r.IntN(2)))
		switch l.r.IntN(8) {
		case 0:
			out = append(out, RemoveRecords(name)...)
		case 1:
			out = append(out, TargetRecord(name, connectors.TargetPaused))
		case 2:
			out = append(out, TaskCountRecord(name, l.r.IntN(4)))
		case 3, 4:
			l.set++
			out = append(out, ConnectorRecord(name, map[string]string{"set": fmt.Sprint(l.set)}))
		default:
			out = append(out, l.tasks(name)...)
		}
	}
	for i := range out {
		out[i].Offset = int64(i)
	}
	return out
}

func (l *leader) tasks(name string) []Record {
	var out []Record
	l.set++
	n := l.r.IntN(4)
	for task := range n {
		out = append(out, TaskRecord(connectors.TaskID{Connector: name, Task: task}, map[string]string{"set": fmt.Sprint(l.set), "of": fmt.Sprint(n)}))
	}
	out = append(out, CommitRecord(name, n))
	if l.r.IntN(3) == 0 { // it dies
		out = out[:l.r.IntN(len(out))]
	}
	return out
}

// compacted drops records that have a later one of their key, and tombstones, from a part of the history:
// a cleaner leaves what is newest.
func (l *leader) compacted(records []Record, cleaned int) []Record {
	last := map[string]int{}
	for i, r := range records[:cleaned] {
		last[string(r.Key)] = i
	}
	var out []Record
	for i, r := range records {
		if i < cleaned && (last[string(r.Key)] != i || r.Value == nil && l.r.IntN(2) == 0) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// wholeSets fails where tasks of several sets, or a part of a set, may run.
func wholeSets(t *testing.T, seed uint64, c *Configs) {
	t.Helper()
	for _, e := range c.entries {
		for _, task := range e.tasks {
			if task["set"] != e.tasks[0]["set"] || task["of"] != fmt.Sprint(len(e.tasks)) {
				t.Fatalf("seed %d: connector %s runs a mix: %v", seed, e.name, e.tasks)
			}
		}
		if len(e.tasks) > 0 && (e.inconsistent || e.config == nil || e.applied == nil) {
			t.Fatalf("seed %d: %+v", seed, e)
		}
	}
}

// Whatever a cleaner has removed by the time a worker reads, it sees what the others see, or knows that it
// does not: the same connectors and target states, and the same tasks, or none and an inconsistency. Where
// the last set was committed after what was cleaned, nothing differs.
func TestConfigReducer_CompactionChangesNothingUnnoticed(t *testing.T) {
	sawInconsistent, sawSame := 0, 0
	for seed := range uint64(1000) {
		l := &leader{r: rand.New(rand.NewPCG(seed, 1))}
		records := l.history(3 + l.r.IntN(25))
		whole := NewConfigReducer()
		for _, r := range records {
			if _, err := whole.Apply(r); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			wholeSets(t, seed, whole.Configs())
		}
		want := whole.Configs()
		cleaned := l.r.IntN(len(records) + 1)
		left := l.compacted(records, cleaned)
		got := reduce(left)
		wholeSets(t, seed, got)
		if !slices.Equal(got.Connectors(), want.Connectors()) {
			t.Fatalf("seed %d: connectors %v, want %v", seed, got.Connectors(), want.Connectors())
		}
		for _, name := range want.Connectors() {
			a, b := got.entry(name), want.entry(name)
			if fmt.Sprint(a.config) != fmt.Sprint(b.config) || a.target != b.target || fmt.Sprint(got.TaskCountRecord(name)) != fmt.Sprint(want.TaskCountRecord(name)) {
				t.Fatalf("seed %d: %+v, want %+v", seed, a, b)
			}
			switch {
			case fmt.Sprint(a.tasks) == fmt.Sprint(b.tasks):
				sawSame++
			case a.inconsistent && len(a.tasks) == 0:
				sawInconsistent++
			case len(a.tasks) == 0 && a.applied == nil:
				// The connector was deleted and created again; the leader makes its first set anyway.
			default:
				t.Fatalf("seed %d: tasks %v, want %v\n%s", seed, a.tasks, b.tasks, historyText(left))
			}
		}
		// The leader regenerates what is inconsistent; then all agree.
		var repair []Record
		for _, name := range want.Connectors() {
			l.set++
			repair = append(repair, TaskRecord(connectors.TaskID{Connector: name}, map[string]string{"set": fmt.Sprint(l.set), "of": "1"}), CommitRecord(name, 1))
		}
		for i := range repair {
			repair[i].Offset = int64(len(records) + i)
		}
		a, b := reduce(append(slices.Clone(left), repair...)), reduce(append(slices.Clone(records), repair...))
		for _, name := range want.Connectors() {
			if x, y := a.entry(name), b.entry(name); fmt.Sprint(x.tasks, x.applied, x.count, x.inconsistent, x.fencing) != fmt.Sprint(y.tasks, y.applied, y.count, y.inconsistent, y.fencing) {
				t.Fatalf("seed %d: repaired %+v, want %+v", seed, x, y)
			}
		}
	}
	if sawInconsistent < 5 || sawSame < 500 {
		t.Fatalf("%d inconsistencies, %d equal: the histories show too little", sawInconsistent, sawSame)
	}
}

func historyText(records []Record) string {
	var out strings.Builder
	for _, r := range records {
		fmt.Fprintf(&out, "%4d %s %s\n", r.Offset, r.Key, r.Value)
	}
	return out.String()
}

// A reader that goes on from a snapshot sees what one sees that reads all at once; and no snapshot changes.
func TestConfigReducer_SnapshotsStay(t *testing.T) {
	for seed := range uint64(100) {
		l := &leader{r: rand.New(rand.NewPCG(seed, 2))}
		records := l.history(30)
		r := NewConfigReducer()
		var kept []*Configs
		var texts []string
		for i, record := range records {
			if _, err := r.Apply(record); err != nil {
				t.Fatal(err)
			}
			if l.r.IntN(3) > 0 {
				continue
			}
			kept = append(kept, r.Configs())
			texts = append(texts, stateText(r.Configs()))
			if fresh := stateText(reduce(records[:i+1])); fresh != texts[len(texts)-1] {
				t.Fatalf("seed %d, record %d:\n%s\n%s", seed, i, texts[len(texts)-1], fresh)
			}
		}
		for i, c := range kept {
			if stateText(c) != texts[i] {
				t.Fatalf("seed %d: a snapshot changed:\n%s\n%s", seed, stateText(c), texts[i])
			}
		}
	}
}

func TestConfigReducer_RefusesWithReasons(t *testing.T) {
	r := NewConfigReducer()
	for i, c := range []struct {
		key, value, why string
		moves           bool
	}{
		{"connector-a", "\xff", "not JSON: invalid UTF-8", false},
		{"connector-a", `{"properties"`, "not JSON: unexpected EOF", false},
		{"connector-a", `{"properties":{"tasks.max":1}}`, "want a connector's config, a map of texts under properties", true},
		{"task-a", `{"properties":{}}`, "no task of a connector", true},
		{"task-a-0", `{"properties":{"x":[]}}`, "want a task's config, a map of texts under properties", true},
		{"target-state-a", `{"state":"RESTING"}`, "want a target state under state.v2 or state", true},
		{"tasks-fencing-a", `{"task-count":-1}`, "want a number of tasks under task-count", true},
		{"session-key", `{"key":"c2VjcmV0","algorithm":"HmacSHA256"}`, "want a session key: key in base 64, algorithm, creation-timestamp", true},
		{"restart-connector-a", "1", "want a restart request: include-tasks, only-failed", true},
		{"logger-cluster-a", `{}`, "want the name of a level under level", true},
		{"connectors", "{}", "unknown kind of key", true},
	} {
		before := r.Configs().Offset()
		change, err := r.Apply(Record{Key: []byte(c.key), Value: []byte(c.value), Offset: int64(10 * i)})
		want := fmt.Sprintf("record at offset %d of partition 0, key %q: %s", 10*i, c.key, c.why)
		if err == nil || err.Error() != want || change != nil {
			t.Errorf("%v, want %s", err, want)
		}
		if moved := r.Configs().Offset() != before; moved != c.moves {
			t.Errorf("%s %s: the offset moves: %v", c.key, c.value, moved)
		}
	}
	for _, n := range []string{"-1", "2147483648", "9223372036854775808", "1.0", `"1"`, "null"} {
		if _, err := r.Apply(ConnectorRecord("a", nil)); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Apply(Record{Key: []byte("commit-a"), Value: []byte(`{"tasks":` + n + `}`)}); err == nil {
			t.Errorf("%s tasks are taken", n)
		}
	}
}

// A commit may name more tasks than there is memory for.
func TestConfigReducer_HugeCommit(t *testing.T) {
	c := reduce([]Record{ConnectorRecord("a", nil), TaskRecord(connectors.TaskID{Connector: "a"}, nil), CommitRecord("a", 1<<31-1)})
	if !c.Inconsistent("a") || len(c.Tasks("a")) != 0 || c.TaskCount("a") != 1<<31-1 {
		t.Fatal(stateText(c))
	}
}

// Any bytes in any order: no panic, no snapshot that changes, no part of a set of tasks.
func FuzzConfigReducer(f *testing.F) {
	for _, records := range [][]Record{
		{ConnectorRecord("a", map[string]string{"k": "v"}), TaskRecord(connectors.TaskID{Connector: "a"}, map[string]string{"t": "0"}), CommitRecord("a", 1), TargetRecord("a", connectors.TargetStopped)},
		append(RemoveRecords("a"), RestartRecord(coord.RestartRequest{Connector: "a"}), LoggerRecord("l", "INFO"), TaskCountRecord("a", 1)),
		{{Key: []byte("session-key"), Value: []byte(`{"key":"AQID","algorithm":"HmacSHA256","creation-timestamp":1}`)}},
	} {
		var text strings.Builder
		for _, r := range records {
			fmt.Fprintf(&text, "%s\x00%s\x00", r.Key, r.Value)
		}
		f.Add([]byte(text.String()))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewConfigReducer()
		parts := strings.Split(string(data), "\x00")
		var first *Configs
		var text string
		for i := 0; i+1 < len(parts); i += 2 {
			record := Record{Key: []byte(parts[i]), Value: []byte(parts[i+1]), Offset: int64(i)}
			if parts[i+1] == "" {
				record.Value = nil
			}
			change, err := r.Apply(record)
			if change != nil && err != nil {
				t.Fatalf("%v and %v", change, err)
			}
			c := r.Configs()
			if c.Offset() != -1 && c.Offset() > int64(i)+1 {
				t.Fatalf("offset %d after record %d", c.Offset(), i)
			}
			for _, name := range c.Connectors() {
				if n := len(c.Tasks(name)); n != 0 && (n != c.TaskCount(name) || c.Inconsistent(name)) {
					t.Fatal(stateText(c))
				}
			}
			if i == len(parts)/4*2 {
				first, text = c, stateText(c)
			}
		}
		if first != nil && stateText(first) != text {
			t.Fatal("a snapshot changed")
		}
	})
}

func FuzzStatuses(f *testing.F) {
	version := "1"
	for _, r := range []Record{
		StatusRecord(Status{ID: connectors.TaskID{Connector: "a", Task: connectors.ConnectorTask}, State: connectors.Running, WorkerID: "w", Version: &version}),
		StatusRecord(Status{ID: connectors.TaskID{Connector: "a", Task: 3}, State: connectors.Failed, Trace: "t", Generation: 4}),
		TopicRecord(TopicUse{Topic: "t", Connector: "a"}), ForgetTopicRecord("a", "t"),
	} {
		f.Add(string(r.Key), string(r.Value))
	}
	s := NewStatuses()
	f.Fuzz(func(t *testing.T, key, value string) {
		_ = s.Apply(Record{Key: []byte(key), Value: []byte(value)})
		for _, name := range s.Connectors() {
			st := s.Connector(name)
			r := StatusRecord(*st)
			again := NewStatuses()
			if err := again.Apply(r); err != nil || fmt.Sprint(again.Connectors()) != fmt.Sprint([]string{name}) && r.Value != nil {
				t.Fatalf("%s %s: %v", r.Key, r.Value, err)
			}
		}
		if err := s.Apply(Record{Key: []byte(key)}); err == nil && strings.HasPrefix(key, statusConnectorPrefix) && s.Connector(strings.ToValidUTF8(key[len(statusConnectorPrefix):], "\uFFFD")) != nil {
			t.Fatalf("%q outlives its deletion", key)
		}
	})
}

// A cluster of 1,000 connectors where one changes, and somebody takes a snapshot each time.
func BenchmarkConfigReducer(b *testing.B) {
	for _, n := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("connectors=%d", n), func(b *testing.B) {
			r := NewConfigReducer()
			config := map[string]string{"connector.class": "X", "tasks.max": "1", "topics": "t", "key.converter": "K", "value.converter": "V", "file": "/tmp/x"}
			var records []Record
			for i := range n {
				records = append(records, ConnectorRecord(fmt.Sprint("connector-", i), config))
			}
			for _, record := range records {
				_, _ = r.Apply(record)
			}
			for i := 0; b.Loop(); i++ {
				_, _ = r.Apply(records[i%n])
				_ = r.Configs()
			}
		})
	}
}

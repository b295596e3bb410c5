package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// textRecord is a record in the vectors of testdata/InternalTopics.java.
type textRecord struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

func (r textRecord) record(offset int) Record {
	out := Record{Key: []byte(r.Key), Offset: int64(offset)}
	if r.Value != nil {
		out.Value = append([]byte{}, *r.Value...)
	}
	return out
}

// vectorLines calls use for each line of a file of JSON lines, which may be compressed.
func vectorLines(t *testing.T, name string, use func(line []byte)) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var in io.Reader = bytes.NewReader(data)
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		use(lines.Bytes())
	}
	if lines.Err() != nil || n == 0 {
		t.Fatalf("%s: %d lines, %v", name, n, lines.Err())
	}
}

// arguments are what the original was called with.
type arguments []any

func (a arguments) text(i int) string { s, _ := a[i].(string); return s }
func (a arguments) int(i int) int     { f, _ := a[i].(float64); return int(f) }
func (a arguments) bool(i int) bool   { b, _ := a[i].(bool); return b }

func configOf(v any) map[string]string {
	out := map[string]string{}
	for k, v := range v.(map[string]any) {
		out[k] = v.(string)
	}
	return out
}

// written is what an operation writes.
func written(t *testing.T, op string, a arguments) []Record {
	switch op {
	case "connector":
		out := []Record{ConnectorRecord(a.text(0), configOf(a[1]))}
		if target := a.text(2); target != "" {
			out = append([]Record{TargetRecord(a.text(0), connectors.TargetState(target))}, out...)
		}
		return out
	case "target":
		return []Record{TargetRecord(a.text(0), connectors.TargetState(a.text(1)))}
	case "tasks":
		var out []Record
		list := a[1].([]any)
		for n, c := range list {
			out = append(out, TaskRecord(connectors.TaskID{Connector: a.text(0), Task: n}, configOf(c)))
		}
		return append(out, CommitRecord(a.text(0), len(list)))
	case "count":
		return []Record{TaskCountRecord(a.text(0), a.int(1))}
	case "key":
		key, err := base64.StdEncoding.DecodeString(a.text(0))
		if err != nil {
			t.Fatal(err)
		}
		return []Record{SessionKeyRecord(&group.SessionKey{Key: key, Algorithm: a.text(1), Created: time.UnixMilli(int64(a.int(2)))})}
	case "restart":
		return []Record{RestartRecord(coord.RestartRequest{Connector: a.text(0), OnlyFailed: a.bool(1), IncludeTasks: a.bool(2)})}
	case "logger":
		return []Record{LoggerRecord(a.text(0), a.text(1))}
	case "remove":
		return RemoveRecords(a.text(0))
	case "status":
		st := Status{ID: connectors.TaskID{Connector: a.text(0), Task: a.int(1)}, State: connectors.State(a.text(2)), Trace: a.text(3), WorkerID: a.text(4), Generation: a.int(5)}
		if v, ok := a[6].(string); ok {
			st.Version = &v
		}
		return []Record{StatusRecord(st)}
	case "topic":
		return []Record{TopicRecord(TopicUse{Topic: a.text(0), Connector: "a:b", Task: a.int(2), Discovered: time.UnixMilli(int64(a.int(3)))})}
	case "forget":
		return []Record{ForgetTopicRecord(a.text(1), a.text(0))}
	}
	t.Fatalf("unknown operation %q", op)
	return nil
}

func TestRecords_AreJavas(t *testing.T) {
	vectorLines(t, "written.jsonl", func(line []byte) {
		var v struct {
			Op      string
			Args    arguments
			Records []textRecord
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		if v.Op == "status" && v.Args[3] == "" {
			v.Args[3], v.Records = nil, nil // an empty trace is null here
			return
		}
		got := written(t, v.Op, v.Args)
		if len(got) != len(v.Records) {
			t.Fatalf("%s: %d records, Java writes %d", line, len(got), len(v.Records))
		}
		for i, r := range got {
			want := v.Records[i].record(0)
			if !bytes.Equal(r.Key, want.Key) || !bytes.Equal(r.Value, want.Value) || (r.Value == nil) != (want.Value == nil) {
				t.Errorf("%s %v:\n got %s %s\nwant %s %s", v.Op, v.Args, r.Key, r.Value, want.Key, want.Value)
			}
		}
	})
}

package cmd

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestPreview_OfFile(t *testing.T) {
	dir := explained + "/preview/sink/"
	want, err := os.ReadFile(dir + "want.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	out := &buffer{}
	if code := run(t.Context(), out, "preview", dir+"connector.json", "--from", dir+"records.jsonl", "--output", "json"); code != 0 || out.String() != string(want) {
		t.Errorf("exit code %d\n%s", code, out)
	}
	out = &buffer{}
	if code := run(t.Context(), out, "preview", dir+"connector.json", "--from", dir+"records.jsonl"); code != 0 || !strings.Contains(out.String(), "    - value.card = \"4111\"\n    + value.card = \"\"\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestPreview_Errors(t *testing.T) {
	good := connectorJSON(t, sinkJSON)
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nothing to show": {[]string{good}, "preview needs either --from or --topic"},
		"both":            {[]string{good, "--from", "x", "--topic", "y"}, "preview needs either --from or --topic"},
		"none":            {[]string{good, "--topic", "y", "-n", "0"}, "-n must be at least 1"},
		"of a source":     {[]string{connectorJSON(t, strings.Replace(sinkJSON, "FileStreamSink", "FileStreamSource", 1)), "--topic", "y"}, "--topic is for sinks"},
		"no records file": {[]string{good, "--from", "none.jsonl"}, "none.jsonl: no such file"},
		"wrong config":    {[]string{connectorJSON(t, strings.Replace(sinkJSON, "}", `, "transforms": "a"}`, 1)), "--from", "x"}, "error: transforms.a.type: transform a is named in transforms"},
		"broken config":   {[]string{connectorJSON(t, "{"), "--from", "x"}, "the file ends before the object does"},
	} {
		t.Run(name, func(t *testing.T) {
			out := &buffer{}
			if code := run(t.Context(), out, append([]string{"preview"}, c.args...)...); code != exitUsage || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, want %q in\n%s", code, c.says, out)
			}
		})
	}
}

// The last records of a topic are shown, over its partitions, without markers of transactions and, where the
// connector reads what is committed, without aborted records. No group comes to be.
func TestPreview_OfTopic(t *testing.T) {
	brokers := startBroker(t)
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if _, err := admin.CreateTopic(t.Context(), 3, 1, nil, "orders"); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		r := &kgo.Record{Topic: "orders", Partition: int32(i % 2), Key: fmt.Appendf(nil, "k%02d", i), Value: fmt.Appendf(nil, `{"n":%d}`, i),
			Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("x")}}}
		if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	worker := workerFile(t, strings.Replace(goodWorker, "127.0.0.1:1", brokers, 1)+"value.converter.schemas.enable=false\n")
	connector := connectorJSON(t, sinkJSON)
	out := &buffer{}
	if code := run(t.Context(), out, "preview", connector, "--topic", "orders", "-n", "3", "--worker", worker); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if n := strings.Count(out.String(), "record "); n != 3 || !strings.Contains(out.String(), "record 3: orders-1@24\n") || !strings.Contains(out.String(), "    value.n = 49\n    headers.h = \"x\"  string\n") {
		t.Errorf("%d records\n%s", n, out)
	}
	transact(t, brokers, "kept", kgo.TryCommit)
	transact(t, brokers, "gone", kgo.TryAbort)
	for level, want := range map[string]int{"read_committed": 0, "read_uncommitted": 1} {
		worker := workerFile(t, strings.Replace(goodWorker, "127.0.0.1:1", brokers, 1)+"value.converter=StringConverter\nconsumer.isolation.level="+level+"\n")
		out := &buffer{}
		if code := run(t.Context(), out, "preview", connector, "--topic", "orders", "-n", "4", "--worker", worker); code != 0 ||
			strings.Count(out.String(), `"kept"`) != 1 || strings.Count(out.String(), `"gone"`) != want {
			t.Errorf("%s: exit code %d\n%s", level, code, out)
		}
	}
	groups, err := admin.ListGroups(t.Context())
	if err != nil || len(groups) > 0 {
		t.Errorf("groups %v, %v", groups, err)
	}
	out = &buffer{}
	if code := run(t.Context(), out, "preview", connector, "--topic", "none", "--worker", worker); code != exitUsage || !strings.Contains(out.String(), "topic none: ") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if _, err := admin.CreateTopic(t.Context(), 1, 1, nil, "empty"); err != nil {
		t.Fatal(err)
	}
	out = &buffer{}
	if code := run(t.Context(), out, "preview", connector, "--topic", "empty", "--worker", worker); code != 0 || out.String() != "" {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// transact produces one record in a transaction.
func transact(t *testing.T, brokers, value string, end kgo.TransactionEndTry) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers), kgo.TransactionalID(value), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Partition: 2, Value: []byte(value)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if err := cl.EndTransaction(t.Context(), end); err != nil {
		t.Fatal(err)
	}
}

package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// poison is what a record may be refused for: by the converter of keys or of values, or by a transform.
const poisonKinds = 3

// poisoned produces n numbers to the topic orders, every fourth as something that the broken sink refuses, and returns
// the lines of a sink that refuses nothing.
func poisoned(t *testing.T, brokers string, n int) (lines []string) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if _, err := kadm.NewClient(cl).CreateTopic(t.Context(), 2, 1, nil, "orders"); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r := &kgo.Record{Topic: "orders", Key: fmt.Appendf(nil, "%04d", i%8), Value: fmt.Append(nil, i), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("x")}}}
		if i%4 == 0 {
			switch i / 4 % poisonKinds {
			case 0:
				r.Key = []byte("abc") // no four bytes
			case 1:
				r.Value = fmt.Appendf(nil, "{no %d", i)
			case 2:
				r.Value = fmt.Appendf(nil, `"no %d"`, i)
			}
		}
		if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(r.Value))
	}
	slices.Sort(lines)
	return lines
}

// sorted returns the lines of a file.
func sorted(name string) []string {
	text, _ := os.ReadFile(name) // it may not be there yet
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	slices.Sort(lines)
	return lines
}

// brokenAndFixed are the configs of a sink that refuses poison, and of one that takes everything.
func brokenAndFixed(out string) (broken, fixed string) {
	common := `"name":"out","connector.class":"FileStreamSink","topics":"orders","file":"` + out + `","consumer.override.auto.offset.reset":"earliest","consumer.override.isolation.level":"read_committed",` +
		`"errors.tolerance":"all","errors.deadletterqueue.topic.name":"dead","errors.deadletterqueue.topic.replication.factor":"1","errors.deadletterqueue.context.headers.enable":"true"`
	return `{` + common + `,"key.converter":"org.apache.kafka.connect.converters.IntegerConverter",` +
		`"value.converter":"JsonConverter","value.converter.schemas.enable":"false","transforms":"cast","transforms.cast.type":"org.apache.kafka.connect.transforms.Cast$Value","transforms.cast.spec":"int32"}`, `{` + common + `,"key.converter":"StringConverter","value.converter":"StringConverter"}`
}

func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

// A sink with poison of three kinds, its config corrected, its letters replayed with a cut in the middle: the target
// is that of a run without errors, and another replay finds nothing to do.
func TestDLQ_ReplayGivesTheTargetOfARunWithoutErrors(t *testing.T) {
	brokers, dir := startBroker(t), t.TempDir()
	const n = 96
	want := poisoned(t, brokers, n)
	out := filepath.Join(dir, "out")
	worker := standaloneFile(t, brokers, dir)
	brokenText, fixedText := brokenAndFixed(out)
	broken, fixed := write(t, filepath.Join(dir, "broken.json"), brokenText), write(t, filepath.Join(dir, "fixed.json"), fixedText)

	millrace := func(code int, args ...string) string {
		t.Helper()
		text := &buffer{}
		if got := run(t.Context(), text, append(args, "--worker", worker)...); got != code {
			t.Fatalf("%v: exit code %d, want %d\n%s", args, got, code, text)
		}
		return text.String()
	}
	sink := start(t, "standalone", worker, broken)
	sink.eventually(t, "the numbers", func() bool { return len(sorted(out)) == n*3/4 })
	if code := sink.end(t); code != 0 {
		t.Fatalf("exit code %d\n%s", code, sink.out)
	}

	says(t, millrace(0, "dlq", "list", broken), "topic dead: 24 letters, 3 causes", "8 x out-0 KEY_CONVERTER in ", "8 x out-0 VALUE_CONVERTER in ", "8 x out-0 TRANSFORMATION in org.apache.kafka.connect.transforms.Cast$Value: org.apache.kafka.connect.errors.DataException")
	var listed struct {
		Causes []struct{ Stage, Example string }
	}
	if err := json.Unmarshal([]byte(millrace(0, "dlq", "list", broken, "--stage", "value_converter", "--output", "json")), &listed); err != nil || len(listed.Causes) != 1 {
		t.Fatalf("%v, %v", listed, err)
	}
	example := listed.Causes[0].Example
	says(t, millrace(0, "dlq", "show", broken, example), "consumed at orders-", "out-0 VALUE_CONVERTER in org.apache.kafka.connect.json.JsonConverter", "\nCaused by: org.apache.kafka.common.errors.SerializationException", "): {no ", "header h: x\n", "the connector's converters read its key, and refuse its value")
	says(t, millrace(0, "dlq", "show", fixed, example, "--output", "json"), `"stage":"VALUE_CONVERTER"`, `"value":"{no `, `"decoded":{"record":1,"before":{"topic":"orders"`)
	says(t, millrace(1, "dlq", "explain", broken, example), "died in VALUE_CONVERTER; with this config it fails in VALUE_CONVERTER")
	says(t, millrace(0, "dlq", "explain", fixed, example), "with this config it passes the converters and transforms")
	says(t, millrace(exitLeft, "dlq", "replay", broken, "--dry-run"), "0 would be replayed", "8 left: still fail in KEY_CONVERTER", "8 left: still fail in TRANSFORMATION")
	says(t, millrace(0, "dlq", "replay", fixed, "--dry-run", "--exception", "DataException", "--stage", "TRANSFORMATION"), "24 letters read, 16 not selected, 0 replayed before\n8 would be replayed")

	sink = start(t, "standalone", worker, fixed)
	replay := start(t, "dlq", "replay", fixed, "--rate", "5", "--worker", worker)
	replay.eventually(t, "a replayed record", func() bool { return len(sorted(out)) > n*3/4 })
	if code := replay.end(t); code != exitUsage {
		t.Fatalf("exit code %d\n%s", code, replay.out)
	}
	says(t, replay.out.String(), "the same call goes on behind them")
	says(t, millrace(0, "dlq", "replay", fixed, "--to", "sink", "--stage", "TRANSFORMATION"), " replayed\n")
	millrace(0, "dlq", "replay", fixed)
	sink.eventually(t, "all", func() bool { return len(sorted(out)) >= n })
	says(t, millrace(0, "dlq", "replay", fixed), "24 letters read, 0 not selected, 24 replayed before\n0 replayed")
	if code := sink.end(t); code != 0 {
		t.Fatalf("exit code %d\n%s", code, sink.out)
	}
	if got := sorted(out); !slices.Equal(got, want) {
		t.Errorf("%d lines\n%q\nwant %d\n%q", len(got), got, len(want), want)
	}
}

func TestDLQ_Errors(t *testing.T) {
	brokers := startBroker(t)
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers), kgo.AllowAutoTopicCreation())
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	header := func(key, value string) kgo.RecordHeader { return kgo.RecordHeader{Key: key, Value: []byte(value)} }
	for _, headers := range [][]kgo.RecordHeader{
		nil,
		{header("__connect.errors.topic", "lines"), header("__connect.errors.connector.name", "orders"), header("__connect.errors.stage", "TRANSFORMATION"),
			header("__millrace.errors.source.partition", `{"file":"a"}`), header("__millrace.errors.source.offset", `{"position":7}`)},
	} {
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "dead", Value: []byte{0xff, 1}, Headers: headers}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	worker := workerFile(t, strings.Replace(goodWorker, "127.0.0.1:1", brokers, 1))
	sink := connectorJSON(t, strings.Replace(sinkJSON, `"topics"`, `"errors.deadletterqueue.topic.name": "dead", "topics"`, 1))
	source := connectorJSON(t, strings.Replace(strings.Replace(sinkJSON, "FileStreamSink", "FileStreamSource", 1), `"topics"`, `"topic"`, 1))
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no queue":           {[]string{"list", connectorJSON(t, sinkJSON)}, 1, "errors.deadletterqueue.topic.name is missing"},
		"no topic":           {[]string{"list", sink, "--topic", "none"}, 1, "topic none: "},
		"no place":           {[]string{"show", sink, "7"}, 1, `"7" is no PARTITION@OFFSET`},
		"no partition":       {[]string{"show", sink, "9@0"}, 1, "topic dead has no partition 9"},
		"no offset":          {[]string{"explain", sink, "0@2"}, 1, "holds no offset 2, only 0 to 1"},
		"no time":            {[]string{"list", sink, "--since", "today"}, 1, `since "today" is no time`},
		"no origin":          {[]string{"replay", sink, "--origin", "a/1@4-2"}, 1, `origin "a/1@4-2" is none of`},
		"no place to go":     {[]string{"replay", sink, "--to", "nowhere"}, 1, `to "nowhere" is neither topic nor sink`},
		"no rate":            {[]string{"replay", sink, "--rate", "-1"}, 1, `rate "-1" is no number of letters a second`},
		"no context":         {[]string{"explain", sink, "0@0"}, 1, "errors.deadletterqueue.context.headers.enable was not true"},
		"without a cause":    {[]string{"list", sink}, 0, "1 x no cause is said"},
		"shown in hex":       {[]string{"show", sink, "0@0"}, 0, "hex:ff01"},
		"of a source":        {[]string{"show", source, "0@1", "--topic", "dead"}, 0, `polled by a source for topic lines, partition {"file":"a"}, offset {"position":7}`},
		"explain of source":  {[]string{"explain", sink, "0@1"}, 1, "a source polled it"},
		"replay of a source": {[]string{"replay", source, "--topic", "dead"}, 1, "letters of a source cannot be replayed"},
		"left":               {[]string{"replay", sink}, exitLeft, "1 left: a source polled it"},
	} {
		t.Run(name, func(t *testing.T) {
			out := &buffer{}
			if code := run(t.Context(), out, append(append([]string{"dlq"}, c.args...), "--worker", worker)...); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, want %d with %q in\n%s", code, c.code, c.says, out)
			}
		})
	}
}

// A running worker looks at its connector's letters, and replays them, for the same commands.
func TestDLQ_OfARunningWorker(t *testing.T) {
	brokers, dir := startBroker(t), t.TempDir()
	const n = 48
	want := poisoned(t, brokers, n)
	out := filepath.Join(dir, "out")
	broken, fixed := brokenAndFixed(out)
	file := write(t, filepath.Join(dir, "broken.json"), broken)
	sink := start(t, "standalone", standaloneFile(t, brokers, dir), file)
	sink.eventually(t, "the numbers", func() bool { return len(sorted(out)) == n*3/4 })
	url := strings.TrimSuffix(restURL.FindString(sink.out.String()), "/")

	of := func(args ...string) []string {
		return append(append([]string{"dlq"}, args...), "--worker", url, "--connector", "out")
	}
	millrace := func(code int, args ...string) string {
		t.Helper()
		text := &buffer{}
		if got := run(t.Context(), text, of(args...)...); got != code {
			t.Fatalf("%v: exit code %d, want %d\n%s", args, got, code, text)
		}
		return text.String()
	}
	// The good records are in the file as soon as the batch is put; its letters are still on their way.
	sink.eventually(t, "the letters", func() bool {
		return strings.Contains(millrace(0, "list"), "topic dead: 12 letters, 3 causes")
	})
	says(t, millrace(0, "list"), "4 x out-0 KEY_CONVERTER in ")
	says(t, millrace(0, "list", "--stage", "TRANSFORMATION", "--output", "json"), `"letters":4,`)
	says(t, millrace(0, "show", "0@0"), "letter 0@0 of topic dead", "out-0 ")
	says(t, millrace(0, "show", "0@0", "--output", "json"), `"place":"0@0"`)
	says(t, millrace(1, "explain", "0@0"), "with this config it fails in ")
	says(t, millrace(exitLeft, "replay", "--dry-run"), "0 would be replayed", "4 left: still fail in KEY_CONVERTER")
	says(t, millrace(1, "show", "0@99"), "404", "holds no offset 99")
	says(t, millrace(1, "list", "--since", "today"), "400", `since "today" is no time`)
	says(t, millrace(1, "list", "--topic", "other"), "--topic is for connector files")
	says(t, millrace(1, "list", file), "accepts 0 arg(s)")

	sink.put(t, "connectors/out/config", fixed)
	replay := start(t, of("replay", "--rate", "10")...)
	replay.eventually(t, "a replayed record", func() bool { return len(sorted(out)) > n*3/4 })
	says(t, millrace(1, "replay"), "409")
	if code := replay.end(t); code != exitUsage {
		t.Fatalf("exit code %d\n%s", code, replay.out)
	}
	sink.eventually(t, "the cancelled replay's end", func() bool {
		var now replayStanding
		return sink.get(t, "connectors/out/dlq/replay", &now) == 200 && now.State == replayCancelled && now.Ended != nil
	})
	says(t, millrace(0, "replay", "--to", "sink", "--stage", "TRANSFORMATION"), " replayed\n")
	millrace(0, "replay")
	sink.eventually(t, "all", func() bool { return len(sorted(out)) >= n })
	says(t, millrace(0, "replay"), "12 letters read, 0 not selected, 12 replayed before\n0 replayed")
	if code := sink.end(t); code != 0 {
		t.Fatalf("exit code %d\n%s", code, sink.out)
	}
	if got := sorted(out); !slices.Equal(got, want) {
		t.Errorf("%d lines\n%q\nwant %d\n%q", len(got), got, len(want), want)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no worker there": {of("list"), "refused"},
		"no connector":    {[]string{"dlq", "list", "--worker", url}, "--connector is missing"},
		"no URL":          {[]string{"dlq", "list", file, "--connector", "out"}, "--worker must be its URL"},
	} {
		text := &buffer{}
		if got := run(t.Context(), text, c.args...); got != exitUsage || !strings.Contains(text.String(), c.says) {
			t.Errorf("%s: exit code %d\n%s", name, got, text)
		}
	}
}

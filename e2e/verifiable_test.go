//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// verifiableTasks is how many tasks source and sink have each.
const verifiableTasks = 2

// said is a line of a verifiable connector.
type said struct {
	Task, SeqNo, Offset *int64
	Committed, Flushed  bool
}

var numbers = regexp.MustCompile(`\d+`)

// TestVerifiable lets the verifiable connectors of both sides go on from each other's offsets, and compares what
// they say: every line but for its numbers, and that each record was made, committed, delivered and flushed once.
func TestVerifiable(t *testing.T) {
	broker := suite.SharedBroker(t, "that the verifiable connectors are those of Kafka's system tests")
	site := newVerifiableSite(t, broker)
	shapes := map[harness.Side][]string{}
	var lines []string
	for _, side := range []harness.Side{harness.Java, harness.Millrace, harness.Java} {
		have := site.run(t, side, len(lines))
		lines = append(lines, have...)
		shapes[side] = append(shapes[side], have...)
	}
	for side, have := range shapes {
		for i := range have {
			have[i] = numbers.ReplaceAllString(have[i], "0")
		}
		slices.Sort(have)
		shapes[side] = slices.Compact(have)
	}
	if !slices.Equal(shapes[harness.Java], shapes[harness.Millrace]) {
		t.Errorf("lines without their numbers:\n%s\nthe original's:\n%s", strings.Join(shapes[harness.Millrace], "\n"), strings.Join(shapes[harness.Java], "\n"))
	}
	checkVerifiable(t, lines)
}

// verifiableSite is what the workers of TestVerifiable share.
type verifiableSite struct {
	dir        string
	properties harness.Properties
	connectors []string
	classes    string // of Java's connectors
}

func newVerifiableSite(t *testing.T, broker *harness.Broker) *verifiableSite {
	t.Helper()
	jars, err := harness.FetchKafka(t.Context())
	harness.Need(t, err, "the original's verifiable connectors")
	s := &verifiableSite{dir: t.TempDir(), classes: jars.TestPlugins(), properties: harness.Properties{
		"bootstrap.servers":            broker.Bootstrap,
		"key.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":              "org.apache.kafka.connect.json.JsonConverter",
		"offset.storage.file.filename": offsetsFile,
		"offset.flush.interval.ms":     "250",
	}}
	topic := harness.Unique(t, "verifiable")
	harness.NewKafka(t, broker.Bootstrap).CreateTopic(topic, 3, nil)
	for file, config := range map[string]harness.Properties{
		"source.properties": {"name": "verifiable-source", "connector.class": "VerifiableSource", "tasks.max": fmt.Sprint(verifiableTasks), "topic": topic, "throughput": "40"},
		"sink.properties":   {"name": "verifiable-sink", "connector.class": "VerifiableSink", "tasks.max": fmt.Sprint(verifiableTasks), "topics": topic},
	} {
		path, err := config.WriteFile(filepath.Join(s.dir, file))
		if err != nil {
			t.Fatal(err)
		}
		s.connectors = append(s.connectors, path)
	}
	slices.Sort(s.connectors)
	return s
}

// run lets a worker of one side go on until it has said some lines of each kind, and returns them.
func (s *verifiableSite) run(t *testing.T, side harness.Side, before int) []string {
	t.Helper()
	w := suite.NewWorker(t, side, harness.WorkerConfig{Name: fmt.Sprintf("%s-%d", side, before), Dir: s.dir, ClassPath: s.classes, Properties: s.properties, Connectors: s.connectors})
	w.StartReady(t)
	harness.Eventually(t, runMax, "records are flushed", func(context.Context) (bool, error) {
		flushed := strings.Count(w.Output(), `"flushed":true`)
		return flushed >= 60, fmt.Errorf("%d lines of flushed records", flushed)
	})
	w.Stop(t)
	return jsonLines(w.Output())
}

// jsonLines returns the lines that are JSON objects, as Kafka's system tests read them.
func jsonLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "{") && json.Valid([]byte(line)) {
			lines = append(lines, line)
		}
	}
	return lines
}

// checkVerifiable checks that clean stops lose and repeat nothing.
func checkVerifiable(t *testing.T, lines []string) {
	t.Helper()
	kinds := map[string]map[[2]int64]int{"made": {}, "committed": {}, "delivered": {}, "flushed": {}}
	for _, line := range lines {
		var s said
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Task == nil || s.SeqNo == nil {
			t.Fatalf("%s: no line of a verifiable connector: %v", line, err)
		}
		kind := "made"
		switch {
		case s.Flushed:
			kind = "flushed"
		case s.Offset != nil:
			kind = "delivered"
		case s.Committed:
			kind = "committed"
		}
		kinds[kind][[2]int64{*s.Task, *s.SeqNo}]++
	}
	for kind, seen := range kinds {
		for record, n := range seen {
			if n != 1 {
				t.Errorf("record %d of task %d was %s %d times", record[1], record[0], kind, n)
			}
		}
	}
	for task := range int64(verifiableTasks) {
		for n := int64(0); kinds["flushed"][[2]int64{task, n + 1}] > 0; n++ {
			if record := [2]int64{task, n}; kinds["committed"][record] == 0 || kinds["flushed"][record] == 0 {
				t.Errorf("record %d of task %d is missing: committed %d, flushed %d", n, task, kinds["committed"][record], kinds["flushed"][record])
			}
		}
	}
	if !maps.Equal(kinds["delivered"], kinds["flushed"]) {
		t.Errorf("%d records delivered, %d flushed", len(kinds["delivered"]), len(kinds["flushed"]))
	}
	t.Logf("%d records", len(kinds["made"]))
}

// TestSchemaSource compares the records of the schema source, byte by byte.
func TestSchemaSource(t *testing.T) {
	broker := suite.SharedBroker(t, "that the schema source makes the original's records")
	s := newVerifiableSite(t, broker)
	kafka := harness.NewKafka(t, broker.Bootstrap)
	records := map[harness.Side][][]harness.Record{}
	for _, side := range []harness.Side{harness.Java, harness.Millrace} {
		topic := harness.Unique(t, "structs")
		kafka.CreateTopic(topic, 2, nil)
		config := harness.Properties{
			"name": "schema-source", "connector.class": "SchemaSource", "tasks.max": "2", "topic": topic, "throughput": "-1",
			"num.messages": "7", "multiple.schema": "true", "partition.count": "4",
		}
		path, err := config.WriteFile(filepath.Join(s.dir, string(side)+"-schema.properties"))
		if err != nil {
			t.Fatal(err)
		}
		w := suite.NewWorker(t, side, harness.WorkerConfig{
			Dir: s.dir, ClassPath: s.classes, Connectors: []string{path}, Properties: s.properties.With(harness.Properties{"offset.storage.file.filename": "offsets-" + string(side)}),
		})
		w.StartReady(t)
		kafka.WaitCount(topic, 14, runMax)
		w.Stop(t)
		records[side] = kafka.Consume(topic)
		if n := strings.Count(w.Output(), `{"task": 1, "seqno": 6}`); n != 1 {
			t.Errorf("%s says the last record of task 1 %d times", side, n)
		}
	}
	for p, want := range records[harness.Java] {
		have := records[harness.Millrace][p]
		if !slices.EqualFunc(want, have, func(a, b harness.Record) bool { return bytes.Equal(a.Key, b.Key) && bytes.Equal(a.Value, b.Value) }) {
			t.Errorf("partition %d: records\n%s\nthe original's:\n%s", p, texts(have), texts(want))
		}
	}
}

func texts(records []harness.Record) string {
	var s strings.Builder
	for _, r := range records {
		fmt.Fprintf(&s, "%s: %s\n", r.Key, r.Value)
	}
	return s.String()
}

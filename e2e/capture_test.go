//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// capture is one PostgreSQL database that two connectors follow, Debezium on the original worker and ours. Both
// have one topic.prefix, so that schemas are equal; a transform gives each its own topics.
type capture struct {
	broker *harness.Broker
	kafka  *harness.Kafka
	server *harness.Postgres
	sides  []*captureSide
}

// captureSide is one of the connectors.
type captureSide struct {
	side   harness.Side
	worker *harness.Worker
	name   string // of the connector; its topics begin with it
	config harness.Properties
}

// capturePrefix is the topic.prefix of both.
const capturePrefix = "relay"

// doneTable is written last: its record in a topic says that a side has seen everything before.
const doneTable = "public.done"

func newCapture(t *testing.T, more harness.Properties, settings ...string) *capture {
	t.Helper()
	c := &capture{broker: suite.SharedBroker(t, "that changes of PostgreSQL are captured as Debezium captures them")}
	c.server = suite.StartPostgres(t, "that changes of PostgreSQL are captured as Debezium captures them", settings...)
	plugins := suite.Debezium(t, "postgres", "that changes of PostgreSQL are captured as Debezium captures them")
	c.kafka = harness.NewKafka(t, c.broker.Bootstrap)
	for _, side := range []harness.Side{harness.Java, harness.Millrace} {
		s := &captureSide{side: side, name: harness.Unique(t, string(side))}
		slot := strings.ReplaceAll(s.name, "-", "_")
		s.config = harness.Properties{
			"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "tasks.max": "1", "name": s.name,
			"database.hostname": "127.0.0.1", "database.port": fmt.Sprint(c.server.Port), "database.user": "postgres", "database.dbname": "postgres",
			"topic.prefix": capturePrefix, "plugin.name": "pgoutput", "slot.name": slot, "publication.name": slot,
			"poll.interval.ms": "50",
			"transforms":       "route", "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
			"transforms.route.regex": "(.*)", "transforms.route.replacement": s.name + ".$1",
		}.With(more)
		props := harness.Properties{
			"bootstrap.servers": c.broker.Bootstrap, "offset.storage.file.filename": "offsets", "offset.flush.interval.ms": "200",
			"key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter",
			"header.converter": "org.apache.kafka.connect.json.JsonConverter",
		}
		if side == harness.Java {
			props["plugin.path"] = plugins
		}
		s.worker = suite.NewWorker(t, side, harness.WorkerConfig{Properties: props})
		c.sides = append(c.sides, s)
	}
	return c
}

// script is a file of statements, one a line: those before the line "-- changes" come before the connectors.
func script(t *testing.T, file string) (before, after []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tables, changes, ok := strings.Cut(string(text), "-- changes\n")
	if !ok {
		t.Fatalf("%s has no line \"-- changes\"", file)
	}
	statements := func(s string) (all []string) {
		for part := range strings.SplitSeq(s, ";\n") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
		return all
	}
	return statements(tables), statements(changes)
}

// compare runs a script and compares what both sides have made of it.
func (c *capture) compare(t *testing.T, file string) {
	t.Helper()
	before, after := script(t, file)
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec("create table " + doneTable + " (id int primary key)")
	for _, s := range before {
		db.Exec(s)
	}
	db.Exec("insert into " + doneTable + " values (0)")
	for _, s := range c.sides {
		s.worker.StartReady(t)
		s.worker.Create(t, s.name, s.config)
		s.worker.WaitState(t, s.name, "RUNNING", 1)
		c.kafka.WaitCount(s.name+"."+capturePrefix+"."+doneTable, 1, time.Minute)
		harness.Eventually(t, time.Minute, "the slot is in use", func(context.Context) (bool, error) {
			return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+s.config["slot.name"]+"'")) == 1, nil
		})
	}
	for _, s := range after {
		db.Exec(s)
	}
	db.Exec("insert into " + doneTable + " values (1)")
	var have [2]map[string][]string
	for i, s := range c.sides {
		c.kafka.WaitCount(s.name+"."+capturePrefix+"."+doneTable, 2, time.Minute)
		have[i] = c.records(t, s)
	}
	differences(t, have[0], have[1])
}

// records returns the records of a side by topic, as text, without what names times.
func (c *capture) records(t *testing.T, s *captureSide) map[string][]string {
	t.Helper()
	topics, err := c.kafka.Admin().ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, topic := range topics.Names() {
		if name, ok := strings.CutPrefix(topic, s.name+"."); ok {
			for _, partition := range c.kafka.Consume(topic) {
				for _, r := range partition {
					all[name] = append(all[name], recordText(t, r, s.name))
				}
			}
		}
	}
	return all
}

// recordText shows a record: key, value and headers as JSON with sorted members, schemas included.
func recordText(t *testing.T, r harness.Record, connector string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "key %s\nvalue %s", masked(t, r.Key), masked(t, r.Value))
	for _, h := range r.Headers {
		value := string(masked(t, h.Value))
		if h.Key == "__debezium.context.runId" {
			value = "-"
		}
		fmt.Fprintf(&b, "\nheader %s %s", h.Key, strings.ReplaceAll(value, connector, "CONNECTOR"))
	}
	return b.String()
}

// masked replaces the fields that name times of capture.
func masked(t *testing.T, text []byte) []byte {
	t.Helper()
	if text == nil {
		return []byte("null")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if top, ok := v.(map[string]any); ok {
		if payload, ok := top["payload"].(map[string]any); ok {
			maskPayload(payload)
		}
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func maskPayload(payload map[string]any) {
	for _, name := range []string{"ts_ms", "ts_us", "ts_ns"} {
		if _, ok := payload[name].(json.Number); ok {
			payload[name] = "time"
		}
	}
	source, ok := payload["source"].(map[string]any)
	if !ok || source["snapshot"] == nil || source["snapshot"] == "false" {
		return
	}
	// Each side has taken its snapshot at a time of its own.
	for _, name := range []string{"ts_ms", "ts_us", "ts_ns", "txId", "lsn", "sequence"} {
		if source[name] != nil {
			source[name] = "own"
		}
	}
}

// differences reports the first record of each topic in which the sides differ.
func differences(t *testing.T, want, have map[string][]string) {
	t.Helper()
	var topics []string
	for topic := range want {
		topics = append(topics, topic)
	}
	for topic := range have {
		if want[topic] == nil {
			t.Errorf("topic %s is ours alone", topic)
		}
	}
	slices.Sort(topics)
	records := 0
	for _, topic := range topics {
		w, h := want[topic], have[topic]
		records += len(w)
		for i := range w {
			if i >= len(h) {
				t.Errorf("topic %s: ours lacks record %d of %d:\n%s", topic, i, len(w), w[i])
				break
			}
			if w[i] != h[i] {
				t.Errorf("topic %s, record %d: %s\nours:\n%s\nDebezium's:\n%s", topic, i, firstDifference(w[i], h[i]), h[i], w[i])
				break
			}
		}
		if len(h) > len(w) {
			t.Errorf("topic %s: ours has %d records, Debezium %d: the next one is\n%s", topic, len(h), len(w), h[len(w)])
		}
	}
	t.Logf("%d records in %d topics", records, len(topics))
}

// firstDifference shows the surroundings of the first byte that differs.
func firstDifference(want, have string) string {
	n := 0
	for n < len(want) && n < len(have) && want[n] == have[n] {
		n++
	}
	around := func(s string) string { return s[max(0, min(n, len(s))-60):min(len(s), n+80)] }
	return fmt.Sprintf("…%s… where Debezium has …%s…", around(have), around(want))
}

//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// capture is one PostgreSQL database that pairs of connectors follow, Debezium on the original worker and ours, a pair
// for each variant of the config. All have one topic.prefix, so that schemas are equal; a transform gives each its
// own topics.
type capture struct {
	broker   *harness.Broker
	kafka    *harness.Kafka
	server   *harness.Postgres
	plugins  string // Debezium's
	tables   int    // that have rows, each a topic
	workers  map[harness.Side]*harness.Worker
	variants []captureVariant
}

// captureVariant is one config, and its connectors on both sides.
type captureVariant struct {
	name  string
	sides map[harness.Side]*captureSide
}

// captureSide is one of the connectors.
type captureSide struct {
	name   string // of the connector; its topics begin with it
	config harness.Properties
	// loosen takes what each side has of its own out of the records of a topic; nil: there is nothing.
	loosen func(topic string, records []string) []string
}

// captureOrder is the order in which connectors are started.
var captureOrder = []harness.Side{harness.Java, harness.Millrace}

// capturePrefix is the topic.prefix of both.
const capturePrefix = "relay"

// doneTable is written last: its record in a topic says that a side has seen everything before.
const doneTable = "public.done"

// captureChecks is what is left out where something that it needs is missing.
const captureChecks = "that changes of PostgreSQL are captured as Debezium captures them"

// newCapture starts servers and prepares workers and configs: a variant for each of variants.
func newCapture(t *testing.T, variants map[string]harness.Properties, settings ...string) *capture {
	t.Helper()
	return newCaptureOn(t, suite.SharedBroker(t, captureChecks), variants, settings...)
}

// newCaptureOn is newCapture with a broker of its own.
func newCaptureOn(t *testing.T, broker *harness.Broker, variants map[string]harness.Properties, settings ...string) *capture {
	t.Helper()
	c := &capture{broker: broker, server: suite.StartPostgres(t, captureChecks, settings...), workers: map[harness.Side]*harness.Worker{}}
	c.plugins = suite.Debezium(t, "postgres", captureChecks)
	c.kafka = harness.NewKafka(t, c.broker.Bootstrap)
	for _, side := range captureOrder {
		c.workers[side] = c.worker(t, side, "offsets")
	}
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		v := captureVariant{name, map[harness.Side]*captureSide{}}
		for _, side := range captureOrder {
			v.sides[side] = c.side(harness.Unique(t, string(side)), variants[name])
			if side == harness.Java { // it waits a minute for the names of its metrics where connectors share a topic.prefix
				v.sides[side].config["custom.metric.tags"] = "variant=" + name
			}
		}
		c.variants = append(c.variants, v)
	}
	return c
}

// worker prepares a standalone worker with an offsets file.
func (c *capture) worker(t *testing.T, side harness.Side, offsets string) *harness.Worker {
	t.Helper()
	props := harness.Properties{
		"bootstrap.servers": c.broker.Bootstrap, "offset.storage.file.filename": offsets, "offset.flush.interval.ms": "200",
		"key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter",
		"header.converter": "org.apache.kafka.connect.json.JsonConverter",
	}
	if side == harness.Java {
		props["plugin.path"] = c.plugins
		props["plugin.discovery"] = "service_load" // reading all classes takes longer than a test
	}
	return suite.NewWorker(t, side, harness.WorkerConfig{Properties: props})
}

func (c *capture) side(name string, more harness.Properties) *captureSide {
	slot := strings.ReplaceAll(name, "-", "_")
	return &captureSide{name: name, config: harness.Properties{
		"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "tasks.max": "1",
		"database.hostname": "127.0.0.1", "database.port": fmt.Sprint(c.server.Port), "database.user": "postgres", "database.dbname": "postgres",
		"topic.prefix": capturePrefix, "plugin.name": "pgoutput", "slot.name": slot, "publication.name": slot,
		"poll.interval.ms": "50",
		"transforms":       "route", "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
		"transforms.route.regex": "(.*)", "transforms.route.replacement": name + ".$1",
	}.With(more)}
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

// compare runs a script and compares what both sides of each variant have made of it.
func (c *capture) compare(t *testing.T, file string) {
	t.Helper()
	before, after := script(t, file)
	c.compareStatements(t, before, after)
}

// compareStatements is compare of statements: those before the connectors start, and those after.
func (c *capture) compareStatements(t *testing.T, before, after []string) {
	t.Helper()
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec("create table " + doneTable + " (id int primary key)")
	for _, s := range before {
		db.Exec(s)
	}
	c.tables = len(db.Query("select 1 from pg_tables where schemaname not in ('pg_catalog', 'information_schema') and tablename <> 'spatial_ref_sys'"))
	db.Exec("insert into " + doneTable + " values (0)")
	for _, side := range captureOrder {
		c.workers[side].StartReady(t)
		for _, v := range c.variants {
			c.workers[side].Create(t, v.sides[side].name, v.sides[side].config)
		}
	}
	for _, side := range captureOrder {
		for _, v := range c.variants {
			c.streams(t, db, c.workers[side], v.sides[side])
		}
	}
	for _, s := range after {
		db.Exec(s)
	}
	db.Exec("insert into " + doneTable + " values (1)")
	for _, v := range c.variants {
		t.Run(v.name, func(t *testing.T) {
			want, have := c.settled(t, v.sides[harness.Java], nil), c.settled(t, v.sides[harness.Millrace], nil)
			if total(want) != total(have) { // a topic that is new takes its time, while others are written
				want, have = c.settled(t, v.sides[harness.Java], have), c.settled(t, v.sides[harness.Millrace], want)
			}
			differences(t, want, have)
		})
	}
}

// captureMax is how long a connector may take to have captured everything.
const captureMax = 2 * time.Minute

// done is the topic of doneTable.
func (s *captureSide) done() string { return s.name + "." + capturePrefix + "." + doneTable }

// streams waits until a connector has taken its snapshot and streams.
func (c *capture) streams(t *testing.T, db *harness.Session, w *harness.Worker, s *captureSide) {
	t.Helper()
	w.WaitState(t, s.name, "RUNNING", 1)
	c.kafka.WaitCount(s.done(), 1, captureMax)
	harness.Eventually(t, captureMax, "the slot is in use", func(context.Context) (bool, error) {
		return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+s.config["slot.name"]+"'")) == 1, nil
	})
}

// lateMax is how long what a side has written to other topics may come behind its last record to doneTable.
const lateMax = 10 * time.Second

// settled returns the records of a side once it has written the last one to doneTable, and what it had written before
// to other topics is there: as much as the other side has, or all that comes within lateMax.
func (c *capture) settled(t *testing.T, s *captureSide, other map[string][]string) (all map[string][]string) {
	t.Helper()
	c.kafka.WaitCount(s.done(), 2, captureMax)
	before := -1
	harness.Eventually(t, captureMax, "all records are there", func(context.Context) (bool, error) {
		all = c.records(t, s)
		n := total(all)
		same := n == before
		before = n
		return same && len(all) >= c.tables, fmt.Errorf("%d records in %d topics", n, len(all))
	})
	if other != nil {
		ctx, cancel := context.WithTimeout(t.Context(), lateMax)
		defer cancel()
		_ = harness.Poll(ctx, "both sides have as many records", func(context.Context) (bool, error) {
			all = c.records(t, s)
			return total(all) >= total(other), nil
		})
	}
	return all
}

// total counts records of all topics.
func total(records map[string][]string) (n int) {
	for _, list := range records {
		n += len(list)
	}
	return n
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
	if s.loosen != nil {
		for name, records := range all {
			all[name] = s.loosen(name, records)
		}
	}
	return all
}

// objectHash is what Debezium appends to the name of a class: another in every run.
var objectHash = regexp.MustCompile(`(LogicalDecodingMessageId)@[0-9a-f]+`)

// recordText shows a record: key, value and headers as JSON with sorted members, schemas included.
func recordText(t *testing.T, r harness.Record, connector string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "key %s\nvalue %s", masked(t, r.Key), objectHash.ReplaceAll(masked(t, r.Value), []byte("$1")))
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
	if list, ok := payload["data_collections"].([]any); ok { // in the order of a hash table, in which messages have places by chance
		name := func(v any) string {
			collection, _ := v.(map[string]any)
			return objectHash.ReplaceAllString(fmt.Sprint(collection["data_collection"]), "$1")
		}
		if slices.ContainsFunc(list, func(v any) bool { return strings.Contains(name(v), "LogicalDecodingMessageId") }) {
			slices.SortStableFunc(list, func(a, b any) int { return strings.Compare(name(a), name(b)) })
		}
	}
	source, ok := payload["source"].(map[string]any)
	if !ok || source["snapshot"] == nil || source["snapshot"] == "false" {
		return
	}
	// Each side has taken its snapshot at a time of its own.
	for _, name := range []string{"ts_ms", "ts_us", "ts_ns", "txId", "lsn", "sequence"} {
		if source[name] != nil || source["snapshot"] == "incremental" { // with Debezium's a chunk may have no position
			source[name] = "own"
		}
	}
}

// differencesMax is how many records of a topic are reported.
const differencesMax = 8

// differences reports records in which the sides differ.
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
		reported := 0
		for i := range w {
			if i >= len(h) {
				t.Errorf("topic %s: ours lacks record %d of %d:\n%s", topic, i, len(w), w[i])
				break
			}
			if w[i] != h[i] {
				t.Errorf("topic %s, record %d: %s", topic, i, firstDifference(w[i], h[i]))
				if reported++; reported == differencesMax {
					break
				}
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

//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

const (
	// crashRecords are those of a topic before the worker dies, and again behind that.
	crashRecords = 100
	// crashPoisonEvery is the distance of those that no converter takes.
	crashPoisonEvery = 10
)

var sinkCrashes = []crashPoint{{"sink-put", 2}, {"sink-taken", 2}, {"sink-flush", 1}, {"sink-flushed", 2}, {"sink-commit", 1}, {"sink-committed", 1},
	{"letter-topic", 1}, {"letter-send", 4}, {"letter-acked", 4}}

// crashSink is a sink with dead letters whose only worker dies. Offsets that end with five are poison.
type crashSink struct {
	*crashHistory
	t                *testing.T
	kafka            *harness.Kafka
	worker           *harness.Worker
	program          string
	name, topic, dir string
	produced         int
}

// crashHistory is a history that a test writes beside that of a connector, and what it is held to.
type crashHistory struct {
	t    *testing.T
	file *os.File
}

func newCrashHistory(t *testing.T, path, class string) *crashHistory {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	h := &crashHistory{t, f}
	h.tell(time.Now(), map[string]any{"type": "guarantee", "class": class})
	return h
}

func (h *crashHistory) tell(at time.Time, e map[string]any) {
	h.t.Helper()
	e["time"] = at.UnixNano()
	line, err := json.Marshal(e)
	if err == nil {
		_, err = h.file.Write(append(line, '\n'))
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// verify has the history checked by the program, together with others.
func (h *crashHistory) verify(others ...string) {
	h.t.Helper()
	h.tell(time.Now(), map[string]any{"type": "end"})
	out, err := exec.CommandContext(h.t.Context(), suite.Program(h.t), append([]string{"verify", h.file.Name()}, others...)...).CombinedOutput()
	if err != nil {
		h.t.Errorf("%v\n%s", err, out)
	}
}

// crashSinks runs points in one worker, a sink for each.
func crashSinks(t *testing.T, broker *harness.Broker, worker harness.WorkerConfig, points, replays, sinkReplays []crashPoint) {
	t.Helper()
	cluster := suite.NewCluster(t, broker.Bootstrap, harness.Properties{
		"session.timeout.ms": "2000", "heartbeat.interval.ms": "400", "scheduled.rebalance.max.delay.ms": "0",
		"consumer.session.timeout.ms": "2000", "consumer.heartbeat.interval.ms": "400", "consumer.auto.offset.reset": "earliest",
	})
	w := cluster.Add(harness.Millrace, worker)
	w.StartReady(t)
	each := func(kind string, points []crashPoint, try func(*crashSink, crashPoint)) {
		for _, p := range points {
			t.Run(kind+" "+p.String(), func(t *testing.T) {
				s := newCrashSink(t, cluster, w, worker.Program)
				try(s, p)
				w.Do(t, http.MethodDelete, "/connectors/"+s.name, "")
			})
		}
	}
	each("sink", points, (*crashSink).die)
	each("replay", replays, (*crashSink).dieReplaying)
	each("replay to sink", sinkReplays, (*crashSink).dieReplayingToSink)
}

func newCrashSink(t *testing.T, cluster *harness.Cluster, w *harness.Worker, program string) *crashSink {
	t.Helper()
	s := &crashSink{t: t, kafka: harness.NewKafka(t, cluster.Property("bootstrap.servers")), worker: w, program: program, dir: t.TempDir(),
		topic: harness.Unique(t, "offsets"), name: harness.Unique(t, "sink")}
	s.crashHistory = newCrashHistory(t, filepath.Join(s.dir, "audit.jsonl"), "alo")
	s.kafka.CreateTopic(s.topic, 1, nil)
	s.produce(crashRecords)
	return s
}

// config writes to files that begin with prefix, and takes poison where it is not strict.
func (s *crashSink) config(prefix string, strict bool) harness.Properties {
	c := harness.Properties{
		"name": s.name, "connector.class": "com.example.counter.OffsetSink", "tasks.max": "1", "topics": s.topic,
		"file": filepath.Join(s.dir, prefix+".txt"), "history": filepath.Join(s.dir, prefix+".jsonl"),
		"errors.tolerance": "all", "errors.deadletterqueue.topic.name": s.dead(), "errors.deadletterqueue.topic.replication.factor": "1",
		"errors.deadletterqueue.context.headers.enable": "true",
	}
	if strict {
		c["value.converter"], c["value.converter.schemas.enable"] = "org.apache.kafka.connect.json.JsonConverter", "false"
	}
	return c
}

func (s *crashSink) dead() string { return s.name + "-dead" }
func (s *crashSink) tp() string   { return s.topic + "-0" }

// crashPoison reports whether the record at an offset is poison.
func crashPoison(offset int) bool { return offset%crashPoisonEvery == 5 }

func (s *crashSink) produce(n int) {
	list := make([]harness.Record, n)
	for i := range list {
		list[i] = harness.Record{Topic: s.topic, Key: []byte(strconv.Itoa(s.produced)), Value: []byte(`{"ok": true}`)}
		if crashPoison(s.produced) {
			list[i].Value = []byte(`{"ok": `)
		}
		s.produced++
	}
	s.kafka.Produce(list...)
}

// put sends the config where the worker may die of it.
func (s *crashSink) put(config harness.Properties) {
	body, err := json.Marshal(config)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _, _ = s.worker.Ask(s.t.Context(), http.MethodPut, "/connectors/"+s.name+"/config", string(body)) // again later
}

// die lets the worker die at a point while records come, and then go on.
func (s *crashSink) die(p crashPoint) {
	t := s.t
	t.Helper()
	strict := s.config("target", true)
	s.worker.Stop(t)
	s.worker.StartWith(t, p.env())
	s.worker.WaitReady(t)
	s.put(strict)
	p.await(t, s.worker.Process, func() { s.produce(crashPoisonEvery) })
	s.tellCommitted()
	s.worker.StartReady(t)
	s.run(strict)
	s.audit("target")
	s.verify(strict["history"])
}

// run produces the rest, and waits until it is committed.
func (s *crashSink) run(config harness.Properties) {
	s.t.Helper()
	s.produce(crashRecords)
	s.tell(time.Now(), map[string]any{"type": "goal", "conn": s.name, "tp": s.tp(), "pos": s.produced})
	s.put(config)
	harness.Eventually(s.t, laneMax, "everything is committed", func(ctx context.Context) (bool, error) {
		at, err := s.kafka.Committed(ctx, "connect-"+s.name, s.topic)
		return err == nil && at[0] == int64(s.produced), fmt.Errorf("%v of %d: %w", at, s.produced, err)
	})
	s.tellCommitted()
}

// tellCommitted tells the committed offset. A task never puts poison: it goes on behind it.
func (s *crashSink) tellCommitted() {
	s.t.Helper()
	at, err := s.kafka.Committed(s.t.Context(), "connect-"+s.name, s.topic)
	if err != nil {
		s.t.Fatal(err)
	}
	pos := int(at[0])
	if pos < 0 {
		return
	}
	if crashPoison(pos) {
		pos++
	}
	s.tell(time.Now(), map[string]any{"type": "offset", "conn": s.name, "tp": s.tp(), "pos": pos})
}

// audit tells what files and dead letters hold, and that they hold every offset.
func (s *crashSink) audit(prefix string) {
	s.t.Helper()
	there := s.lines(prefix)
	for _, letters := range s.kafka.Consume(s.dead()) {
		for _, l := range letters {
			offset, err := strconv.Atoi(string(l.Key))
			if err != nil || !crashPoison(offset) {
				s.t.Errorf("letter %q at %d: %v", l.Key, l.Offset, err)
			}
			there[offset] = true
			s.tell(l.Timestamp, map[string]any{"type": "dlq", "conn": s.name, "tp": s.tp(), "off": offset})
		}
	}
	for offset := range s.produced {
		if !there[offset] {
			s.t.Errorf("offset %d is lost", offset)
		}
	}
}

// lines tells the lines of a file, durable as soon as they were put, and returns their offsets.
func (s *crashSink) lines(prefix string) map[int]bool {
	s.t.Helper()
	put := map[int]int64{}
	for line := range bytes.Lines(s.read(prefix + ".jsonl")) {
		var e struct {
			Time int64
			Off  int
		}
		if json.Unmarshal(line, &e) == nil && put[e.Off] == 0 { // the last line may be torn
			put[e.Off] = e.Time
		}
	}
	there := map[int]bool{}
	for line := range bytes.Lines(s.read(prefix + ".txt")) {
		offset, err := strconv.Atoi(string(bytes.TrimSpace(line)))
		if err != nil {
			s.t.Fatal(err)
		}
		there[offset] = true
		s.tell(time.Unix(0, put[offset]), map[string]any{"type": "durable", "conn": s.name, "tp": s.tp(), "off": offset, "file": prefix})
	}
	return there
}

func (s *crashSink) read(file string) []byte {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, file))
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

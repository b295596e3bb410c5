//go:build e2e || soak

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// fileCrashes are points of a standalone worker that replaces its offset file.
var fileCrashes = []crashPoint{{"offset-file-write", 2}, {"offset-file-sync", 2}, {"offset-file-rename", 2}, {"offset-file-renamed", 2}}

// journalCrashes are points of millrace dev --data that writes schemas.
var journalCrashes = []crashPoint{{"journal-write", 3}, {"journal-written", 3}, {"journal-synced", 3}}

// crashFiles lets a standalone worker die at points while a source counts: it goes on from offsets that it wrote, old or
// new ones.
func crashFiles(t *testing.T, broker *harness.Broker, worker harness.WorkerConfig, points []crashPoint) {
	t.Helper()
	for n, p := range points {
		t.Run("file "+p.String(), func(t *testing.T) {
			dir := t.TempDir()
			kafka := harness.NewKafka(t, broker.Bootstrap)
			r := &laneRun{t: t, random: rand.New(rand.NewPCG(uint64(n), 0)), name: "counter", topic: harness.Unique(t, "counter"), dir: dir,
				kafka: kafka, lane: &lane{side: harness.Millrace, class: "alo"}}
			r.offsets = r.topic // it has none
			kafka.CreateTopic(r.topic, laneTopicParts, nil)
			r.config = harness.Properties{
				"name": r.name, "connector.class": "com.example.counter.CounterSource", "tasks.max": "2", "topic": r.topic,
				"partitions": fmt.Sprint(laneSources), "interval.ms": "20", "history": filepath.Join(dir, "emit.jsonl"), "goal.file": filepath.Join(dir, "goal"),
			}
			connector, err := r.config.WriteFile(filepath.Join(dir, "counter.properties"))
			if err != nil {
				t.Fatal(err)
			}
			c := worker
			offsets := filepath.Join(dir, "offsets")
			c.Connectors, c.Properties = []string{connector}, harness.Properties{
				"bootstrap.servers": broker.Bootstrap, "offset.storage.file.filename": offsets, "offset.flush.interval.ms": "200",
				"key.converter": stringConverter, "value.converter": stringConverter,
			}
			w := suite.NewWorker(t, harness.Millrace, c)
			r.cluster = &harness.Cluster{Kafka: kafka, Workers: []*harness.Worker{w}}
			if r.history, err = os.Create(filepath.Join(dir, "audit.jsonl")); err != nil {
				t.Fatal(err)
			}
			defer r.history.Close()
			r.tell(event{Type: "guarantee", Class: r.class})
			w.StartWith(t, p.env())
			p.await(t, w.Process, nil)
			r.tellFile(offsets)
			w.StartReady(t)
			r.finish()
			w.Stop(t)
			r.tellFile(offsets)
			if left, err := filepath.Glob(offsets + ".*"); err != nil || len(left) > 0 {
				t.Errorf("%v is left beside the offset file: %v", left, err)
			}
			r.audit()
			r.verify()
		})
	}
}

// fileOffset is an offset of the counting source in a Java-serialized map: its key, then its value.
var fileOffset = regexp.MustCompile(`(?s)\{"sp":"(\d+)"\}\].*?\{"pos":(\d+)\}`)

// tellFile tells the offsets that a file has.
func (r *laneRun) tellFile(path string) {
	r.t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.t.Fatal(err)
	}
	found := fileOffset.FindAllSubmatch(text, -1)
	if len(found) == 0 {
		r.t.Errorf("the offset file has no offsets:\n%q", text)
	}
	for _, m := range found {
		pos, err := strconv.ParseInt(string(m[2]), 10, 64)
		if err != nil {
			r.t.Fatal(err)
		}
		r.tell(event{Type: "offset", Conn: r.name, SP: string(m[1]), Pos: pos})
	}
}

// crashJournals lets millrace dev --data die at points while schemas are registered: those that were answered are there
// when it comes back, under their ids, and others are whole or not there.
func crashJournals(t *testing.T, program string, points []crashPoint) {
	t.Helper()
	for _, p := range points {
		t.Run("registry "+p.String(), func(t *testing.T) {
			dir := t.TempDir()
			schema := func(n int) string { return fmt.Sprintf(`{"type":"record","name":"r%d","fields":[]}`, n) }
			register := func(url string, n int) (id int, ok bool) {
				body, err := json.Marshal(map[string]string{"schema": schema(n)})
				if err != nil {
					t.Fatal(err)
				}
				res, err := http.Post(fmt.Sprintf("%s/subjects/s%d/versions", url, n), "application/json", strings.NewReader(string(body)))
				if err != nil {
					return 0, false
				}
				defer res.Body.Close()
				var answer struct{ ID int }
				if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
					return 0, false
				}
				return answer.ID, true
			}
			d, url := startDev(t, program, []string{p.env()}, "--data", dir)
			var ids []int
			p.await(t, d, func() {
				if id, ok := register(url, len(ids)); ok {
					ids = append(ids, id)
				}
			})
			if len(ids) != p.nth-1 {
				t.Errorf("%d schemas were registered before it died", len(ids))
			}
			d, url = startDev(t, program, nil, "--data", dir)
			for n, was := range ids {
				if id, ok := register(url, n); !ok || id != was {
					t.Errorf("schema %d has the id %d, %v, it had %d", n, id, ok, was)
				}
			}
			if id, ok := register(url, len(ids)); !ok || id != len(ids)+1 {
				t.Errorf("the schema that was about to be written has the id %d, %v", id, ok)
			}
			if err := d.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// poisonRun is how long TestPoison is.
type poisonRun struct {
	records int
	slices  int // that go in, each with workers that are killed behind it
	cuts    int // replays that are killed, each with a worker
}

// TestPoison lets a sink whose records are partly poison run in three workers that are killed again and again: the target
// and the dead letters then hold every record, each once or again from the place that was committed. Then the connector's
// config is changed so that all of them pass, and the letters are replayed, with replays and workers killed in the middle:
// the target is that of a run without errors.
func TestPoison(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that poison is neither lost nor repeated")
	p := newPoison(t, broker, poisonSize)
	for _, w := range p.workers {
		w.StartReady(t)
	}
	p.workers[0].Create(t, p.name, p.config(true))
	for range p.size.slices {
		p.slice(t)
	}
	p.settle(t)
	p.checkTarget(t)
	p.checkDead(t)

	p.fix(t)
	for range p.size.cuts {
		p.cutReplay(t)
	}
	if said := p.replay(t, "last"); strings.Contains(said, "left") {
		t.Errorf("letters are left:\n%s", said)
	}
	if said := p.replay(t, "again"); !strings.Contains(said, "\n0 replayed\n") {
		t.Errorf("a replay behind another one repeats letters:\n%s", said)
	}
	p.settle(t)
	for _, w := range p.workers {
		w.Stop(t)
	}
	p.checkReplayed(t)
	p.checkTarget(t)
}

// poisonRig is a cluster and what goes through it.
type poisonRig struct {
	*poisoned
	size    poisonRun
	name    string // of the connector
	dir     string
	kafka   *harness.Kafka
	cluster *harness.Cluster
	workers []*harness.Worker
	program string
	random  *rand.Rand
	kills   int
	fixed   bool // poison passes too
}

func newPoison(t *testing.T, broker *harness.Broker, size poisonRun) *poisonRig {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	p := &poisonRig{poisoned: newPoisoned(harness.Unique(t, "poisoned"), size.records), size: size, name: harness.Unique(t, "ledger"), dir: t.TempDir(),
		kafka: harness.NewKafka(t, broker.Bootstrap), program: ourMoody(t), random: rand.New(rand.NewPCG(seed, 0))}
	p.kafka.CreateTopic(p.topic, poisonPartitions, nil)
	p.cluster = suite.NewCluster(t, broker.Bootstrap, harness.Properties{
		"session.timeout.ms": "2000", "heartbeat.interval.ms": "400", "scheduled.rebalance.max.delay.ms": "500",
		"consumer.session.timeout.ms": "2000", "consumer.heartbeat.interval.ms": "400",
		"connector.client.config.override.policy": "All",
	})
	for range 3 {
		p.workers = append(p.workers, p.cluster.Add(harness.Millrace, harness.WorkerConfig{Dir: p.dir, Program: p.program}))
	}
	return p
}

// config of the sink: one that refuses poison, or one that takes everything.
func (p *poisonRig) config(strict bool) harness.Properties {
	config := harness.Properties{
		"name": p.name, "connector.class": "com.example.moody.Ledger", "tasks.max": "3", "topics": p.topic, "file": p.target(),
		"consumer.override.auto.offset.reset": "earliest", "consumer.override.isolation.level": "read_committed",
		"errors.tolerance": "all", "errors.deadletterqueue.topic.name": p.dead(), "errors.deadletterqueue.topic.replication.factor": "1",
		"errors.deadletterqueue.context.headers.enable": "true",
	}
	if strict {
		return config.With(harness.Properties{
			"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "true",
			"transforms": "cast", "transforms.cast.type": "org.apache.kafka.connect.transforms.Cast$Value", "transforms.cast.spec": "amount:int32",
		})
	}
	return config
}

func (p *poisonRig) target() string { return filepath.Join(p.dir, "ledger.txt") }
func (p *poisonRig) dead() string   { return p.name + "-dead" }

func (p *poisonRig) targetSize() int64 {
	info, err := os.Stat(p.target())
	if err != nil {
		return 0
	}
	return info.Size()
}

// slice lets the next records in, and kills one worker or more while they come out.
func (p *poisonRig) slice(t *testing.T) {
	t.Helper()
	const chunk = 1000
	n := p.size.records / p.size.slices
	lineBytes := int64(len(p.stream.Line(1)) + 1)
	due := p.targetSize() + lineBytes*int64(p.random.IntN(n*9/10))
	for from := 0; from < n; from += chunk {
		p.kafka.Produce(p.next(min(chunk, n-from))...)
	}
	harness.Eventually(t, runMax, "records come out", func(context.Context) (bool, error) {
		have := p.targetSize()
		return have >= due, fmt.Errorf("%d of %d bytes", have, due)
	})
	p.kill(t, 1+p.random.IntN(len(p.workers)))
}

// kill kills so many workers, and starts them again.
func (p *poisonRig) kill(t *testing.T, n int) {
	t.Helper()
	victims := p.random.Perm(len(p.workers))[:n]
	for _, i := range victims {
		p.workers[i].Kill()
	}
	p.kills++
	for _, i := range victims {
		p.workers[i].Start(t)
	}
	for _, i := range victims {
		p.workers[i].WaitReady(t)
	}
}

// settle waits until everything that passes is in the target, and, before transactions are in the topic, is committed.
func (p *poisonRig) settle(t *testing.T) {
	t.Helper()
	var seen int64 = -1
	want := p.healthy
	if p.fixed {
		want = p.n
	}
	harness.Eventually(t, runMax, "every record that passes has come out", func(context.Context) (bool, error) {
		size := p.targetSize()
		if size == seen {
			return false, fmt.Errorf("some are missing in %d bytes", size)
		}
		seen = size
		numbers := p.numbers(t)
		return len(numbers)-repeated(numbers) >= want, nil
	})
	if p.fixed {
		return // ends of transactions are no records: a lag of them stays
	}
	harness.Eventually(t, runMax, "everything is committed", func(ctx context.Context) (bool, error) {
		lag, err := p.kafka.Lag(ctx, "connect-"+p.name, p.topic)
		return err == nil && lag == 0, fmt.Errorf("lag %d: %w", lag, err)
	})
}

// numbers of the lines in the target. What is no line fails t.
func (p *poisonRig) numbers(t *testing.T) []int {
	t.Helper()
	text, err := os.ReadFile(p.target())
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1] // the last one may be about to be written
	numbers, torn, corrupt := p.stream.Scan(whole)
	for _, a := range corrupt {
		t.Errorf("target: %v", a)
	}
	if torn > p.kills*len(p.workers) {
		t.Errorf("target: %d lines were begun and not ended", torn)
	}
	return numbers
}

// checkTarget checks every line of the target.
func (p *poisonRig) checkTarget(t *testing.T) {
	t.Helper()
	numbers := p.numbers(t)
	if !p.fixed {
		report(t, "target", p.checkGood(numbers, p.kills))
		return
	}
	good, bad := p.split(numbers)
	report(t, "target", p.checkGood(good, p.kills))
	report(t, "replayed in the target", p.checkBad(bad, p.kills))
	t.Logf("%d records are in the target, %d of them replayed, after workers were killed %d times", p.n, p.n-p.healthy, p.kills)
}

// checkDead checks that dead letters are the poison as it was produced, and why each died.
func (p *poisonRig) checkDead(t *testing.T) {
	t.Helper()
	var numbers []int
	for _, letters := range p.kafka.Consume(p.dead()) {
		for _, l := range letters {
			number, err := p.stream.Parse(l.Key)
			if err != nil || p.of(number) == nil {
				t.Fatalf("letter %d, key %q: %v", l.Offset, l.Key, err)
			}
			said := map[string]string{}
			for _, h := range l.Headers {
				said[h.Key] = string(h.Value)
			}
			partition, err := strconv.Atoi(said["__connect.errors.partition"])
			if err != nil {
				t.Fatal(err)
			}
			want := p.record(partition, number)
			if string(l.Value) != string(want.Value) || !l.Timestamp.Equal(want.Timestamp) || said["own"] != string(want.Headers[0].Value) {
				t.Errorf("letter %d is %q at %v with headers %q, not %q at %v", l.Offset, l.Value, l.Timestamp, l.Headers, want.Value, want.Timestamp)
			}
			if stage := said["__connect.errors.stage"]; stage != p.of(number).stage {
				t.Errorf("letter %d, of %q, died in %s, not in %s", l.Offset, l.Value, stage, p.of(number).stage)
			}
			numbers = append(numbers, number)
		}
	}
	report(t, "dead letters", p.checkLetters(numbers, p.kills))
	t.Logf("%d letters of %d records, after workers were killed %d times", len(numbers), p.n-p.healthy, p.kills)
}

// fix gives the connector a config that takes poison too.
func (p *poisonRig) fix(t *testing.T) {
	t.Helper()
	put := func(path, body string, want int) {
		t.Helper()
		if status, answer := p.workers[0].Do(t, "PUT", "/connectors/"+p.name+path, body); status != want {
			t.Fatalf("PUT %s answers %d: %s", path, status, answer)
		}
	}
	text, err := json.Marshal(p.config(false))
	if err != nil {
		t.Fatal(err)
	}
	put("/stop", "", 204)
	p.workers[0].WaitState(t, p.name, "STOPPED", 0)
	put("/config", string(text), 200)
	put("/resume", "", 202)
	p.workers[0].WaitState(t, p.name, "RUNNING", 3)
	if err := os.WriteFile(filepath.Join(p.dir, "fixed.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	p.fixed = true
}

// startReplay starts a replay of all letters, which takes some seconds.
func (p *poisonRig) startReplay(t *testing.T, name string) *harness.Process {
	t.Helper()
	r, err := harness.Start(harness.Command{Name: "replay-" + name, Path: p.program, Dir: p.dir, LogDir: p.dir,
		Args: []string{"dlq", "replay", "fixed.json", "--worker", p.workers[0].File, "--rate", strconv.Itoa(max(400, (p.n-p.healthy)/10))}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Kill)
	return r
}

// cutReplay kills a replay, and a worker, in the middle.
func (p *poisonRig) cutReplay(t *testing.T) {
	t.Helper()
	have, err := p.kafka.Count(t.Context(), p.topic)
	if err != nil {
		t.Fatal(err)
	}
	r := p.startReplay(t, fmt.Sprint("cut-", p.kills))
	some := int64(1 + p.random.IntN((p.n-p.healthy)/(p.size.cuts+1)))
	harness.Eventually(t, runMax, "letters are replayed", func(ctx context.Context) (bool, error) {
		if !r.Running() {
			t.Fatalf("the replay ended with %s:\n%s", r.End(), r.Tail(20))
		}
		n, err := p.kafka.Count(ctx, p.topic)
		return n >= have+some, err
	})
	r.Kill()
	p.kill(t, 1)
}

// replay replays to the end and returns what it says.
func (p *poisonRig) replay(t *testing.T, name string) string {
	t.Helper()
	r := p.startReplay(t, name)
	ctx, cancel := context.WithTimeout(t.Context(), runMax)
	defer cancel()
	if code, err := r.Wait(ctx); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v:\n%s", code, err, r.Tail(20))
	}
	return r.Output()
}

// checkReplayed checks that the topic has got the poison once more, each once, in order, and as it was.
func (p *poisonRig) checkReplayed(t *testing.T) {
	t.Helper()
	for at, records := range p.kafka.Consume(p.topic) {
		before := len(p.good[at]) + len(p.bad[at])
		if len(records) != before+len(p.bad[at]) {
			t.Errorf("partition %d holds %d committed records, not %d and %d that were replayed", at, len(records), before, len(p.bad[at]))
			continue
		}
		for i, number := range p.bad[at] {
			have, want := records[before+i], p.record(at, number)
			if want.Offset = have.Offset; !reflect.DeepEqual(have, want) {
				t.Errorf("partition %d: %+v stands where %+v is due", at, have, want)
				break
			}
		}
	}
}

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/apache"
	"github.com/millrace/millrace/smt/predicate"
)

const (
	coreRows       = 400 // of each partition
	corePartitions = 3
)

// recorder is a sink task that keeps what it is given, by partition.
type recorder struct {
	collector
	rng  *rand.Rand // lets Put fail and seek at times; nil: never
	seen [corePartitions][]delivered
}

// delivered is one row at Put.
type delivered struct {
	offset int64
	text   string
}

func (r *recorder) Put(_ context.Context, batches []*batch.Batch) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rng != nil && len(batches) > 0 && r.rng.IntN(4) == 0 {
		r.tc.Timeout(time.Millisecond)
		return connectors.Retriable(errors.New("busy"))
	}
	for _, b := range batches {
		for row := range b.Rows() {
			offset, _ := row.Offset()
			text := append([]byte(row.Topic()+" "), batch.AppendLiteral(nil, row.KeySchema(), row.Key())...)
			text = batch.AppendLiteral(append(text, ' '), row.ValueSchema(), row.Value())
			for _, h := range row.Headers() {
				text = batch.AppendLiteral(append(text, " "+h.Key+"="...), h.Schema, h.Value)
			}
			r.seen[b.Origin.Partition] = append(r.seen[b.Origin.Partition], delivered{offset, string(text)})
		}
	}
	if r.rng != nil && len(batches) > 0 && r.rng.IntN(6) == 0 {
		last := r.seen[batches[0].Origin.Partition]
		if len(last) > 0 {
			r.tc.Seek(map[connectors.TopicPartition]int64{{Topic: "t", Partition: batches[0].Origin.Partition}: max(0, last[len(last)-1].offset-20)})
		}
	}
	return nil
}

// newCoresBench has topic t, whose records are made of a seed, and sinks that r is asked for.
func newCoresBench(t *testing.T, seed uint64, r func() *recorder, more ...*smt.Class) *bench {
	t.Helper()
	set := sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return r() }})
	set.Converters = codec.NewSet(slices.Concat(primitive.Classes(), header.Classes(), connectjson.Classes())...)
	set.Transforms = smt.NewSet(append(apache.Classes(), more...)...)
	set.Predicates = smt.NewPredicateSet(predicate.Classes()...)
	b := newBench(t, set, map[string]int32{"t": corePartitions}, "millrace.stage.rows.max=16")
	rng := rand.New(rand.NewPCG(seed, 1))
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	var list []*kgo.Record
	for p := range int32(corePartitions) {
		for i := range coreRows {
			list = append(list, coreRecord(rng, p, i))
		}
	}
	if err := cl.ProduceSync(t.Context(), list...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	return b
}

// coreRecord is a record of some shape; some are refused by the converter, some by a transform.
func coreRecord(rng *rand.Rand, partition int32, i int) *kgo.Record {
	r := &kgo.Record{Topic: "t", Partition: partition, Key: fmt.Appendf(nil, "k%d", rng.IntN(50)), Timestamp: time.UnixMilli(1_700_000_000_000 + int64(i))}
	qty := fmt.Sprint(rng.IntN(1000))
	switch rng.IntN(30) {
	case 0:
		qty = `"many"`
	case 1:
		r.Value = []byte(`{"qty":`)
	case 2:
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: "drop", Value: []byte("1")})
	}
	if r.Value == nil {
		r.Value = fmt.Appendf(nil, `{"qty":%s,"i":%d,"name":"n%d"}`, qty, i, rng.IntN(9))
	}
	if rng.IntN(10) == 0 {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: "h", Value: fmt.Appendf(nil, `"%d"`, i)})
	}
	if rng.IntN(40) == 0 {
		r.Value = nil
	}
	return r
}

// onCores is the config of a sink of t with a chain over its records.
func onCores(name string, cores int, more ...string) map[string]string {
	return sink(append([]string{"name=" + name, fmt.Sprint("millrace.task.cores=", cores), "value.converter=org.apache.kafka.connect.json.JsonConverter",
		"value.converter.schemas.enable=false", "consumer.override.auto.offset.reset=earliest",
		"transforms=filter,cast,insert,route", "transforms.filter.type=Filter", "transforms.filter.predicate=marked",
		"predicates=marked", "predicates.marked.type=HasHeaderKey", "predicates.marked.name=drop",
		"transforms.cast.type=org.apache.kafka.connect.transforms.Cast$Value", "transforms.cast.spec=qty:int32",
		"transforms.insert.type=org.apache.kafka.connect.transforms.InsertField$Value", "transforms.insert.offset.field=at",
		"transforms.route.type=RegexRouter", "transforms.route.regex=(.*)", "transforms.route.replacement=$1-out"}, more...)...)
}

// started runs a task of a config until all of t is committed, or it failed, and stops it.
func (b *bench) started(props map[string]string) {
	b.t.Helper()
	name := props["name"]
	b.startTask(name, props)
	b.await(name, 0, connectors.Running)
	b.all(name)
	b.stopTask(name)
	b.await(name, 0, connectors.Unassigned)
}

// all waits until all of t is committed.
func (b *bench) all(name string) {
	b.t.Helper()
	b.until("all is committed", func() bool {
		for p := range int32(corePartitions) {
			if b.committed("connect-"+name, "t", p) != coreRows {
				return false
			}
		}
		return true
	})
}

// letters returns what lies in a dead letter topic, by the partitions that it comes from, without what names the connector.
func (b *bench) letters(topic string, n int) (out [corePartitions][]string) {
	b.t.Helper()
	for _, r := range b.consume(topic, n) {
		from := 0
		text := fmt.Sprintf("%s=%s", r.Key, r.Value)
		for _, h := range r.Headers {
			if h.Key == "__connect.errors.partition" {
				from = int(h.Value[0] - '0')
			}
			if h.Key != "__connect.errors.connector.name" {
				text += fmt.Sprintf(" %s=%s", h.Key, h.Value)
			}
		}
		out[from] = append(out[from], text)
	}
	return out
}

// totals are the counts of a task that runs.
func (b *bench) totals(name string) metrics.TaskSnapshot {
	b.t.Helper()
	for _, s := range b.metrics.Snapshot().Tasks {
		if s.ID.Connector == name {
			return metrics.TaskSnapshot{Records: s.Records, Delivered: s.Delivered, Bytes: s.Bytes, Partitions: s.Partitions,
				Failures: s.Failures, Errors: s.Errors, Skipped: s.Skipped, Retries: s.Retries, DeadLetters: s.DeadLetters}
		}
	}
	b.t.Fatalf("no metrics of %s", name)
	return metrics.TaskSnapshot{}
}

// TestTaskCores_SinkAsOnOneCore: rows, their order, dead letters, counts and offsets are those of one core.
func TestTaskCores_SinkAsOnOneCore(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := &recorder{}
			b := newCoresBench(t, seed, func() *recorder { return r })
			run := func(name string, cores int) (*recorder, [corePartitions][]string, metrics.TaskSnapshot) {
				r = &recorder{}
				props := onCores(name, cores, "errors.tolerance=all", "errors.deadletterqueue.topic.name=dead-"+name,
					"errors.deadletterqueue.topic.replication.factor=1", "errors.deadletterqueue.context.headers.enable=true")
				b.startTask(name, props)
				b.await(name, 0, connectors.Running)
				b.all(name)
				counts := b.totals(name)
				b.stopTask(name)
				b.await(name, 0, connectors.Unassigned)
				return r, b.letters("dead-"+name, int(counts.DeadLetters)), counts
			}
			want, letters, counts := run("k", 1)
			if counts.DeadLetters == 0 || counts.Delivered == 0 || counts.Delivered+counts.DeadLetters >= counts.Records {
				t.Fatalf("the records are no test: %+v", counts)
			}
			for cores := 2; cores <= 4; cores++ {
				got, l, c := run(fmt.Sprint("k", cores), cores)
				if !sameRows(got, want) {
					t.Errorf("%d cores: rows differ from those of one", cores)
				}
				for p := range l {
					if !slices.Equal(l[p], letters[p]) {
						t.Errorf("%d cores: dead letters of partition %d are\n%s\nwant\n%s", cores, p, strings.Join(l[p], "\n"), strings.Join(letters[p], "\n"))
					}
				}
				if c != counts {
					t.Errorf("%d cores: counts are %+v, want %+v", cores, c, counts)
				}
			}
		})
	}
}

func sameRows(a, b *recorder) bool {
	for p := range a.seen {
		if !slices.Equal(a.seen[p], b.seen[p]) {
			return false
		}
	}
	return true
}

// TestTaskCores_NothingIsLostOrOvertaken: with puts that fail, seeks, pauses, stops and partitions that come and go, rows of
// a partition come in order, each again only after the task went back.
func TestTaskCores_NothingIsLostOrOvertaken(t *testing.T) {
	for cores := 1; cores <= 4; cores++ {
		t.Run(fmt.Sprint("cores ", cores), func(t *testing.T) {
			var mu sync.Mutex
			var all []*recorder
			b := newCoresBench(t, 7, func() *recorder {
				mu.Lock()
				defer mu.Unlock()
				r := &recorder{rng: rand.New(rand.NewPCG(uint64(len(all)), 2))}
				all = append(all, r)
				return r
			})
			props := onCores("k", cores, "tasks.max=2", "errors.tolerance=all", "consumer.override.max.poll.records=100")
			first, second := connectors.TaskID{Connector: "k"}, connectors.TaskID{Connector: "k", Task: 1}
			rows := func(n int) {
				b.until("rows", func() bool {
					mu.Lock()
					defer mu.Unlock()
					sum := 0
					for _, r := range all {
						r.mu.Lock()
						for p := range r.seen {
							sum += len(r.seen[p])
						}
						r.mu.Unlock()
					}
					return sum >= n
				})
			}
			b.startTask("k", props)
			rows(100)
			b.worker.SetTaskTarget(first, connectors.TargetPaused)
			b.await("k", 0, connectors.Paused)
			b.worker.SetTaskTarget(first, connectors.TargetStarted)
			rows(200)
			if err := b.worker.StartTask(t.Context(), second, 2, props, props, connectors.TargetStarted, b.status); err != nil {
				t.Fatal(err)
			}
			rows(400)
			b.stopTask("k")
			b.startTask("k", props)
			b.all("k")
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := b.worker.StopTasks(ctx, []connectors.TaskID{first, second}); err != nil {
				t.Error(err)
			}
			checkLives(t, all)
		})
	}
}

// checkLives compares the rows of all lives of a connector's tasks with those of one that nothing happened to.
func checkLives(t *testing.T, all []*recorder) {
	t.Helper()
	r := &recorder{}
	b := newCoresBench(t, 7, func() *recorder { return r })
	b.started(onCores("k", 1, "errors.tolerance=all"))
	for p := range r.seen {
		next := map[int64]delivered{-1: r.seen[p][0]} // what follows a row
		seen := map[int64]bool{}
		for i, d := range r.seen[p][1:] {
			next[r.seen[p][i].offset] = d
		}
		for k, life := range all {
			last := int64(-1)
			for _, d := range life.seen[p] {
				if d.offset > last && last >= 0 && next[last] != d {
					t.Fatalf("task %d, partition %d: %v follows offset %d, want %v", k, p, d, last, next[last])
				}
				last = d.offset
				seen[last] = true
			}
		}
		if len(seen) != len(r.seen[p]) {
			t.Errorf("partition %d: %d rows came, want %d", p, len(seen), len(r.seen[p]))
		}
	}
}

// TestTaskCores_NoToleranceEndsAtTheFirstBadRow: what lies behind it is neither put nor committed, and it is reported once.
func TestTaskCores_NoToleranceEndsAtTheFirstBadRow(t *testing.T) {
	for cores := 1; cores <= 3; cores++ {
		t.Run(fmt.Sprint("cores ", cores), func(t *testing.T) {
			r := &recorder{}
			b := newCoresBench(t, 3, func() *recorder { return r })
			b.startTask("k", onCores("k", cores, "errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=1"))
			s := b.await("k", 0, connectors.Failed)
			if want := "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: "; !strings.HasPrefix(s.Trace, want) {
				t.Errorf("trace is %s", s.Trace)
			}
			b.consume("dead", 1)
			b.stopTask("k")
			if end := b.cluster.PartitionInfo("dead", 0).HighWatermark; end != 1 {
				t.Errorf("%d dead letters", end)
			}
			for p := range r.seen {
				committed := b.committed("connect-k", "t", int32(p))
				for _, d := range r.seen[p] {
					if d.offset >= committed {
						t.Errorf("partition %d: offset %d was put, %d is committed", p, d.offset, committed)
					}
				}
			}
		})
	}
}

// independent is a transform of records that says that it treats each by itself.
func independent(name string, f func(smt.Record) (smt.Record, bool, error)) *smt.Class {
	return &smt.Class{Name: name, Version: "1", Def: config.NewDef(), Independent: true, New: func(map[string]string, smt.Context) (smt.Transform, error) {
		return smt.Rows(f, nil), nil
	}}
}

// TestTaskCores_RetriesUntilItWorks: rows that fail for some time are neither lost nor overtaken.
func TestTaskCores_RetriesUntilItWorks(t *testing.T) {
	for cores := 1; cores <= 3; cores++ {
		var mu sync.Mutex
		tries := map[string]int{}
		r := &recorder{}
		b := newCoresBench(t, 3, func() *recorder { return r }, independent("test.Flaky", func(r smt.Record) (smt.Record, bool, error) {
			mu.Lock()
			defer mu.Unlock()
			id := fmt.Sprint(r.Row.Batch().Origin.Partition, r.Offset)
			if tries[id]++; r.Offset%40 == 3 && tries[id] < 5 {
				return r, false, connectors.Retriable(errors.New("busy"))
			}
			return r, true, nil
		}))
		b.started(sink(fmt.Sprint("millrace.task.cores=", cores), "transforms=p", "transforms.p.type=test.Flaky", "errors.retry.timeout=-1", "errors.retry.delay.max.ms=1"))
		for p := range r.seen {
			if len(r.seen[p]) != coreRows || !slices.IsSortedFunc(r.seen[p], func(a, b delivered) int { return int(a.offset - b.offset) }) {
				t.Errorf("%d cores, partition %d: %d rows, in order or not", cores, p, len(r.seen[p]))
			}
		}
	}
}

// TestTaskCores_TransformsThatRememberKeepTheTaskOnOne: and the log says which.
func TestTaskCores_TransformsThatRememberKeepTheTaskOnOne(t *testing.T) {
	last := map[int32]int64{} // without a lock: one goroutine calls
	counting := independent("test.Counting", func(r smt.Record) (smt.Record, bool, error) {
		p := r.Row.Batch().Origin.Partition
		if r.Offset != last[p] {
			return r, false, fmt.Errorf("offset %d is no successor of %d", r.Offset, last[p]-1)
		}
		last[p]++
		return r, true, nil
	})
	counting.Independent = false
	r := &recorder{}
	b := newCoresBench(t, 3, func() *recorder { return r }, counting)
	b.started(sink("millrace.task.cores=3", "transforms=c", "transforms.c.type=test.Counting"))
	if want := `msg="task stays on one core: not every transform is known to treat each record by itself" connector=k task=0 key=millrace.task.cores classes=test.Counting`; !strings.Contains(b.log.String(), want) {
		t.Errorf("log lacks %s", want)
	}
}

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/plugin"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// patience is how long a test waits for what must happen; only a broken program takes as long.
const patience = 60 * time.Second

// bench is a worker beside a broker of its own.
type bench struct {
	t       *testing.T
	cluster *kfake.Cluster
	brokers []string
	worker  *engine.Worker
	options engine.Options // of the worker
	offsets *memoryOffsets
	topics  *usedTopics
	log     *logText
	metrics *metrics.Registry
	client  *kgo.Client
	reports chan connectors.Status
	seen    []connectors.Status
}

// newBench starts both; plugins are the stock converters and the given classes.
func newBench(t *testing.T, set plugin.Set, topics map[string]int32, settings ...string) *bench {
	t.Helper()
	pool := mem.Checked(t)
	opts := []kfake.Opt{kfake.NumBrokers(1)}
	for name, n := range topics {
		opts = append(opts, kfake.SeedTopics(n, name))
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	b := &bench{
		t: t, cluster: cluster, brokers: cluster.ListenAddrs(), offsets: &memoryOffsets{all: map[string]connectors.PartitionOffset{}},
		topics: &usedTopics{}, log: &logText{}, metrics: metrics.New(metrics.Options{}), reports: make(chan connectors.Status, 1000),
	}
	if b.client, err = kgo.NewClient(kgo.SeedBrokers(b.brokers...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.client.Close)
	if set.Converters.Classes == nil {
		set.Converters = codec.NewSet(append(primitive.Classes(), header.Classes()...)...)
	}
	b.options = engine.Options{
		Config:  b.config(settings...),
		Plugins: set,
		Pool:    batch.NewPool(pool),
		Offsets: b.offsets,
		Topics:  b.topics,
		Metrics: b.metrics,
		Logger:  slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		NewClient: func(props map[string]string, opts ...kgo.Opt) (*kgo.Client, error) {
			own := []kgo.Opt{kgo.SeedBrokers(strings.Split(props["bootstrap.servers"], ",")...), kgo.ClientID(props["client.id"]),
				kgo.MetadataMinAge(10 * time.Millisecond), kgo.RetryBackoffFn(func(int) time.Duration { return 10 * time.Millisecond })}
			return kgo.NewClient(append(own, opts...)...)
		},
	}
	b.worker, err = engine.NewWorker(b.options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		b.worker.Close(ctx)
		if t.Failed() {
			t.Log(b.log.String())
		}
	})
	return b
}

// config returns worker properties: settings are key=value.
func (b *bench) config(settings ...string) map[string]string {
	c := map[string]string{
		"bootstrap.servers":        strings.Join(b.brokers, ","),
		"key.converter":            "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":          "org.apache.kafka.connect.storage.StringConverter",
		"offset.flush.interval.ms": "20",
	}
	maps.Copy(c, pairs(settings...))
	return c
}

// pairs makes a map of key=value.
func pairs(list ...string) map[string]string {
	m := map[string]string{}
	for _, s := range list {
		k, v, _ := strings.Cut(s, "=")
		m[k] = v
	}
	return m
}

// status takes statuses of connectors and tasks.
func (b *bench) status(s connectors.Status) { b.reports <- s }

// await waits for a state of a connector (n = connectors.ConnectorTask) or task; others that come
// before it are kept in seen.
func (b *bench) await(name string, n int, state connectors.State) connectors.Status {
	b.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case s := <-b.reports:
			b.seen = append(b.seen, s)
			if s.ID == (connectors.TaskID{Connector: name, Task: n}) {
				if s.State == state {
					return s
				}
				if s.State == connectors.Failed {
					b.t.Fatalf("%s-%d is FAILED instead of %s: %s", name, n, state, s.Trace)
				}
			}
		case <-deadline:
			b.t.Fatalf("%s-%d did not become %s; seen: %v", name, n, state, b.seen)
		}
	}
}

// until waits for a condition.
func (b *bench) until(what string, ok func() bool) {
	b.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			b.t.Fatalf("did not happen: %s", what)
		}
	}
}

// startTask starts task 0 of a connector.
func (b *bench) startTask(name string, props map[string]string) {
	b.t.Helper()
	if err := b.worker.StartTask(b.t.Context(), connectors.TaskID{Connector: name}, 1, props, props, connectors.TargetStarted, b.status); err != nil {
		b.t.Fatal(err)
	}
}

// stopTask stops task 0.
func (b *bench) stopTask(name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.worker.StopTasks(ctx, []connectors.TaskID{{Connector: name}}); err != nil {
		b.t.Fatal(err)
	}
}

// produce writes records of the form value, or key=value, to a topic.
func (b *bench) produce(topic string, records ...string) {
	b.t.Helper()
	var list []*kgo.Record
	for _, r := range records {
		rec := &kgo.Record{Topic: topic, Value: []byte(r)}
		if k, v, ok := strings.Cut(r, "="); ok {
			rec.Key, rec.Value = []byte(k), []byte(v)
		}
		list = append(list, rec)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.client.ProduceSync(ctx, list...).FirstErr(); err != nil {
		b.t.Fatal(err)
	}
}

// consume reads n records of a topic from its start.
func (b *bench) consume(topic string, n int) []*kgo.Record {
	b.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		b.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out []*kgo.Record
	for len(out) < n {
		f := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			b.t.Fatalf("topic %s has %d records, want %d", topic, len(out), n)
		}
		f.EachRecord(func(r *kgo.Record) { out = append(out, r) })
	}
	return out
}

// committed returns the committed offset of a partition, -1 without one.
func (b *bench) committed(group, topic string, partition int32) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	all, err := kadm.NewClient(b.client).FetchOffsets(ctx, group)
	if errors.Is(err, kerr.GroupIDNotFound) {
		return -1
	}
	if err != nil {
		b.t.Fatal(err)
	}
	o, ok := all.Lookup(topic, partition)
	if !ok {
		return -1
	}
	return o.At
}

// refuseProduce lets the broker answer every record with an error.
func (b *bench) refuseProduce(code int16) {
	b.cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		req := r.(*kmsg.ProduceRequest)
		resp := req.ResponseKind().(*kmsg.ProduceResponse)
		for _, t := range req.Topics {
			st := kmsg.NewProduceResponseTopic()
			st.Topic, st.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				sp := kmsg.NewProduceResponseTopicPartition()
				sp.Partition, sp.ErrorCode = p.Partition, code
				st.Partitions = append(st.Partitions, sp)
			}
			resp.Topics = append(resp.Topics, st)
		}
		return resp, nil, true
	})
}

// holdProduce lets the broker wait with its answers to producers until the result is called.
func (b *bench) holdProduce() func() {
	free := make(chan struct{})
	b.cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.SleepControl(func() { <-free })
		return nil, nil, false
	})
	return sync.OnceFunc(func() { close(free) })
}

// values joins the values of records.
func values(recs []*kgo.Record) string {
	var out []string
	for _, r := range recs {
		out = append(out, string(r.Value))
	}
	return strings.Join(out, " ")
}

// memoryOffsets keeps source offsets in memory.
type memoryOffsets struct {
	mu   sync.Mutex
	all  map[string]connectors.PartitionOffset // connector and key of the partition
	sets int
	err  error // that Set returns
}

func (m *memoryOffsets) key(connector string, p batch.Value) string {
	return string(p.AppendKey([]byte(connector + "\x00")))
}

func (m *memoryOffsets) Get(_ context.Context, connector string, partitions []batch.Value) ([]batch.Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []batch.Value
	for _, p := range partitions {
		out = append(out, m.all[m.key(connector, p)].Offset)
	}
	return out, nil
}

func (m *memoryOffsets) Set(_ context.Context, connector string, offsets []connectors.PartitionOffset) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.sets++
	for _, o := range offsets {
		m.all[m.key(connector, o.Partition)] = o
	}
	return nil
}

// fail makes Set return an error from now on.
func (m *memoryOffsets) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// at returns the number under "n" in the offset of the only partition, -1 without one.
func (m *memoryOffsets) at() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.all {
		if v, ok := o.Offset.Map().Get(batch.StringValue("n")); ok {
			return v.Int()
		}
	}
	return -1
}

// usedTopics remembers what the tracker is told, each once.
type usedTopics struct {
	mu   sync.Mutex
	list []string
}

func (u *usedTopics) TopicUsed(id connectors.TaskID, topic string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if used := id.String() + " " + topic; !slices.Contains(u.list, used) {
		u.list = append(u.list, used)
	}
}

// reset forgets all.
func (u *usedTopics) reset() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list = nil
}

func (u *usedTopics) String() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.list, ", ")
}

// logText is the log.
type logText struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

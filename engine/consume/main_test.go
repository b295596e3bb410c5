package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/budget"
)

func TestMain(m *testing.M) {
	if os.Getenv(brokerEnv) != "" {
		serve()
		return
	}
	goleak.VerifyTestMain(m)
}

// pathEnv chooses what members make batches of, where a test does not: record, or what brokers send.
const pathEnv = "MILLRACE_CONSUME_PATH"

// tp is a partition of topic t.
func tp(p int32) connectors.TopicPartition {
	return connectors.TopicPartition{Topic: "t", Partition: p}
}

type offsets = map[connectors.TopicPartition]int64

// cluster starts brokers in this process.
func cluster(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SleepOutOfOrder(), kfake.GroupMinSessionTimeout(100 * time.Millisecond)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// client makes a plain client, for what the tests do beside consuming.
func client(t testing.TB, c *kfake.Cluster, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner())}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// produce writes n records, whose values count from first, to a partition.
func produce(t testing.TB, cl *kgo.Client, at connectors.TopicPartition, first, n int) {
	t.Helper()
	var list []*kgo.Record
	for i := range n {
		list = append(list, &kgo.Record{Topic: at.Topic, Partition: at.Partition, Value: fmt.Appendf(nil, "%06d", first+i)})
	}
	if err := cl.ProduceSync(t.Context(), list...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// committed returns what the group committed.
func committed(t testing.TB, cl *kgo.Client, group string) offsets {
	t.Helper()
	list, err := kadm.NewClient(cl).FetchOffsets(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	out := offsets{}
	list.Each(func(o kadm.OffsetResponse) {
		out[connectors.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = o.At
	})
	return out
}

// commitBefore commits offsets for a group that has no member.
func commitBefore(t testing.TB, cl *kgo.Client, group string, o offsets) {
	t.Helper()
	var list kadm.Offsets
	for at, n := range o {
		list.AddOffset(at.Topic, at.Partition, n, -1)
	}
	if err := kadm.NewClient(cl).CommitAllOffsets(t.Context(), group, list); err != nil {
		t.Fatal(err)
	}
}

// member is a consumer with a task that does what a test says; used by one goroutine.
type member struct {
	t    testing.TB
	c    *Records
	pool *mem.Pool

	onAssigned func(positions offsets) error
	onRevoked  func(partitions []connectors.TopicPartition) error
	onLost     func(partitions []connectors.TopicPartition) error

	log  []string // callbacks
	rows map[connectors.TopicPartition][]string
	next offsets // of delivered rows
}

// Assigned implements Rebalance.
func (m *member) Assigned(_ context.Context, positions map[connectors.TopicPartition]int64) error {
	m.log = append(m.log, fmt.Sprintf("assigned %v", sorted(positions)))
	if m.onAssigned != nil {
		return m.onAssigned(positions)
	}
	return nil
}

// Revoked implements Rebalance.
func (m *member) Revoked(_ context.Context, partitions []connectors.TopicPartition) error {
	m.log = append(m.log, fmt.Sprintf("revoked %v", sortedKeys(partitions)))
	if m.onRevoked != nil {
		return m.onRevoked(partitions)
	}
	return nil
}

// Lost implements Rebalance.
func (m *member) Lost(_ context.Context, partitions []connectors.TopicPartition) error {
	m.log = append(m.log, fmt.Sprintf("lost %v", sortedKeys(partitions)))
	if m.onLost != nil {
		return m.onLost(partitions)
	}
	return nil
}

func sorted(o offsets) []string {
	var out []string
	for at, n := range o {
		out = append(out, fmt.Sprintf("%s-%d@%d", at.Topic, at.Partition, n))
	}
	slices.Sort(out)
	return out
}

func sortedKeys(list []connectors.TopicPartition) []string {
	var out []string
	for _, at := range list {
		out = append(out, fmt.Sprintf("%s-%d", at.Topic, at.Partition))
	}
	slices.Sort(out)
	return out
}

// join makes a member of group g that reads t.
func join(t testing.TB, c *kfake.Cluster, props map[string]string, change func(*Options), more ...kgo.Opt) *member {
	t.Helper()
	m := &member{t: t, pool: mem.Checked(t), rows: map[connectors.TopicPartition][]string{}, next: offsets{}}
	all := map[string]string{"group.id": "g", "fetch.max.wait.ms": "20", "heartbeat.interval.ms": "50", "session.timeout.ms": "5000"}
	maps.Copy(all, props)
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	opts, err := ClientOptions(all)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		NewClient: func(own ...kgo.Opt) (*kgo.Client, error) {
			fast := []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...), kgo.MetadataMinAge(10 * time.Millisecond), kgo.RetryBackoffFn(func(int) time.Duration { return time.Millisecond })}
			return kgo.NewClient(slices.Concat(opts, fast, more, own)...)
		},
		Topics: []string{"t"}, Memory: memory(m.pool, 64<<20), Rebalance: m, Logger: slog.New(slog.DiscardHandler),
		RowsMax: 1024, BytesMax: 4 << 20, RecordBytesMax: 64 << 20, LaneDepth: 8,
	}
	if os.Getenv(pathEnv) != "record" {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if change != nil {
		change(&o)
	}
	if m.c, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.c.Close)
	return m
}

// memory is what a single task may take of a pool.
func memory(pool *mem.Pool, bytes int64) *budget.Share { return budget.New(bytes, pool).Join(bytes) }

// poll polls once and keeps what came.
func (m *member) poll(wait time.Duration) error {
	list, err := m.c.Poll(m.t.Context(), wait)
	for _, b := range list {
		at := connectors.TopicPartition{Topic: b.Origin.Topic, Partition: b.Origin.Partition}
		for i := range b.Len() {
			m.rows[at] = append(m.rows[at], string(b.RawValue.At(i)))
		}
		m.next[at] = b.Offsets[b.Len()-1] + 1
		b.Release()
	}
	return err
}

// until polls until cond holds.
func (m *member) until(what string, cond func() bool) {
	m.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !cond() {
		if time.Now().After(deadline) {
			m.t.Fatalf("%s: waited in vain; log %v, rows %v", what, m.log, counts(m.rows))
		}
		if err := m.poll(20 * time.Millisecond); err != nil {
			m.t.Fatalf("%s: %v", what, err)
		}
	}
}

// fails polls until an error comes.
func (m *member) fails() error {
	m.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if err := m.poll(20 * time.Millisecond); err != nil {
			return err
		}
	}
	m.t.Fatal("no error")
	return nil
}

// eventually waits, without polling, until cond holds.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(20 * time.Second); !cond(); <-look.C {
		if time.Now().After(end) {
			t.Fatalf("%s: waited in vain", what)
		}
	}
}

func (m *member) has(at connectors.TopicPartition, n int) func() bool {
	return func() bool { return len(m.rows[at]) >= n }
}

// inOrder checks that the rows of a partition are the numbers from first to last.
func (m *member) inOrder(at connectors.TopicPartition, first, last int) {
	m.t.Helper()
	for i, v := range m.rows[at] {
		if want := fmt.Sprintf("%06d", first+i); v != want {
			m.t.Fatalf("%v: row %d is %s, want %s", at, i, v, want)
		}
	}
	if got := first + len(m.rows[at]) - 1; got != last {
		m.t.Fatalf("%v: rows up to %d, want %d", at, got, last)
	}
}

func counts(rows map[connectors.TopicPartition][]string) map[connectors.TopicPartition]int {
	out := map[connectors.TopicPartition]int{}
	for at, l := range rows {
		out[at] = len(l)
	}
	return out
}

// errTest is what tests let callbacks fail with.
var errTest = errors.New("the task does not want it")

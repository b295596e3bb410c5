package mirror

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/connectortest"
	"github.com/millrace/millrace/internal/kafka/embedded"
)

// cluster is a broker with a client.
type testCluster struct {
	address string
	client  *kgo.Client
	admin   *kadm.Client
}

func newCluster(t testing.TB, opts ...kgo.Opt) *testCluster {
	t.Helper()
	b, err := embedded.Start(embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(b.Bootstrap()), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &testCluster{b.Bootstrap(), client, kadm.NewClient(client)}
}

func (c *testCluster) create(t testing.TB, topic string, partitions int32) {
	t.Helper()
	if _, err := c.admin.CreateTopic(t.Context(), partitions, 1, nil, topic); err != nil {
		t.Fatal(err)
	}
}

func (c *testCluster) produce(t testing.TB, records ...*kgo.Record) {
	t.Helper()
	if err := c.client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func mirrorConfig(from, to *testCluster, more ...string) map[string]string {
	props := map[string]string{
		"name": "m", sourceAliasKey: "A", targetAliasKey: "B", topicsKey: "orders", replicationFactorKey: "1", syncsFactorKey: "1",
		"source.cluster.bootstrap.servers": from.address, "target.cluster.bootstrap.servers": to.address,
		"source.consumer.fetch.max.wait.ms": "20",
	}
	for i := 0; i < len(more); i += 2 {
		props[more[i]] = more[i+1]
	}
	return props
}

func TestSource_KeepsTheContract(t *testing.T) {
	from, to := newCluster(t), newCluster(t)
	from.create(t, "orders", 2)
	began := time.Now()
	for i := range 30 {
		from.produce(t, &kgo.Record{Topic: "orders", Partition: int32(i % 2), Key: []byte{byte(i)}, Value: fmt.Appendf(nil, "value %d", i), Timestamp: began.Add(time.Duration(i) * time.Millisecond)})
	}
	connectortest.Run(t, connectortest.Source{
		Class: Classes()[0],
		Config: func(testing.TB) map[string]string {
			return mirrorConfig(from, to, "consumer.max.poll.records", "7", pollTimeoutKey, "200")
		},
		Rows:    30,
		Refused: []connectortest.Refusal{{Key: syncsLocationKey, Value: "x", Text: "String must be one of"}},
	})
}

// The rows that are made of the bytes of responses are those that the client library has as records.
func TestReader_BytesAreTheRecords(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	codecs := []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()}
	bytes := func(n int) []byte {
		if random.IntN(8) == 0 {
			return nil
		}
		b := make([]byte, random.IntN(n))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	for _, codec := range codecs {
		from := newCluster(t, kgo.ProducerBatchCompression(codec))
		from.create(t, "orders", 1)
		const rows = 700
		for range rows / 100 {
			var list []*kgo.Record
			for range 100 {
				r := &kgo.Record{Topic: "orders", Key: bytes(30), Value: bytes(300), Timestamp: time.UnixMilli(1_700_000_000_000 + int64(random.IntN(1000)))}
				for range random.IntN(3) {
					r.Headers = append(r.Headers, kgo.RecordHeader{Key: fmt.Sprint("h", random.IntN(3)), Value: bytes(10)})
				}
				list = append(list, r)
			}
			from.produce(t, list...)
		}
		pool := batch.NewPool(mem.Checked(t))
		p := &partition{TopicPartition: connectors.TopicPartition{Topic: "orders"}, next: -1, remote: []string{"A.orders"}}
		tc := &connectortest.SourceContext{}
		tc.Batches = pool
		r, err := newReader(map[string]string{"bootstrap.servers": from.address}, []*partition{p}, nil, tc)
		if err != nil {
			t.Fatal(err)
		}
		var have []*batch.Batch
		for n := 0; n < rows; {
			out, err := r.poll(t.Context(), 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range out {
				n += b.Len()
			}
			have = append(have, out...)
		}
		r.close()
		plain, err := kgo.NewClient(kgo.SeedBrokers(from.address), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"orders": {0: kgo.NewOffset().AtStart()}}))
		if err != nil {
			t.Fatal(err)
		}
		var recs []*kgo.Record
		for len(recs) < rows {
			recs = append(recs, plain.PollFetches(t.Context()).Records()...)
		}
		plain.Close()
		i := 0
		for _, b := range have {
			twin := rowsOf(pool, p, recs[i:i+b.Len()])
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
			for k := range b.Len() {
				x, y := text(b, int32(k)), text(twin, int32(k))
				if x != y {
					t.Fatalf("%v, row %d:\n%s\nwith records\n%s", codec, i+k, x, y)
				}
			}
			i += b.Len()
			twin.Release()
			b.Release()
		}
	}
}

// text is all that a row has.
func text(b *batch.Batch, i int32) string {
	s := fmt.Sprintf("%s %d %d %#v %#v %v", b.Topics.At(int(i)), b.Partition, b.Timestamps[i], b.Key.Value(int(i)), b.Value.Value(int(i)), b.Source.(*positions).at(int(i)))
	for _, h := range b.Headers.Of(int(i)) {
		s += fmt.Sprintf(" %s=%#v", h.Key, h.Value)
	}
	return s
}

// The connector makes what is missing on the target, sees topics that come later, and its tasks take over where others ended.
func TestSourceConnector_FollowsTopics(t *testing.T) {
	from, to := newCluster(t), newCluster(t)
	from.create(t, "orders", 3)
	cc := &connectortest.ConnectorContext{Store: &connectortest.Offsets{}}
	c := Classes()[0].NewSource().(*sourceConnector)
	if err := c.Start(t.Context(), cc, mirrorConfig(from, to, topicsKey, "orders,late")); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	tasks, err := c.TaskConfigs(t.Context(), 2)
	if err != nil || len(tasks) != 2 || tasks[0][assignedKey] != "orders-0,orders-2" || tasks[1][assignedKey] != "orders-1" || tasks[1][taskIndexKey] != "1" {
		t.Fatal(tasks, err)
	}
	c.schedule.close() // refresh is ours now
	from.create(t, "late", 1)
	if _, err := from.admin.UpdatePartitions(t.Context(), 4, "orders"); err != nil {
		t.Fatal(err)
	}
	for i := range 2 { // the second one finds nothing new
		if err := c.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := cc.Reconfigurations(); n != 1 {
			t.Errorf("after refresh %d tasks were dealt anew %d times", i+1, n)
		}
	}
	all, err := to.admin.ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, m := len(all["A.orders"].Partitions), len(all["A.late"].Partitions); n != 4 || m != 1 {
		t.Errorf("copies have %d and %d partitions", n, m)
	}
	if syncs, err := from.admin.ListTopics(t.Context(), "mm2-offset-syncs.B.internal"); err != nil || syncs["mm2-offset-syncs.B.internal"].Err != nil {
		t.Error("no topic of offset syncs", err)
	}
}

// A connector whose source cannot be reached starts, as Java's does, and looks again later.
func TestSourceConnector_StartsWithoutClusters(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := Classes()[0].NewSource()
	props := mirrorConfig(&testCluster{address: "127.0.0.1:1"}, &testCluster{address: "127.0.0.1:1"}, adminTimeoutKey, "200")
	if err := c.Start(ctx, &connectortest.ConnectorContext{}, props); err != nil {
		t.Error(err)
	}
	cancel()
	if tasks, err := c.TaskConfigs(t.Context(), 2); err != nil || len(tasks) != 0 {
		t.Error(tasks, err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// What copies got as offsets is told to the topic of offset syncs.
func TestSourceTask_WritesOffsetSyncs(t *testing.T) {
	from := newCluster(t)
	from.create(t, "orders", 1)
	from.create(t, "mm2-offset-syncs.B.internal", 1)
	for i := range 3 {
		from.produce(t, &kgo.Record{Topic: "orders", Value: []byte{byte(i)}})
	}
	pool := batch.NewPool(mem.Checked(t))
	task := Classes()[0].NewSource().NewTask().(*sourceTask)
	tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
	tc.Batches = pool
	if err := task.Start(t.Context(), tc, mirrorConfig(from, from, assignedKey, "orders-0", taskIndexKey, "0")); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < 3; {
		out, err := task.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range out {
			var rows []connectors.RowMetadata
			for i := range b.Len() {
				rows = append(rows, connectors.RowMetadata{Row: int32(i), Topic: "A.orders", Offset: int64(1000 + n + i)})
			}
			if err := task.CommitRecords(t.Context(), b, rows); err != nil {
				t.Fatal(err)
			}
			n += b.Len()
			b.Release()
		}
	}
	if err := task.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(from.address), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"mm2-offset-syncs.B.internal": {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for len(got) < 2 {
		for _, r := range reader.PollFetches(t.Context()).Records() {
			got = append(got, fmt.Sprintf("%q %x", r.Key, r.Value))
		}
	}
	reader.Close()
	want := []string{`"\x00\x06orders\x00\x00\x00\x00" 000000000000000000000000000003e8`, `"\x00\x06orders\x00\x00\x00\x00" 000000000000000200000000000003ea`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := task.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// A heartbeat is the aliases, a version and the time, in partition 0, at offset 0.
func TestHeartbeat(t *testing.T) {
	to := newCluster(t)
	class := Classes()[1]
	props := map[string]string{"name": "h", sourceAliasKey: "A", targetAliasKey: "B", heartbeatFactorKey: "1", "target.cluster.bootstrap.servers": to.address}
	c := class.NewSource()
	if err := c.Start(t.Context(), &connectortest.ConnectorContext{}, props); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if all, err := to.admin.ListTopics(t.Context(), heartbeatsTopic); err != nil || len(all[heartbeatsTopic].Partitions) != 1 {
		t.Error("no topic", err)
	}
	tasks, err := c.TaskConfigs(t.Context(), 3)
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	task := c.NewTask().(*heartbeatTask)
	tc := &connectortest.SourceContext{}
	tc.Batches = batch.NewPool(mem.Checked(t))
	if err := task.Start(t.Context(), tc, tasks[0]); err != nil {
		t.Fatal(err)
	}
	b := task.beat(1_700_000_000_000)
	defer b.Release()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	key, value := string(b.Key.Value(0).Bytes()), fmt.Sprintf("%x", b.Value.Value(0).Bytes())
	partition, err1 := connectors.AppendOffsetMap(nil, b.Source.Partitions()[0])
	offset, err2 := connectors.AppendOffsetMap(nil, b.Source.Offset(0))
	if key != "\x00\x01A\x00\x01B" || value != "00000000018bcfe56800" || b.Topics.At(0) != "heartbeats" || b.Partition != 0 || b.Timestamps[0] != 1_700_000_000_000 {
		t.Errorf("%q %s %v", key, value, b)
	}
	if err1 != nil || err2 != nil || string(partition) != `{"sourceClusterAlias":"A","targetClusterAlias":"B"}` || string(offset) != `{"offset":0}` {
		t.Errorf("%s %s", partition, offset)
	}
	props["emit.heartbeats.enabled"] = "false"
	off := class.NewSource()
	if err := off.Start(t.Context(), &connectortest.ConnectorContext{}, props); err != nil {
		t.Fatal(err)
	}
	if tasks, err := off.TaskConfigs(t.Context(), 3); err != nil || len(tasks) != 0 {
		t.Error(tasks, err)
	}
	if err := off.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

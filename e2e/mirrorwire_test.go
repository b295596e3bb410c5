//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

// wireRows is how many records each codec's batches of the source have in all.
const wireRows = 4000

// TestMirror_WireBatches copies large compressed batches, records of transactions and small batches, with our worker
// killed inside. Batches reach the target as they are, but for those of a task's first poll: records there have the
// compression that they have at the source, and none where the producer makes batches itself. Content and order are the source's, and where records are
// delivered exactly once nothing comes twice.
func TestMirror_WireBatches(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that wire batches are copied as they are")
	for _, c := range []struct {
		name      string
		worker    harness.Properties
		more      harness.Properties
		asTheyAre bool
	}{
		{"at least once", nil, nil, true},
		{"exactly once", harness.Properties{"exactly.once.source.support": "enabled"}, nil, true},
		{"row by row", nil, harness.Properties{"millrace.producer.path": "record"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			kafka := harness.NewKafka(t, broker.Bootstrap)
			topic := harness.Unique(t, "wire")
			kafka.CreateTopic(topic, 2, nil)
			m := &wireCopy{kafka: kafka, bootstrap: broker.Bootstrap, topic: topic, copy: "from." + topic, once: c.worker != nil, began: time.Now().Add(-time.Hour)}
			m.fill(t)

			bytesOnly := "org.apache.kafka.connect.converters.ByteArrayConverter"
			cluster := suite.NewCluster(t, broker.Bootstrap, harness.Properties{"key.converter": bytesOnly, "value.converter": bytesOnly,
				"header.converter": bytesOnly, "offset.flush.interval.ms": "500"}.With(c.worker))
			worker := cluster.Add(harness.Millrace, harness.WorkerConfig{})
			worker.StartReady(t)
			worker.Create(t, "copy", harness.Properties{
				"connector.class": "org.apache.kafka.connect.mirror.MirrorSourceConnector", "tasks.max": "1",
				"source.cluster.alias": "from", "target.cluster.alias": "to", "topics": topic, "replication.factor": "1",
				"source.cluster.bootstrap.servers": broker.Bootstrap, "target.cluster.bootstrap.servers": broker.Bootstrap,
				"offset-syncs.topic.replication.factor": "1", "source.consumer.fetch.max.wait.ms": "100",
				"source.consumer.isolation.level": "read_committed", "heartbeats.replication.enabled": "false",
				"consumer.poll.timeout.ms": "100",
			}.With(c.more))
			m.settled(t)
			m.fill(t) // by a task that has sent to the topic
			harness.Eventually(t, runMax, "some of the second half is copied", func(ctx context.Context) (bool, error) {
				n, err := kafka.Count(ctx, m.copy)
				return err == nil && n > int64(m.written)/2+wireRows, err
			})
			worker.Kill()
			worker.StartReady(t)
			m.settled(t)
			m.equal(t, c.asTheyAre)
		})
	}
}

// wireCopy is a topic and its copy.
type wireCopy struct {
	kafka                  *harness.Kafka
	bootstrap, topic, copy string
	once                   bool // nothing may come twice
	written                int  // records that are not of aborted transactions
	began                  time.Time
}

// fill writes batches of each codec, one after the other, records of a transaction, and of one that is aborted.
func (m *wireCopy) fill(t *testing.T) {
	t.Helper()
	for _, codec := range []kgo.CompressionCodec{kgo.Lz4Compression(), kgo.NoCompression(), kgo.ZstdCompression(), kgo.SnappyCompression(), kgo.GzipCompression()} {
		m.write(t, wireRows, true, kgo.ProducerBatchCompression(codec))
	}
	id := kgo.TransactionalID(m.topic)
	m.write(t, 1000, true, id, kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	m.write(t, 1000, false, id, kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	for range 20 {
		m.write(t, 7, true)
	}
}

func (m *wireCopy) write(t *testing.T, rows int, commit bool, opts ...kgo.Opt) {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(strings.Split(m.bootstrap, ",")...), kgo.DefaultProduceTopic(m.topic),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(50*time.Millisecond))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	transactional := cl.OptValue(kgo.TransactionalID) != ""
	if transactional {
		if err := cl.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
	}
	list := make([]*kgo.Record, rows)
	for i := range list {
		n := m.written + i
		list[i] = &kgo.Record{Partition: int32(n % 2), Key: fmt.Appendf(nil, "key %d", n), Value: fmt.Appendf(nil, "value %d %s", n, strings.Repeat("abcdefgh", n%40)),
			Timestamp: m.began.Add(time.Duration(n*7%1000) * time.Millisecond)}
		if n%5 == 0 {
			list[i].Headers = []kgo.RecordHeader{{Key: "a", Value: []byte{0, byte(n)}}, {Key: "none"}}
		}
	}
	if err := cl.ProduceSync(t.Context(), list...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if transactional {
		if err := cl.EndTransaction(t.Context(), kgo.TransactionEndTry(commit)); err != nil {
			t.Fatal(err)
		}
	}
	if commit {
		m.written += rows
	}
}

// shown is a record without its offset.
func shown(r *kgo.Record) string {
	return fmt.Sprintf("%d %q %q %q", r.Timestamp.UnixMilli(), r.Key, r.Value, r.Headers)
}

// read returns the committed records of a topic by partition, and their compressions.
func (m *wireCopy) read(topic string) (rows [2][]string, codecs map[uint8]int) {
	codecs = map[uint8]int{}
	m.kafka.Scan(topic, kgo.ReadCommitted(), nil, func(int) {}, func(r *kgo.Record) {
		if !r.Attrs.IsControl() {
			rows[r.Partition] = append(rows[r.Partition], shown(r))
			codecs[r.Attrs.CompressionType()]++
		}
	})
	return rows, codecs
}

// settled waits until the last record of each partition was copied.
func (m *wireCopy) settled(t *testing.T) {
	t.Helper()
	want, _ := m.read(m.topic)
	harness.Eventually(t, runMax, "all records are copied", func(ctx context.Context) (bool, error) {
		if n, err := m.kafka.Count(ctx, m.copy); err != nil || n < int64(m.written) {
			return false, fmt.Errorf("%d of %d: %w", n, m.written, err)
		}
		got, _ := m.read(m.copy)
		for p := range got {
			if len(got[p]) < len(want[p]) || got[p][len(got[p])-1] != want[p][len(want[p])-1] {
				return false, fmt.Errorf("partition %d has %d of %d", p, len(got[p]), len(want[p]))
			}
		}
		return true, nil
	})
}

// equal compares the copy with its source. At least once, what a killed worker had copied may come again from where its
// offsets were: what is left without what came again is the source, in order.
func (m *wireCopy) equal(t *testing.T, asTheyAre bool) {
	t.Helper()
	want, codecs := m.read(m.topic)
	got, copied := m.read(m.copy)
	for p := range want {
		if n := len(want[0]) + len(want[1]); n != m.written {
			t.Fatalf("%d records were written, the source has %d", m.written, n)
		}
		if m.once && len(got[p]) != len(want[p]) {
			t.Errorf("partition %d: %d records, %d copies", p, len(want[p]), len(got[p]))
		}
		place := map[string]int{}
		for i, s := range want[p] {
			place[s] = i
		}
		next := 0 // of the source; steps back come only to what was copied before
		for i, s := range got[p] {
			at, ok := place[s]
			if !ok || at > next {
				t.Fatalf("partition %d: copy %d, %.80s, is record %d of the source, and %d were copied before it", p, i, s, at, next)
			}
			next = max(next, at+1)
		}
		if next != len(want[p]) {
			t.Errorf("partition %d: %d of %d were copied", p, next, len(want[p]))
		}
	}
	for codec := range codecs {
		if codec != 0 && (copied[codec] > 0) != asTheyAre {
			t.Errorf("%d records of codec %d at the source, %d copies", codecs[codec], codec, copied[codec])
		}
	}
}

package consume

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/millrace/millrace/connectors"
)

// dialed has a member make batches of what brokers send.
func dialed(o *Options) { o.Dial = (&net.Dialer{}).DialContext }

// undialed has a member make batches of the client's records.
func undialed(o *Options) { o.Dial = nil }

// lines reads n rows and returns them, whole, as text by partition.
func (m *member) lines(n int) map[connectors.TopicPartition][]string {
	m.t.Helper()
	out := map[connectors.TopicPartition][]string{}
	for total, end := 0, time.Now().Add(20*time.Second); total < n; {
		if time.Now().After(end) {
			m.t.Fatalf("%d of %d rows came", total, n)
		}
		list, err := m.c.Poll(m.t.Context(), 20*time.Millisecond)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, b := range list {
			at := connectors.TopicPartition{Topic: b.Origin.Topic, Partition: b.Origin.Partition}
			for i := range b.Len() {
				key, hasKey := b.RawKey.Get(i)
				value, hasValue := b.RawValue.Get(i)
				text := fmt.Sprintf("%d %d %v %v %q %v %q", b.Offsets[i], b.Timestamps[i], b.TimestampType, hasKey, key, hasValue, value)
				if !b.Headers.Empty() {
					for _, h := range b.Headers.List(i) {
						text += fmt.Sprintf(" %q=%v %q", h.Key, h.Raw != nil, h.Raw)
					}
				}
				out[at] = append(out[at], text)
			}
			total += b.Len()
			b.Release()
		}
	}
	return out
}

// TestWire_SameAsRecords: both ways of reading give the same rows of the same topics: each compression, headers,
// nulls, compacted partitions, three producers in transactions of which some are aborted.
func TestWire_SameAsRecords(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(3), kfake.SeedTopics(4, "t"))
	rows := 0
	for i, codec := range []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()} {
		cl := client(t, c, kgo.ProducerBatchCompression(codec))
		for k := range 3 { // so many wire batches
			var list []*kgo.Record
			for n := range 200 {
				r := &kgo.Record{Topic: "t", Partition: int32(n % 4), Key: fmt.Appendf(nil, "key %d", n%7), Value: fmt.Appendf(nil, "value %d of %d, %d", n, i, k), Timestamp: time.UnixMilli(int64(1_700_000_000_000 + n))}
				switch n % 5 {
				case 1:
					r.Key, r.Headers = nil, []kgo.RecordHeader{{Key: "a", Value: []byte("x")}, {Key: "", Value: nil}}
				case 2:
					r.Value, r.Headers = nil, []kgo.RecordHeader{{Key: "a", Value: []byte{}}}
				}
				list = append(list, r)
			}
			if err := cl.ProduceSync(t.Context(), list...).FirstErr(); err != nil {
				t.Fatal(err)
			}
			rows += len(list)
		}
	}
	committed := interleave(t, c)
	for isolation, n := range map[string]int{"read_committed": rows + committed, "read_uncommitted": rows + 3*4*3*8} {
		props := map[string]string{"isolation.level": isolation, "group.id": isolation, "max.partition.fetch.bytes": "3000"}
		want := join(t, c, props, undialed).lines(n)
		props["group.id"] += " from the wire"
		m := join(t, c, props, dialed)
		got := m.lines(n)
		for at := range want {
			if !slices.Equal(got[at], want[at]) {
				t.Errorf("%s, %v:\n%s\nwant\n%s", isolation, at, strings.Join(got[at], "\n"), strings.Join(want[at], "\n"))
			}
		}
		m.replaced()
		m.c.Close()
	}
}

// replaced checks that batches were made of bytes to the end.
func (m *member) replaced() {
	m.t.Helper()
	if !m.c.wire.ip.Active() {
		m.t.Error("the client's records were used")
	}
}

// interleave has three producers write three transactions of eight rows to each of four partitions, in turn, and
// returns how many rows they committed.
func interleave(t *testing.T, c *kfake.Cluster) (committed int) {
	var producers []*kgo.Client
	for i := range 3 {
		producers = append(producers, client(t, c, kgo.TransactionalID(fmt.Sprint("producer ", i))))
	}
	for round := range 3 {
		for _, p := range producers {
			if err := p.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
		}
		for k := range 2 {
			for i, p := range producers {
				var list []*kgo.Record
				for n := range 16 {
					list = append(list, &kgo.Record{Topic: "t", Partition: int32(n % 4), Value: fmt.Appendf(nil, "round %d, producer %d, %d %d", round, i, k, n)})
				}
				if err := p.ProduceSync(t.Context(), list...).FirstErr(); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i, p := range producers {
			end := kgo.TransactionEndTry((round+i)%2 == 0)
			if err := p.EndTransaction(t.Context(), end); err != nil {
				t.Fatal(err)
			}
			if end == kgo.TryCommit {
				committed += 32
			}
		}
	}
	return committed
}

// failing is a connection that breaks after so many bytes were read.
type failing struct {
	net.Conn
	left int
}

var errBroken = errors.New("broken by the test")

func (f *failing) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, errBroken
	}
	n, err := f.Conn.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

// TestWire_BrokenConnections: connections that break anywhere lose no row and repeat none.
func TestWire_BrokenConnections(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(2), kfake.SeedTopics(2, "t"))
	cl := client(t, c, kgo.ProducerBatchMaxBytes(1000))
	produce(t, cl, tp(0), 0, 3000)
	produce(t, cl, tp(1), 0, 3000)
	rng := rand.New(rand.NewPCG(1, 2))
	var broken atomic.Int64
	var mu sync.Mutex // guards rng
	m := join(t, c, map[string]string{"max.partition.fetch.bytes": "4000"}, func(o *Options) {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			broken.Add(1)
			mu.Lock()
			defer mu.Unlock()
			return &failing{conn, 2000 + rng.IntN(20_000)}, nil
		}
	})
	m.until("all rows", func() bool { return len(m.rows[tp(0)]) >= 3000 && len(m.rows[tp(1)]) >= 3000 })
	m.inOrder(tp(0), 0, 2999)
	m.inOrder(tp(1), 0, 2999)
	m.replaced()
	if broken.Load() < 10 {
		t.Errorf("%d connections", broken.Load())
	}
}

// TestWire_LeaderMoves: partitions go from broker to broker while they are read.
func TestWire_LeaderMoves(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(3), kfake.SeedTopics(3, "t"))
	c.ControlKey(kmsg.OffsetForLeaderEpoch.Int16(), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nothingLost(req.(*kmsg.OffsetForLeaderEpochRequest)), nil, true
	})
	cl := client(t, c, kgo.ProducerBatchMaxBytes(1000), kgo.MetadataMinAge(10*time.Millisecond))
	m := join(t, c, map[string]string{"max.partition.fetch.bytes": "4000"}, dialed)
	for round := range 6 {
		for p := range int32(3) {
			produce(t, cl, tp(p), round*300, 300)
			if err := c.MoveTopicPartition("t", p, (p+int32(round))%3); err != nil {
				t.Fatal(err)
			}
		}
		m.until("some rows", m.has(tp(0), round*300+1))
	}
	m.until("all rows", func() bool { return len(m.rows[tp(0)])+len(m.rows[tp(1)])+len(m.rows[tp(2)]) >= 3*1800 })
	for p := range int32(3) {
		m.inOrder(tp(p), 0, 1799)
	}
	m.replaced()
}

// nothingLost is what a broker answers whose log was not cut; the fake one says it was where a new leader has no rows.
func nothingLost(req *kmsg.OffsetForLeaderEpochRequest) kmsg.Response {
	resp := req.ResponseKind().(*kmsg.OffsetForLeaderEpochResponse)
	for _, t := range req.Topics {
		rt := kmsg.NewOffsetForLeaderEpochResponseTopic()
		rt.Topic = t.Topic
		for _, p := range t.Partitions {
			rp := kmsg.NewOffsetForLeaderEpochResponseTopicPartition()
			rp.Partition, rp.LeaderEpoch, rp.EndOffset = p.Partition, p.LeaderEpoch, 1<<40
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	return resp
}

// TestWire_Rebalances under load: every row once, in order, in the member that has the partition.
func TestWire_Rebalances(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(2), kfake.SeedTopics(4, "t"))
	cl := client(t, c, kgo.ProducerBatchMaxBytes(1000))
	for p := range int32(4) {
		produce(t, cl, tp(p), 0, 2000)
	}
	start := func() *member {
		m := join(t, c, map[string]string{"max.partition.fetch.bytes": "2000"}, func(o *Options) {
			dialed(o)
			o.RowsMax, o.PollRowsMax, o.LaneDepth = 20, 20, 2
		})
		m.commitOnRevoke()
		return m
	}
	m1 := start()
	m1.until("rows", m1.has(tp(0), 100))
	m2 := start()
	both(t, "all rows", func() bool {
		n := 0
		for p := range int32(4) {
			n += len(m1.rows[tp(p)]) + len(m2.rows[tp(p)])
		}
		return n >= 8000
	}, m1, m2)
	for p := range int32(4) {
		if !slices.IsSorted(m1.rows[tp(p)]) || !slices.IsSorted(m2.rows[tp(p)]) {
			t.Errorf("partition %d: out of order", p)
		}
		all := &member{t: t, rows: map[connectors.TopicPartition][]string{tp(p): slices.Sorted(slices.Values(slices.Concat(m1.rows[tp(p)], m2.rows[tp(p)])))}}
		all.inOrder(tp(p), 0, 1999)
	}
	if len(m2.rows) == 0 {
		t.Error("the second member had nothing")
	}
	m1.replaced()
	m2.replaced()
}

// TestWire_TLSAndLogin: the bytes are read above both.
func TestWire_TLSAndLogin(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	certificates := web.TLS.Certificates
	web.Close()
	config := &tls.Config{RootCAs: pool}
	login := kgo.SASL(scram.Auth{User: "u", Pass: "p"}.AsSha256Mechanism())
	c := cluster(t, kfake.SeedTopics(1, "t"), kfake.TLS(&tls.Config{Certificates: certificates}), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "u", "p"))
	produce(t, client(t, c, kgo.DialTLSConfig(config), login), tp(0), 0, 500)
	m := join(t, c, nil, func(o *Options) { o.Dial = (&tls.Dialer{Config: config}).DialContext }, login)
	m.until("rows", m.has(tp(0), 500))
	m.inOrder(tp(0), 0, 499)
	m.replaced()
}

// TestWire_OldBrokers speak versions without sessions, without flexible headers, without topic ids.
func TestWire_OldBrokers(t *testing.T) {
	for _, v := range []*kversion.Versions{kversion.V1_0_0(), kversion.V2_3_0(), kversion.V2_8_0()} {
		c := cluster(t, kfake.SeedTopics(1, "t"), kfake.MaxVersions(v))
		produce(t, client(t, c), tp(0), 0, 100)
		m := join(t, c, nil, dialed)
		m.until("rows", m.has(tp(0), 100))
		m.inOrder(tp(0), 0, 99)
		m.replaced()
		m.c.Close()
	}
}

// dropping lets go of what a record stands for while the client still has it, once.
type dropping struct {
	m    *member
	skip int
}

func (d *dropping) OnFetchRecordBuffered(r *kgo.Record) {
	if d.skip--; d.skip == 0 {
		d.m.c.wire.ip.OnFetchRecordUnbuffered(r, false)
	}
}

// TestWire_FallsBack to the record API where the client library does not do what is asked of it: the rows are read
// again, and the log says why.
func TestWire_FallsBack(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c, kgo.ProducerBatchMaxBytes(1000))
	d := &dropping{skip: 3}
	d.m = join(t, c, map[string]string{"max.partition.fetch.bytes": "4000"}, func(o *Options) {
		dialed(o)
		o.RowsMax, o.LaneDepth = 10, 1000
	}, kgo.WithHooks(d))
	d.m.until("assignment", func() bool { return len(d.m.log) > 0 })
	produce(t, cl, tp(0), 0, 2000)
	d.m.until("rows", d.m.has(tp(0), 2000))
	d.m.inOrder(tp(0), 0, 1999)
	if d.m.c.wire.ip.Active() {
		t.Error("goes on as if nothing had been")
	}
}

// TestWire_SeekAndPause: what was fetched for another position does not come.
func TestWire_SeekAndPause(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c, kgo.ProducerBatchMaxBytes(1000))
	produce(t, cl, tp(0), 0, 1000)
	produce(t, cl, tp(1), 0, 1000)
	m := join(t, c, map[string]string{"max.partition.fetch.bytes": "4000"}, func(o *Options) {
		dialed(o)
		o.RowsMax, o.PollRowsMax, o.LaneDepth = 10, 10, 2
	})
	for round := range 10 {
		m.until("rows", m.has(tp(0), 30))
		m.rows[tp(0)] = nil
		m.c.Seek(offsets{tp(0): int64(7 * round)})
		m.c.Pause([]connectors.TopicPartition{tp(1)})
		m.until("rows again", m.has(tp(0), 30))
		if first := m.rows[tp(0)][0]; first != fmt.Sprintf("%06d", 7*round) {
			t.Fatalf("begins at %s after a seek to %d", first, 7*round)
		}
		m.c.Resume([]connectors.TopicPartition{tp(1)})
	}
	m.until("all rows", func() bool { return len(m.rows[tp(0)]) >= 1000-63 && len(m.rows[tp(1)]) >= 1000 })
	m.inOrder(tp(0), 63, 999)
	m.inOrder(tp(1), 0, 999)
	m.replaced()
}

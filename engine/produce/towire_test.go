package produce

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

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// plain opens connections as they are.
var plain = (&net.Dialer{}).DialContext

// TestWire_KeepsWhatRecordsKeep runs what holds for the client's records with batches of our own.
func TestWire_KeepsWhatRecordsKeep(t *testing.T) {
	t.Setenv(pathEnv, "wire")
	for name, f := range map[string]func(*testing.T){
		"shared headers": TestSend_SharedHeaders, "as they are": TestSend_RecordsArriveAsTheyAre, "order": TestSend_OrderPerPartition,
		"refused alone": TestSend_RefusedRowsAlone, "refused by brokers": TestSend_BrokerRefuses, "acks": TestSend_Acks,
		"full buffer": TestSend_FullBufferWaits, "close": TestClose_EveryRowHasAResult, "nothing selected": TestSend_NothingSelected,
		"memory": TestSend_MemoryIsUsedAgain, "limit of a topic": TestSend_StaysBelowTopicLimit, "unknown topic": TestSend_UnknownTopicWaits,
		"own partition": TestPartitioner_OwnPartitionWins, "no key": TestPartitioner_RowsWithoutKey,
	} {
		t.Run(name, f)
	}
}

// TestWire_SameAsRecords: both ways of writing make the same records of the same rows, with each compression.
func TestWire_SameAsRecords(t *testing.T) {
	for _, codec := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		for _, idempotent := range []string{"false", "true"} {
			c := cluster(t, kfake.NumBrokers(2))
			pool := mem.Checked(t)
			var texts [2][]string
			for k, topic := range []string{"records", "wire"} {
				if err := c.CreateTopic(topic, 4, nil); err != nil {
					t.Fatal(err)
				}
				props := connectDefaults("compression.type", codec, "enable.idempotence", idempotent)
				p := dialed(t, c, props, nil)
				if k == 1 {
					p = dialed(t, c, props, plain)
				}
				rng := rand.New(rand.NewPCG(8, 9))
				n := 0
				for range 30 {
					list := make([]row, 1+rng.IntN(80))
					for i := range list {
						list[i] = row{topic: topic, partition: int32(rng.IntN(4)), ts: rng.Int64N(1 << 41), value: fmt.Appendf(nil, "%06d %s", n, strings.Repeat("x", rng.IntN(300)))}
						switch n++; rng.IntN(5) {
						case 0:
							list[i].key, list[i].value = []byte{}, nil
						case 1:
							list[i].key = fmt.Append(nil, n)
						case 2:
							list[i].headers = []batch.Header{{Key: "a", Raw: fmt.Append(nil, n)}, {Key: "", Raw: nil}}
						}
					}
					p.Send(t.Context(), cutAtRandom(rng, rows(pool, list)), nobody{})
				}
				if err := p.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, r := range consume(t, c, topic, n) {
					texts[k] = append(texts[k], fmt.Sprintf("%d %04d %d %v%q %v%q %q", r.Partition, r.Offset, r.Timestamp.UnixMilli(), r.Key != nil, r.Key, r.Value != nil, r.Value, r.Headers))
				}
				slices.Sort(texts[k])
			}
			if !slices.Equal(texts[0], texts[1]) {
				t.Errorf("compression %s: %d and %d records differ", codec, len(texts[0]), len(texts[1]))
			}
		}
	}
}

// failing is a connection that breaks after so many bytes went either way.
type failing struct {
	net.Conn
	left atomic.Int64
}

var errBroken = errors.New("broken by the test")

func (f *failing) Read(p []byte) (int, error)  { return f.some(p, f.Conn.Read) }
func (f *failing) Write(p []byte) (int, error) { return f.some(p, f.Conn.Write) }

func (f *failing) some(p []byte, do func([]byte) (int, error)) (int, error) {
	left := f.left.Add(-int64(len(p)))
	if left >= 0 {
		return do(p)
	}
	n := 0
	if rest := left + int64(len(p)); rest > 0 {
		n, _ = do(p[:rest])
	}
	_ = f.Close()
	return n, errBroken
}

// TestWire_BrokenConnections: connections that break anywhere, while leaders move and brokers refuse, lose no row of an
// idempotent producer, repeat none and keep them in order.
func TestWire_BrokenConnections(t *testing.T) {
	for seed := range uint64(2) {
		c := cluster(t, kfake.NumBrokers(3), kfake.SeedTopics(4, "t"))
		pool := mem.Checked(t)
		rng := rand.New(rand.NewPCG(seed, 2))
		var mu sync.Mutex // guards cuts
		cuts := rand.New(rand.NewPCG(seed, 3))
		var broken atomic.Int64
		props := connectDefaults("enable.idempotence", "true", "max.in.flight.requests.per.connection", "5", "linger.ms", "0", "max.request.size", "4000")
		p := dialed(t, c, props, func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := plain(ctx, network, address)
			if err != nil {
				return nil, err
			}
			broken.Add(1)
			mu.Lock()
			defer mu.Unlock()
			f := &failing{Conn: conn}
			f.left.Store(int64(3000 + cuts.IntN(60_000)))
			return f, nil
		}, kgo.MetadataMinAge(10*time.Millisecond), kgo.RetryBackoffFn(func(int) time.Duration { return 5 * time.Millisecond }))
		var all []*acks
		n := 0
		for round := range 120 {
			list := make([]row, 1+rng.IntN(60))
			for i := range list {
				list[i] = row{partition: int32(rng.IntN(4)), value: fmt.Appendf(nil, "%06d %s", n, strings.Repeat("x", rng.IntN(200))), ts: 1}
				n++
			}
			a := newAcks(len(list))
			all = append(all, a)
			if rng.IntN(3) == 0 { // as a wire batch of one partition
				for i := range list {
					list[i].partition = list[0].partition
				}
				a.want = 1
				p.Send(t.Context(), []Rows{whole(t, pool, rng.IntN(5), list)}, a)
			} else {
				p.Send(t.Context(), []Rows{rows(pool, list)}, a)
			}
			if round%20 == 10 {
				if err := c.MoveTopicPartition("t", int32(rng.IntN(4)), int32(rng.IntN(3))); err != nil {
					t.Fatal(err)
				}
			}
			if round%30 == 5 {
				c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 2})
			}
		}
		for _, a := range all {
			for i, r := range a.wait(t) {
				if r.Err != nil {
					t.Fatalf("seed %d, row %d: %v", seed, i, r.Err)
				}
			}
		}
		inOrder(t, consume(t, c, "t", n), n)
		if broken.Load() < 6 {
			t.Errorf("%d connections", broken.Load())
		}
	}
}

// inOrder checks that records are n, each once, and in order in each partition.
func inOrder(t *testing.T, list []*kgo.Record, n int) {
	t.Helper()
	last, seen := map[int32]string{}, map[string]bool{}
	for _, r := range list {
		v := string(r.Value[:6])
		if v <= last[r.Partition] {
			t.Fatalf("partition %d: %s after %s", r.Partition, v, last[r.Partition])
		}
		last[r.Partition], seen[v] = v, true
	}
	if len(list) != n || len(seen) != n {
		t.Errorf("%d records, %d different ones, want %d", len(list), len(seen), n)
	}
}

// TestWire_Transactions: a reader of what is committed sees the rows and offsets of committed transactions alone.
func TestWire_Transactions(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(2), kfake.SeedTopics(2, "t", "offsets"))
	pool := mem.Checked(t)
	p := dialed(t, c, map[string]string{"transactional.id": "x", "linger.ms": "0"}, plain)
	if err := p.InitTransactions(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for round := range 12 {
		if err := p.Begin(); err != nil {
			t.Fatal(err)
		}
		commit := round%3 != 1
		for k := range 3 {
			var list []row
			for i := range 1 + 7*k {
				v := fmt.Sprintf("%d %d %d", round, k, i)
				list = append(list, row{partition: int32(i % 2), value: []byte(v), ts: 1})
				if commit {
					want = append(want, v)
				}
			}
			p.Send(t.Context(), []Rows{rows(pool, list)}, nobody{})
		}
		if !commit && round%2 == 0 { // with rows on their way
			if err := p.Abort(t.Context()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		end := p.Abort
		if commit {
			if err := p.Write(t.Context(), "offsets", []Record{{Key: []byte("k"), Value: fmt.Append(nil, round)}}); err != nil {
				t.Fatal(err)
			}
			end = p.Commit
		}
		if err := end(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, r := range consume(t, c, "t", len(want), kgo.FetchIsolationLevel(kgo.ReadCommitted())) {
		got = append(got, string(r.Value))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("committed: %q\nwant %q", got, want)
	}
	consume(t, c, "offsets", 8, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
}

// TestWire_TLSAndLogin: batches are put in above both.
func TestWire_TLSAndLogin(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	certificates := web.TLS.Certificates
	web.Close()
	config := &tls.Config{RootCAs: roots}
	login := kgo.SASL(scram.Auth{User: "u", Pass: "p"}.AsSha256Mechanism())
	c := cluster(t, kfake.SeedTopics(1, "t"), kfake.TLS(&tls.Config{Certificates: certificates}), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "u", "p"))
	pool := mem.Checked(t)
	p := dialed(t, c, connectDefaults("enable.idempotence", "true"), (&tls.Dialer{Config: config}).DialContext, login)
	list := make([]row, 500)
	for i := range list {
		list[i] = auto("", fmt.Sprintf("%06d", i))
	}
	a := newAcks(len(list))
	p.Send(t.Context(), []Rows{rows(pool, list)}, a)
	for i, r := range a.wait(t) {
		if r.Err != nil || r.Offset != int64(i) {
			t.Fatalf("row %d: %+v", i, r)
		}
	}
	inOrder(t, consume(t, c, "t", len(list), kgo.DialTLSConfig(config), login), len(list))
}

// TestWire_OldBrokers know no flexible headers and no topic ids.
func TestWire_OldBrokers(t *testing.T) {
	for _, v := range []*kversion.Versions{kversion.V1_0_0(), kversion.V2_3_0(), kversion.V2_8_0()} {
		c := cluster(t, kfake.SeedTopics(1, "t"), kfake.MaxVersions(v))
		pool := mem.Checked(t)
		p := dialed(t, c, connectDefaults("compression.type", "zstd"), plain)
		a := newAcks(2)
		p.Send(t.Context(), []Rows{rows(pool, []row{auto("", "000001"), auto("", "000002")})}, a)
		a.wait(t)
		inOrder(t, consume(t, c, "t", 2), 2)
	}
}

// TestWire_PartitionsThatAreAdded take rows whose keys say so.
func TestWire_PartitionsThatAreAdded(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	pool := mem.Checked(t)
	p := dialed(t, c, connectDefaults("linger.ms", "0"), plain, kgo.MetadataMinAge(10*time.Millisecond), kgo.MetadataMaxAge(20*time.Millisecond))
	send := func() (partitions map[int32]bool) {
		list := make([]row, 50)
		for i := range list {
			list[i] = auto(fmt.Sprint(i), "v")
		}
		a := newAcks(len(list))
		p.Send(t.Context(), []Rows{rows(pool, list)}, a)
		partitions = map[int32]bool{}
		for _, r := range a.wait(t) {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			partitions[r.Partition] = true
		}
		return partitions
	}
	if got := send(); len(got) != 1 {
		t.Fatalf("partitions %v", got)
	}
	if _, err := kadm.NewClient(p.Client()).CreatePartitions(t.Context(), 2, "t"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); len(send()) < 3; {
		if time.Now().After(end) {
			t.Fatal("no row reached the new partitions")
		}
	}
}

// TestWire_ClientThatDoesOtherwise: what waits fails, with what to do about it, and no stand-in reaches the topic.
func TestWire_ClientThatDoesOtherwise(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	pool := mem.Checked(t)
	p := dialed(t, c, connectDefaults("linger.ms", "0"), plain)
	a := newAcks(1)
	p.Send(t.Context(), []Rows{rows(pool, []row{auto("", "000001")})}, a)
	a.wait(t)
	conn, err := p.wire.ip.Dial(t.Context(), "tcp", c.ListenAddrs()[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p.wire.ip.OnBrokerConnect(kgo.BrokerMetadata{}, 0, conn, nil)
	if _, err := conn.Write([]byte("a part of a request")); err == nil {
		t.Error("it was sent")
	}
	a = newAcks(1)
	p.Send(t.Context(), []Rows{rows(pool, []row{auto("", "000002")})}, a)
	if err := a.wait(t)[0].Err; err == nil || !strings.Contains(err.Error(), "set millrace.producer.path to record: it does not write a request at once") {
		t.Errorf("error is %v", err)
	}
	inOrder(t, consume(t, c, "t", 1), 1)
}

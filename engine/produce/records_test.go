package produce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// connectDefaults are the producer properties that a worker starts from.
func connectDefaults(more ...string) map[string]string {
	p := map[string]string{"enable.idempotence": "false", "acks": "all", "max.in.flight.requests.per.connection": "1",
		"delivery.timeout.ms": "2147483647", "max.block.ms": "9223372036854775807"}
	for i := 0; i < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

// TestSend_RecordsArriveAsTheyAre: null and empty stay apart, times, headers and partitions are kept.
func TestSend_RecordsArriveAsTheyAre(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(4, "t"))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults())
	list := []row{
		{partition: 3, key: []byte("k"), value: []byte("v"), ts: 1_700_000_000_001},
		{partition: 2, key: nil, value: []byte{}, ts: 0},
		{partition: 1, key: []byte{}, value: nil, ts: 5, headers: []batch.Header{{Key: "a", Raw: []byte("1")}, {Key: "a", Raw: nil}, {Key: "b", Raw: []byte{}}}},
		{partition: 0, key: []byte("x"), value: []byte("y"), ts: 7, headers: []batch.Header{{Key: "c", Raw: []byte("2")}}},
	}
	a := newAcks(len(list))
	p.Send(t.Context(), []Rows{rows(pool, list)}, a)
	got := a.wait(t)
	for i, r := range list {
		res := got[int32(i)]
		if res.Err != nil || res.Partition != r.partition || res.Offset != 0 || res.Timestamp != r.ts || res.Topic != "t" {
			t.Errorf("row %d: %+v", i, res)
		}
	}
	for _, rec := range consume(t, c, "t", len(list)) {
		r := list[3-rec.Partition]
		if !same(rec.Key, r.key) || !same(rec.Value, r.value) || rec.Timestamp.UnixMilli() != r.ts || len(rec.Headers) != len(r.headers) {
			t.Errorf("partition %d: got %+v, want %+v", rec.Partition, rec, r)
			continue
		}
		for i, h := range r.headers {
			if rec.Headers[i].Key != h.Key || !same(rec.Headers[i].Value, h.Raw) {
				t.Errorf("partition %d: header %d is %+v, want %+v", rec.Partition, i, rec.Headers[i], h)
			}
		}
	}
	if s := p.Stats(); s.Bytes != 4 {
		t.Errorf("stats: %+v", s)
	}
}

func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

// TestSend_OrderPerPartition: rows of a partition keep the order in which they were handed over, also
// those of one batch that lie in several parts, and while the broker refuses requests now and then.
func TestSend_OrderPerPartition(t *testing.T) {
	for _, idempotent := range []string{"false", "true"} {
		t.Run("idempotent="+idempotent, func(t *testing.T) {
			c := cluster(t, kfake.SeedTopics(3, "t"))
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 3})
			pool := mem.Checked(t)
			p := producer(t, c, connectDefaults("enable.idempotence", idempotent, "linger.ms", "0"), kgo.MetadataMinAge(10*time.Millisecond))
			rng := rand.New(rand.NewPCG(3, 4))
			var all []*acks
			n := 0
			for range 40 {
				list := make([]row, 1+rng.IntN(60))
				for i := range list {
					list[i] = row{partition: int32(rng.IntN(3)), value: fmt.Appendf(nil, "%06d", n), ts: 1}
					n++
				}
				a := newAcks(len(list))
				all = append(all, a)
				p.Send(t.Context(), cutAtRandom(rng, rows(pool, list)), a)
			}
			for _, a := range all {
				for i, r := range a.wait(t) {
					if r.Err != nil {
						t.Fatalf("row %d: %v", i, r.Err)
					}
				}
			}
			last := map[int32]string{}
			for _, r := range consume(t, c, "t", n) {
				if v := string(r.Value); v <= last[r.Partition] {
					t.Fatalf("partition %d: %s after %s", r.Partition, v, last[r.Partition])
				}
				last[r.Partition] = string(r.Value)
			}
		})
	}
}

// cutAtRandom makes one to three parts of a batch, forks with disjoint selections.
func cutAtRandom(rng *rand.Rand, r Rows) []Rows {
	parts := 1 + rng.IntN(3)
	if parts == 1 {
		return []Rows{r}
	}
	sel := make([]batch.Selection, parts)
	for i := range r.B.Len() {
		k := rng.IntN(parts)
		sel[k] = append(sel[k], int32(i))
	}
	var out []Rows
	for _, s := range sel {
		if len(s) > 0 {
			out = append(out, Rows{B: r.B.Fork(s), Key: r.Key, Value: r.Value})
		}
	}
	r.B.Release()
	return out
}

// TestSend_RefusedRowsAlone: a record that is too large fails with its own error; its neighbours arrive.
func TestSend_RefusedRowsAlone(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults("max.request.size", "2000"))
	a := newAcks(3)
	p.Send(t.Context(), []Rows{rows(pool, []row{auto("", "before"), auto("", strings.Repeat("x", 5000)), auto("", "after")})}, a)
	got := a.wait(t)
	if got[0].Err != nil || got[2].Err != nil || !errors.Is(got[1].Err, kerr.MessageTooLarge) {
		t.Errorf("results: %+v", got)
	}
	if got[1].Offset != -1 {
		t.Errorf("a refused row has offset %d", got[1].Offset)
	}
	recs := consume(t, c, "t", 2)
	if string(recs[0].Value) != "before" || string(recs[1].Value) != "after" {
		t.Errorf("arrived: %q, %q", recs[0].Value, recs[1].Value)
	}
}

func TestSend_BrokerRefuses(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Partitions: []int32{1}, Err: kerr.InvalidRecord, Count: -1})
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults())
	list := []row{{partition: 0, value: []byte("a"), ts: 1}, {partition: 1, value: []byte("b"), ts: 1}, {partition: 0, value: []byte("c"), ts: 1}}
	a := newAcks(3)
	p.Send(t.Context(), []Rows{rows(pool, list)}, a)
	got := a.wait(t)
	if got[0].Err != nil || got[2].Err != nil || !errors.Is(got[1].Err, kerr.InvalidRecord) {
		t.Errorf("results: %+v", got)
	}
}

func TestSend_Acks(t *testing.T) {
	for _, n := range []string{"0", "1", "-1", "all"} {
		t.Run(n, func(t *testing.T) {
			c := cluster(t, kfake.SeedTopics(1, "t"))
			asked := make(chan int16, 1)
			c.ControlKey(kmsg.Produce.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				select {
				case asked <- r.(*kmsg.ProduceRequest).Acks:
				default:
				}
				return nil, nil, false
			})
			pool := mem.Checked(t)
			p := producer(t, c, connectDefaults("acks", n))
			a := newAcks(1)
			p.Send(t.Context(), []Rows{rows(pool, []row{auto("", "v")})}, a)
			if got := a.wait(t); got[0].Err != nil || (got[0].Offset != 0 && n != "0") {
				t.Errorf("%+v", got)
			}
			if got, want := <-asked, map[string]int16{"0": 0, "1": 1, "-1": -1, "all": -1}[n]; got != want {
				t.Errorf("acks %d, want %d", got, want)
			}
		})
	}
}

// TestSend_FullBufferWaits: Send waits for room, and what was not taken when ctx ends fails.
func TestSend_FullBufferWaits(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	held := make(chan struct{})
	arrived := make(chan struct{})
	c.ControlKey(kmsg.Produce.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.SleepControl(func() { close(arrived); <-held })
		return nil, nil, false
	})
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults("buffer.memory", "1000", "linger.ms", "0"))
	list := make([]row, 30) // 3000 bytes
	for i := range list {
		list[i] = auto("", strings.Repeat("x", 100))
	}
	ctx, cancel := context.WithCancel(t.Context())
	a := newAcks(len(list))
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		p.Send(ctx, []Rows{rows(pool, list)}, a)
	}()
	<-arrived
	select {
	case <-sent:
		t.Fatal("Send returned with three times the buffer in hand")
	default:
	}
	cancel()
	<-sent
	close(held)
	got := a.wait(t)
	if got[29].Err == nil {
		t.Error("the last row was never taken and has no error")
	}
}

// TestClose_EveryRowHasAResult: what is on its way when the producer closes fails, and is let go.
func TestClose_EveryRowHasAResult(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	c.ControlKey(kmsg.Produce.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, errors.New("no answer"), true // closes the connection
	})
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults())
	a := newAcks(100)
	list := make([]row, 100)
	for i := range list {
		list[i] = auto("k", "v")
	}
	p.Send(t.Context(), []Rows{rows(pool, list)}, a)
	p.Close()
	for i, r := range a.wait(t) {
		if !errors.Is(r.Err, kgo.ErrClientClosed) {
			t.Fatalf("row %d: %v", i, r.Err)
		}
	}
}

func TestSend_NothingSelected(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults())
	r := rows(pool, []row{auto("", "v")})
	r.B.Sel = batch.Selection{}
	p.Send(t.Context(), []Rows{r}, newAcks(0)) // releases the batch, tells nobody
}

// TestSend_MemoryIsUsedAgain sends many batches, so that records are recycled while others are on
// their way, and compares all of them.
func TestSend_MemoryIsUsedAgain(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t", "u"))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults("linger.ms", "0"))
	var want []string
	for n := range 60 {
		list := make([]row, 1+n%7)
		for i := range list {
			v := fmt.Sprintf("%d-%d", n, i)
			list[i] = auto(v, v)
			if i%3 > 0 {
				list[i].headers = []batch.Header{{Key: "h", Raw: []byte(v)}}
			}
			if i%2 > 0 {
				list[i].topic = "u"
			}
			want = append(want, v)
		}
		a := newAcks(len(list))
		p.Send(t.Context(), []Rows{rows(pool, list)}, a)
		if n%3 > 0 {
			a.wait(t)
		}
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, topic := range []string{"t", "u"} {
		n := 0
		for _, v := range want {
			if i := int(v[len(v)-1] - '0'); (i%2 > 0) == (topic == "u") {
				n++
			}
		}
		for _, r := range consume(t, c, topic, n) {
			if string(r.Key) != string(r.Value) || len(r.Headers) > 0 && string(r.Headers[0].Value) != string(r.Value) {
				t.Fatalf("mixed up: %+v", r)
			}
			if i := int(r.Value[len(r.Value)-1] - '0'); (i%3 > 0) != (len(r.Headers) == 1) {
				t.Fatalf("headers of %s: %+v", r.Value, r.Headers)
			}
			got = append(got, string(r.Value))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSend_StaysBelowTopicLimit: Java's small batches, and its splitting of large ones, let rows into
// topics whose max.message.bytes is below max.request.size.
func TestSend_StaysBelowTopicLimit(t *testing.T) {
	c := cluster(t)
	if err := c.CreateTopic("t", 1, map[string]string{"max.message.bytes": "4000"}); err != nil {
		t.Fatal(err)
	}
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults("linger.ms", "20"))
	list := make([]row, 500)
	for i := range list {
		list[i] = auto("", strings.Repeat("x", 100))
	}
	a := newAcks(len(list))
	p.Send(t.Context(), []Rows{rows(pool, list)}, a)
	for i, r := range a.wait(t) {
		if r.Err != nil {
			t.Fatalf("row %d: %v", i, r.Err)
		}
	}
}

// TestSend_StaysBelowLimitOfNewTopic: a topic that the first row creates has the broker's limit, however large a request
// may be.
func TestSend_StaysBelowLimitOfNewTopic(t *testing.T) {
	c := cluster(t, kfake.AllowAutoTopicCreation(), kfake.BrokerConfigs(map[string]string{"message.max.bytes": "1048588"}))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults("linger.ms", "20", "max.request.size", "4194304"))
	list := make([]row, 40)
	for i := range list {
		list[i] = auto("", strings.Repeat("x", 400_000))
	}
	a := newAcks(len(list))
	p.Send(t.Context(), []Rows{rows(pool, list)}, a)
	for i, r := range a.wait(t) {
		if r.Err != nil {
			t.Fatalf("row %d: %v", i, r.Err)
		}
	}
}

// TestSend_UnknownTopicWaits: a topic that is made later takes the rows that waited for it.
func TestSend_UnknownTopicWaits(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "other"))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults(), kgo.MetadataMinAge(10*time.Millisecond))
	a := newAcks(1)
	seen := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Observe: true, Count: -1})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		p.Send(t.Context(), []Rows{rows(pool, []row{auto("", "v")})}, a)
	}()
	if err := seen.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateTopic("t", 1, nil); err != nil {
		t.Fatal(err)
	}
	if got := a.wait(t); got[0].Err != nil {
		t.Errorf("%+v", got)
	}
	<-sent
}

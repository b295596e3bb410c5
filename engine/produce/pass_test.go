package produce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

var codecsByNumber = []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()}

// whole is rows of one partition as a source hands them over that has them as a wire batch.
func whole(t testing.TB, pool *mem.Pool, codec int, list []row) Rows {
	t.Helper()
	b := batch.NewPool(pool).New(len(list))
	topic := list[0].topic
	if topic == "" {
		topic = "t"
	}
	b.Topics, b.Partition = batch.OneTopic(topic), list[0].partition
	b.Wire.Base = list[0].ts
	var raw []byte
	for i, r := range list {
		b.Wire.Max = max(b.Wire.Max, r.ts)
		k := kmsg.Record{TimestampDelta64: r.ts - b.Wire.Base, OffsetDelta: int32(i), Key: r.key, Value: r.value}
		for _, h := range r.headers {
			k.Headers = append(k.Headers, kmsg.Header{Key: h.Key, Value: h.Raw})
		}
		k.Length = int32(len(k.AppendTo(nil)) - 1)
		raw = k.AppendTo(raw)
	}
	c, err := kgo.DefaultCompressor(codecsByNumber[codec])
	if err != nil {
		t.Fatal(err)
	}
	if c != nil {
		packed, kind := c.Compress(new(bytes.Buffer), raw)
		raw, b.Wire.Codec = packed, int8(kind)
	}
	b.Wire.Records = b.Arena.Bytes(len(raw))
	copy(b.Wire.Records, raw)
	return Rows{B: b}
}

// TestPass_SameAsRows: rows that go out as wire batches, among others, arrive as they do one by one: order, content and
// offsets, with each codec.
func TestPass_SameAsRows(t *testing.T) {
	for codec := range codecsByNumber {
		for _, idempotent := range []string{"false", "true"} {
			c := cluster(t, kfake.NumBrokers(2))
			pool := mem.Checked(t)
			var texts [2][]string
			for k, topic := range []string{"rows", "mixed"} {
				if err := c.CreateTopic(topic, 3, nil); err != nil {
					t.Fatal(err)
				}
				p := dialed(t, c, connectDefaults("enable.idempotence", idempotent), plain)
				rng, passes := rand.New(rand.NewPCG(8, uint64(codec))), rand.New(rand.NewPCG(3, 4))
				n := 0
				type sent struct {
					*acks
					list []row
					pass bool
				}
				var all []sent
				for range 40 {
					partition := int32(rng.IntN(3))
					list := make([]row, 1+rng.IntN(60))
					for i := range list {
						list[i] = row{topic: topic, partition: partition, ts: rng.Int64N(1 << 41), value: fmt.Appendf(nil, "%06d %s", n, strings.Repeat("x", rng.IntN(300)))}
						switch n++; rng.IntN(5) {
						case 0:
							list[i].key, list[i].value = []byte{}, nil
						case 1:
							list[i].key = fmt.Append(nil, n)
						case 2:
							list[i].headers = []batch.Header{{Key: "a", Raw: fmt.Append(nil, n)}, {Key: "", Raw: nil}}
						}
					}
					s := sent{newAcks(len(list)), list, k == 1 && passes.IntN(2) == 0}
					if s.pass {
						s.want = 1
						p.Send(t.Context(), []Rows{whole(t, pool, codec, list)}, s)
					} else {
						p.Send(t.Context(), []Rows{rows(pool, list)}, s)
					}
					all = append(all, s)
				}
				if err := p.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				at := map[string][]byte{}
				for _, r := range consume(t, c, topic, n) {
					texts[k] = append(texts[k], fmt.Sprintf("%d %04d %d %v%q %v%q %q", r.Partition, r.Offset, r.Timestamp.UnixMilli(), r.Key != nil, r.Key, r.Value != nil, r.Value, r.Headers))
					at[fmt.Sprint(r.Partition, r.Offset)] = r.Value
				}
				slices.Sort(texts[k])
				for _, s := range all {
					results := s.wait(t)
					for i, r := range s.list {
						got, offset := results[int32(i)], int64(0)
						if s.pass {
							got, offset = results[0], int64(i)
						}
						if offset += got.Offset; got.Err != nil || !bytes.Equal(at[fmt.Sprint(got.Partition, offset)], r.value) {
							t.Fatalf("codec %d: %q is told to be at %d, %d: %v", codec, r.value, got.Partition, offset, got.Err)
						}
					}
				}
			}
			if !slices.Equal(texts[0], texts[1]) {
				t.Errorf("codec %d: %d and %d records differ", codec, len(texts[0]), len(texts[1]))
			}
		}
	}
}

// TestPass_Transactions: a reader of what is committed sees wire batches of committed transactions alone.
func TestPass_Transactions(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(2), kfake.SeedTopics(2, "t"))
	pool := mem.Checked(t)
	p := dialed(t, c, map[string]string{"transactional.id": "x", "linger.ms": "0"}, plain)
	if err := p.InitTransactions(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for round := range 9 {
		if err := p.Begin(); err != nil {
			t.Fatal(err)
		}
		commit := round%3 != 1
		for k := range 4 {
			var list []row
			for i := range 1 + 7*k {
				v := fmt.Sprintf("%d %d %d", round, k, i)
				list = append(list, row{partition: int32(k % 2), value: []byte(v), ts: 1})
				if commit {
					want = append(want, v)
				}
			}
			parts := []Rows{rows(pool, list)}
			if k > 1 {
				parts[0].B.Release()
				parts = []Rows{whole(t, pool, 3, list)}
			}
			p.Send(t.Context(), parts, nobody{})
		}
		end := p.Abort
		if commit {
			if err := p.Flush(t.Context()); err != nil {
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
}

// TestPass_WhatCannotBeSent has a result, and lets go of its memory.
func TestPass_WhatCannotBeSent(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	pool := mem.Checked(t)
	p := dialed(t, c, connectDefaults("linger.ms", "0"), plain)
	send := func(r Rows) error {
		a := newAcks(1)
		p.Send(t.Context(), []Rows{r}, a)
		return a.wait(t)[0].Err
	}
	list := []row{{value: []byte("v"), ts: 1}}
	if err := send(whole(t, pool, 0, []row{{partition: 7, value: []byte("v"), ts: 1}})); err == nil || !strings.Contains(err.Error(), "choice of 7 from 1") {
		t.Errorf("partition 7: %v", err)
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.MessageTooLarge, Count: 1})
	if err := send(whole(t, pool, 3, list)); !errors.Is(err, kerr.MessageTooLarge) {
		t.Errorf("refused as too large: %v", err)
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 1})
	if err := send(whole(t, pool, 3, list)); err != nil {
		t.Errorf("sent again: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := newAcks(1)
	p.Send(ctx, []Rows{whole(t, pool, 3, list)}, a)
	if err := a.wait(t)[0].Err; !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	consume(t, c, "t", 1)
	c.ControlKey(kmsg.Produce.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, errBroken, true // closes the connection
	})
	last := newAcks(1)
	p.Send(t.Context(), []Rows{whole(t, pool, 3, list)}, last)
	p.Close()
	if err := last.wait(t)[0].Err; !errors.Is(err, kgo.ErrClientClosed) {
		t.Errorf("closed: %v", err)
	}
}

// TestTakes_WhatIsWorthItAndFits: each bound, one at a time.
func TestTakes_WhatIsWorthItAndFits(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	if err := c.CreateTopic("small", 1, map[string]string{"max.message.bytes": "50000"}); err != nil {
		t.Fatal(err)
	}
	pool := mem.Checked(t)
	const least = passBytesLeast
	for _, x := range []struct {
		name, topic, compression string
		dial                     func(context.Context, string, string) (net.Conn, error)
		codec                    int8
		rows, bytes              int
		takes                    bool
	}{
		{"large", "t", "", plain, 3, 1, least, true},
		{"many rows", "t", "", plain, 3, passRowsLeast, 10, true},
		{"small", "t", "", plain, 3, passRowsLeast - 1, least - 1, false},
		{"record path", "t", "", nil, 3, 1000, least, false},
		{"same codec", "t", "lz4", plain, 3, 1000, least, true},
		{"another codec", "t", "zstd", plain, 3, 1000, least, false},
		{"none asked for", "t", "none", plain, 3, 1000, least, false},
		{"none as asked for", "t", "none", plain, 0, 1000, least, true},
		{"max.request.size", "t", "", plain, 3, 1000, 1 << 20, false},
		{"below max.request.size", "t", "", plain, 3, 1000, 1<<20 - 61, true},
		{"max.message.bytes", "small", "", plain, 3, 1000, 50_000, false},
		{"below max.message.bytes", "small", "", plain, 3, 1000, 50_000 - 61, true},
		{"nothing was sent to it", "other", "", plain, 3, 1000, least, false},
	} {
		props := connectDefaults("linger.ms", "0")
		if x.compression != "" {
			props["compression.type"] = x.compression
		}
		p := dialed(t, c, props, x.dial)
		if p.Takes(x.topic, x.codec, x.rows, x.bytes) {
			t.Errorf("%s: taken before anything was sent", x.name)
		}
		if x.topic != "other" {
			a := newAcks(1)
			p.Send(t.Context(), []Rows{rows(pool, []row{{topic: x.topic, value: []byte("v"), ts: 1}})}, a)
			a.wait(t)
		}
		if got := p.Takes(x.topic, x.codec, x.rows, x.bytes); got != x.takes {
			t.Errorf("%s: %v", x.name, got)
		}
	}
}

//go:build soak

package e2e

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

var largeRows = flag.Int("postgres.rows", 5_000_000, "rows of one transaction")

// largeMemoryMax bounds the worker, whatever the size of a transaction.
const largeMemoryMax = 150 << 20

// TestPostgres_LargeTransaction captures one transaction of five million rows, sent at its end and while it is open: the
// worker stays within its memory, and all rows come, in order.
func TestPostgres_LargeTransaction(t *testing.T) {
	for _, streaming := range []string{"false", "true"} {
		t.Run("streaming="+streaming, func(t *testing.T) {
			c := newCapture(t, nil, "max_wal_size=2GB")
			c.server.Exec("postgres", "create table big (id int primary key, customer text, at timestamptz, amount numeric(10,2), note text)", "insert into big (id) values (0)")
			s := c.side(harness.Unique(t, "large"), harness.Properties{"millrace.cdc.transaction.streaming": streaming, "producer.override.compression.type": "lz4",
				"key.converter": "org.apache.kafka.connect.json.JsonConverter", "key.converter.schemas.enable": "false",
				"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false"})
			topic := s.name + "." + capturePrefix + ".public.big"
			w := c.worker(t, harness.Millrace, "offsets")
			w.StartReady(t)
			w.Create(t, s.name, s.config)
			db := c.server.Connect("postgres")
			defer db.Close()
			c.kafka.WaitCount(topic, 1, captureMax)
			active(t, db, s.config["slot.name"])
			before := memoryNow(t, w)
			began := time.Now()
			db.Exec(fmt.Sprintf("insert into big select i, 'customer-' || i, '2024-01-01Z'::timestamptz + i * interval '1 s', i / 100.0, 'a note of some length' from generate_series(1, %d) i", *largeRows))
			committed := time.Since(began)
			most, sampled := make(chan int64), make(chan struct{})
			go func() { most <- mostMemory(w.PID(), sampled) }()
			var first time.Duration
			next := 0
			for deadline := began.Add(largeMax); next < *largeRows+1 && time.Now().Before(deadline); {
				c.kafka.Scan(topic, kgo.ReadCommitted(), map[int32]int64{0: int64(next)}, func(int) {}, func(r *kgo.Record) {
					if want := fmt.Sprintf(`{"id":%d}`, next); string(r.Key) != want {
						t.Fatalf("record %d has key %s", next, r.Key)
					}
					next++
				})
				if next > 1 && first == 0 {
					first = time.Since(began)
				}
				c.kafka.DeleteRecords(topic, 0, int64(next))
			}
			all := time.Since(began)
			close(sampled)
			rss := <-most
			cpu, err := harness.CPU(w.PID())
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d rows: committed after %v, the first in Kafka after %v, all after %v; %v of processor; %d MB resident before, at most %d MB", *largeRows,
				committed.Round(time.Second/10), first.Round(time.Second/10), all.Round(time.Second/10), cpu, before>>20, rss>>20)
			if rss > largeMemoryMax {
				t.Errorf("%d MB resident: at most %d are allowed", rss>>20, largeMemoryMax>>20)
			}
			if next != *largeRows+1 {
				t.Errorf("%d records of %d", next, *largeRows+1)
			}
		})
	}
}

// largeMax is how long all rows may take.
const largeMax = 2 * time.Hour

// mostMemory returns the most that a process has had resident until done.
func mostMemory(pid int, done <-chan struct{}) (most int64) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if m, err := harness.MemoryOf(pid); err == nil {
			most = max(most, m.RSS)
		}
		select {
		case <-tick.C:
		case <-done:
			return most
		}
	}
}

// memoryNow is what a worker has resident.
func memoryNow(t *testing.T, w *harness.Worker) int64 {
	t.Helper()
	m, err := harness.MemoryOf(w.PID())
	if err != nil {
		t.Fatal(err)
	}
	return m.RSS
}

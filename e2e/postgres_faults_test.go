//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math/rand"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Faults kills the server under a running connector, and takes the slot from a stopped one: what can come
// does, and what cannot is said.
func TestPostgres_Faults(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	db := c.server.Connect("postgres")
	db.Exec("create table ledger (id int primary key, text text)")
	db.Exec("insert into ledger values (0, 'before')")
	s := c.side(harness.Unique(t, "faults"), harness.Properties{"retriable.restart.connector.wait.ms": "100", "publication.autocreate.mode": "filtered", "table.include.list": "public.ledger"})
	topic := s.name + "." + capturePrefix + ".public.ledger"
	w := c.worker(t, harness.Millrace, filepath.Join(t.TempDir(), "offsets"))
	w.StartReady(t)
	w.Create(t, s.name, s.config)
	c.kafka.WaitCount(topic, 1, captureMax)
	id := 0
	for range 3 {
		for range 20 {
			id++
			db.Exec(fmt.Sprintf("insert into ledger values (%d, 'row')", id))
		}
		c.server.Kill()
		c.server.Restart()
		db = c.server.Connect("postgres")
	}
	c.kafka.WaitCount(topic, int64(id+1), captureMax)
	w.WaitState(t, s.name, "RUNNING", 1)
	n := 0
	for _, partition := range c.kafka.Consume(topic) {
		n += len(partition)
	}
	if n != id+1 {
		t.Errorf("%d records of %d rows, though no worker was killed", n, id+1)
	}

	w.Stop(t)
	slot := "where not active and slot_name = '" + s.config["slot.name"] + "'"
	harness.Eventually(t, captureMax, "the slot is free", func(context.Context) (bool, error) {
		return len(db.Query("select pg_drop_replication_slot(slot_name) from pg_replication_slots "+slot)) == 1, nil
	})
	db.Exec("insert into ledger values (-1, 'lost')")
	w.StartReady(t)
	w.Create(t, s.name, s.config)
	if state := w.WaitTask(t, s.name, 0, "FAILED"); !strings.Contains(state.Trace, "events lost") || !strings.Contains(state.Trace, s.config["slot.name"]) {
		t.Errorf("without its slot: %s", state.Trace)
	}
	if slots := db.Query("select slot_name from pg_replication_slots"); len(slots) != 0 {
		t.Errorf("slots were made: %v", slots)
	}
	db.Close()
}

// TestPostgres_Cut breaks all connections to the database again and again, each time after another number of bytes:
// every row comes once, in order.
func TestPostgres_Cut(t *testing.T) {
	t.Parallel() // servers wait more than they work
	const cuts = 40
	c := newCapture(t, nil)
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec("create table ledger (id int primary key, text text)")
	db.Exec("insert into ledger values (0, 'before')")
	proxy := harness.StartProxy(t, fmt.Sprintf("127.0.0.1:%d", c.server.Port))
	_, port, _ := strings.Cut(proxy.Address, ":")
	s := c.side(harness.Unique(t, "cut"), harness.Properties{"database.port": port, "retriable.restart.connector.wait.ms": "50", "slot.retry.delay.ms": "50", "slot.max.retries": "1000"})
	topic := s.name + "." + capturePrefix + ".public.ledger"
	w := c.worker(t, harness.Millrace, "offsets")
	w.StartReady(t)
	w.Create(t, s.name, s.config)
	c.kafka.WaitCount(topic, 1, captureMax)
	r := rand.New(rand.NewSource(1))
	id := 0
	for range cuts {
		proxy.ResetAfter(1 + r.Intn(12_000))
		for range 3 {
			db.Exec(fmt.Sprintf("insert into ledger select i, repeat('x', %d) from generate_series(%d, %d) i", r.Intn(100), id+1, id+20))
			id += 20
		}
		c.kafka.WaitCount(topic, int64(id-30), captureMax)
	}
	proxy.Heal()
	c.kafka.WaitCount(topic, int64(id+1), captureMax)
	w.WaitState(t, s.name, "RUNNING", 1)
	n := 0
	for _, partition := range c.kafka.Consume(topic) {
		for _, record := range partition {
			if want := fmt.Sprintf(`"payload":{"id":%d}`, n); !strings.Contains(string(record.Key), want) {
				t.Fatalf("record %d has key %s", n, record.Key)
			}
			n++
		}
	}
	if n != id+1 {
		t.Errorf("%d records of %d rows", n, id+1)
	}
}

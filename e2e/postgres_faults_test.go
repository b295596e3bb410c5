//go:build e2e

package e2e

import (
	"fmt"
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
	db.Exec("select pg_drop_replication_slot('" + s.config["slot.name"] + "')")
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

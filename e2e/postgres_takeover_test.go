//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_TakeOver stops Debezium in the midst of changes, lets ours go on from its offsets, and Debezium again
// after ours: every change comes, once, and nobody takes a new snapshot.
func TestPostgres_TakeOver(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec("create table ledger (id int primary key, text text)")
	db.Exec("insert into ledger select i, 'before' from generate_series(1, 100) i")
	s := c.side(harness.Unique(t, "takeover"), nil)
	topic := s.name + "." + capturePrefix + ".public.ledger"
	offsets := filepath.Join(t.TempDir(), "offsets")
	id := 100
	// write commits small transactions and a large one.
	write := func() {
		for range 20 {
			db.Exec(fmt.Sprintf("begin; insert into ledger values (%d, 'one'); insert into ledger values (%d, 'two'); commit", id+1, id+2))
			id += 2
		}
		db.Exec(fmt.Sprintf("insert into ledger select i, 'many' from generate_series(%d, %d) i", id+1, id+500))
		id += 500
	}
	for turn, side := range []harness.Side{harness.Java, harness.Millrace, harness.Java, harness.Millrace} {
		w := c.worker(t, side, offsets)
		w.StartReady(t)
		w.Create(t, s.name, s.config)
		w.WaitState(t, s.name, "RUNNING", 1)
		if turn == 0 {
			c.kafka.WaitCount(topic, 100, captureMax)
		}
		write()
		c.kafka.WaitCount(topic, int64(id-400), captureMax) // it is within the rows of one transaction
		w.Stop(t)
	}
	w := c.worker(t, harness.Java, offsets)
	w.StartReady(t)
	w.Create(t, s.name, s.config)
	write()
	c.kafka.WaitCount(topic, int64(id), captureMax)
	w.Stop(t)

	seen, reads := map[int]int{}, 0
	for _, partition := range c.kafka.Consume(topic) {
		for _, r := range partition {
			var v struct {
				Payload struct {
					Op    string
					After struct{ ID int }
				}
			}
			if err := json.Unmarshal(r.Value, &v); err != nil {
				t.Fatal(err)
			}
			seen[v.Payload.After.ID]++
			if v.Payload.Op == "r" {
				reads++
			}
		}
	}
	lost, twice := 0, 0
	for i := 1; i <= id; i++ {
		switch n := seen[i]; {
		case n == 0:
			lost++
			t.Errorf("row %d is lost", i)
		case n > 1:
			twice++
		}
	}
	t.Logf("%d rows, %d twice", id, twice)
	if reads != 100 {
		t.Errorf("%d rows of snapshots: one of 100 was taken", reads)
	}
	if twice > 0 {
		t.Errorf("%d rows came twice although every worker was stopped in order", twice)
	}
}

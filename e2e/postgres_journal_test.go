//go:build e2e || soak

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// journal is a table whose changes are known, and its topic.
type journal struct {
	c     *capture
	topic string
	last  int      // id of the last row
	want  []string // records, as entry writes them
}

// journalTable is the table.
const journalTable = "create table ledger (id int primary key, text text)"

// newJournal creates the table with row 0, and prepares a connector that reaches the server at port.
func newJournal(t *testing.T, c *capture, port string, more harness.Properties) (*journal, *captureSide) {
	t.Helper()
	c.server.Exec("postgres", journalTable, "insert into ledger values (0, 'before')")
	s := c.side(harness.Unique(t, "ledger"), harness.Properties{"database.port": port, "database.sslmode": "disable", "retriable.restart.connector.wait.ms": "50",
		"slot.retry.delay.ms": "50", "slot.max.retries": "1000", "publication.autocreate.mode": "filtered", "table.include.list": "public.ledger"}.With(more))
	return &journal{c: c, topic: s.name + "." + capturePrefix + ".public.ledger", want: []string{"r 0"}}, s
}

// start starts a worker of ours with the connector, which streams once this returns, and connects to the database.
func (l *journal) start(t *testing.T, s *captureSide) (*harness.Worker, *harness.Session) {
	t.Helper()
	w := l.c.worker(t, harness.Millrace, filepath.Join(t.TempDir(), "offsets"))
	w.StartReady(t)
	w.Create(t, s.name, s.config)
	l.wait()
	db := l.c.server.Connect("postgres")
	active(t, db, s.config["slot.name"])
	return w, db
}

// write commits transactions of every kind: of one row, of many with one LSN, with sub-transactions, with values that are
// TOASTed, updates of values and keys, and deletes.
func (l *journal) write(db *harness.Session) {
	id := l.last
	one, two, three, moved := id+1, id+2, id+3, id+4
	db.Exec(fmt.Sprintf("insert into ledger values (%d, 'one')", one))
	db.Exec(fmt.Sprintf("begin; insert into ledger values (%d, 'two'); savepoint s; insert into ledger values (%d, 'gone'); rollback to s; insert into ledger values (%d, (select string_agg(md5(i::text), '') from generate_series(1, 100) i)); commit", two, id+100_000_000, three))
	db.Exec(fmt.Sprintf("begin; update ledger set text = 'changed' where id = %d; update ledger set id = %d where id = %d; delete from ledger where id = %d; commit", one, moved, two, three))
	l.want = append(l.want, fmt.Sprint("c ", one), fmt.Sprint("c ", two), fmt.Sprint("c ", three), fmt.Sprint("u ", one),
		fmt.Sprint("d ", two), fmt.Sprint("- ", two), fmt.Sprint("c ", moved), fmt.Sprint("d ", three), fmt.Sprint("- ", three))
	id += 4
	db.Exec(fmt.Sprintf("insert into ledger select i, 'many' from generate_series(%d, %d) i", id+1, id+8))
	for range 8 {
		id++
		l.want = append(l.want, fmt.Sprint("c ", id))
	}
	l.last = id
}

// wait waits until the topic holds all that was written.
func (l *journal) wait() { l.c.kafka.WaitCount(l.topic, int64(len(l.want)), captureMax) }

// ends waits until the topic's last record is the last one that was written, however often others came.
func (l *journal) ends(t *testing.T) {
	t.Helper()
	l.wait()
	harness.Eventually(t, captureMax, "the last entry is there", func(context.Context) (bool, error) {
		all := l.entries(t)
		return all[len(all)-1] == l.want[len(l.want)-1], nil
	})
}

// entries are the records of the topic: operation, or - for a tombstone, and id.
func (l *journal) entries(t *testing.T) (out []string) {
	t.Helper()
	for _, partition := range l.c.kafka.Consume(l.topic) {
		for _, r := range partition {
			var key struct{ Payload struct{ ID int } }
			var value struct{ Payload struct{ Op string } }
			if err := json.Unmarshal(r.Key, &key); err != nil {
				t.Fatal(err)
			}
			if value.Payload.Op = "-"; r.Value != nil {
				if err := json.Unmarshal(r.Value, &value); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, fmt.Sprint(value.Payload.Op, " ", key.Payload.ID))
		}
	}
	return out
}

// check fails t unless the topic holds exactly what was written, in order.
func (l *journal) check(t *testing.T) {
	t.Helper()
	l.checkReplayed(t, 0)
}

// checkReplayed is check where so many times a part of what came before may have come again, in order.
func (l *journal) checkReplayed(t *testing.T, replays int) {
	t.Helper()
	have := l.entries(t)
	next, again := 0, 0
	for i, e := range have {
		if next < len(l.want) && e == l.want[next] {
			next++
			continue
		}
		back := next - 1
		for back >= 0 && l.want[back] != e {
			back--
		}
		if again++; back < 0 || again > replays {
			t.Fatalf("record %d is %q; %q was due, after %q; there were %d replays before", i, e, l.want[min(next, len(l.want)-1)], have[max(0, i-3):i], again-1)
		}
		next = back + 1
	}
	if next != len(l.want) {
		t.Errorf("%d records, which end with %q, and %d entries of %d", len(have), have[max(0, len(have)-3):], next, len(l.want))
	}
	t.Logf("%d entries in %d records, %d replays", len(l.want), len(have), again)
}

// lost fails t unless the task has failed with lost events, and its trace has all of words.
func lost(t *testing.T, w *harness.Worker, s *captureSide, words ...string) {
	t.Helper()
	trace := w.WaitTask(t, s.name, 0, "FAILED").Trace
	for _, word := range append(words, "events lost", "LSN") {
		if !strings.Contains(trace, word) {
			t.Errorf("the trace lacks %q:\n%s", word, trace)
		}
	}
	t.Log(strings.SplitN(trace, "\n", 2)[0])
}

// active waits until a slot streams.
func active(t *testing.T, db *harness.Session, slot string) {
	t.Helper()
	harness.Eventually(t, captureMax, "the slot is in use", func(context.Context) (bool, error) {
		return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+slot+"'")) == 1, nil
	})
}

// portOf is the port of a proxy.
func portOf(p *harness.Proxy) string {
	_, port, _ := strings.Cut(p.Address, ":")
	return port
}

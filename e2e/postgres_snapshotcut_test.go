//go:build soak

package e2e

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// snapshotEnd is how many messages of the server, up to the first of the stream, a snapshot of one table ends with.
const snapshotEnd = 42

// TestPostgres_CutSnapshot ends a connection behind the messages of the server with which a snapshot ends and the stream
// begins, each time for another connector: every row comes, whatever comes twice.
func TestPostgres_CutSnapshot(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	proxy := harness.StartPostgresProxy(t, fmt.Sprintf("127.0.0.1:%d", c.server.Port))
	l, _ := newJournal(t, c, portOf(proxy), nil)
	const rows = 20
	c.server.Exec("postgres", fmt.Sprintf("insert into ledger select i, 'more' from generate_series(1, %d) i", rows-1))
	w := c.worker(t, harness.Millrace, "offsets")
	w.StartReady(t)
	db := c.server.Connect("postgres")
	defer db.Close()
	last := rows
	// capture lets a connector take a snapshot and stream one row, with a cut behind n messages; 0 is none.
	capture := func(n int) {
		s := c.side(harness.Unique(t, "cut"), harness.Properties{"database.port": portOf(proxy), "database.sslmode": "disable",
			"retriable.restart.connector.wait.ms": "50", "slot.retry.delay.ms": "50", "slot.max.retries": "1000", "slot.drop.on.stop": "true",
			"table.include.list": "public.ledger", "millrace.slot.metrics.interval.ms": "0"})
		l.topic = s.name + "." + capturePrefix + ".public.ledger"
		proxy.CutAfterReplies(n)
		w.Create(t, s.name, s.config)
		c.kafka.WaitCount(l.topic, int64(last), captureMax) // a slot is in use while it is made, too
		active(t, db, s.config["slot.name"])
		db.Exec(fmt.Sprintf("insert into ledger values (%d, 'streamed')", last))
		c.kafka.WaitCount(l.topic, int64(last+1), captureMax)
		l.want = []string{fmt.Sprint("c ", last)}
		l.ends(t)
		if _, due := proxy.Replies(); due && n > 0 {
			t.Logf("no connection had %d messages", n)
		}
		proxy.CutAfterReplies(0)
		seen := map[string]bool{}
		for _, e := range l.entries(t) {
			seen[e] = true
		}
		for i := range last {
			if !seen[fmt.Sprint("r ", i)] {
				t.Errorf("cut behind %d messages: row %d did not come", n, i)
			}
		}
		last++
		if code, body := w.Do(t, "DELETE", "/connectors/"+s.name, ""); code != 204 {
			t.Fatalf("%d %s", code, body)
		}
	}
	before, _ := proxy.Replies()
	capture(0)
	all, _ := proxy.Replies()
	for back := 0; back < snapshotEnd; back += captureReplies {
		capture(all - before - back)
	}
}

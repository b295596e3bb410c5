//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

const (
	// steadyRate is how many changes a second come in the steady case, steadyEach of them in a transaction.
	steadyRate, steadyEach = 20_000, 20
	// clientSlot is the slot of pg_recvlogical.
	clientSlot = "bench_client"
)

// backlog changes orders: transactions of twelve inserts, six updates and two deletes, from one key on.
const backlog = `do $$ declare base bigint; begin for i in 0 .. %d loop
	base := %d + i * 12;
	insert into orders ` + ordersRowsOf + `;
	update orders set paid = true, status = 'paid', updated = '2026-06-01' where id between base and base + 5;
	delete from orders where id between base + 10 and base + 11;
	commit; end loop; end $$`

// ordersRowsOf is ordersRows of twelve keys, where base is a variable.
const ordersRowsOf = `select g, 'customer ' || g %% 5000, 'c' || g %% 5000 || '@example.com', (g %% 100000) / 7.0, g %% 100, g %% 3 = 0,
	(array['new','paid','shipped'])[1 + g %% 3], '2026-01-01Z'::timestamptz + g * interval '1 second', '2026-01-01'::timestamp + g * interval '1 second',
	case when g %% 4 = 0 then null else 'a note about order ' || g end from generate_series(base, base + 11) g`

// changesEach is how many changes a transaction of backlog makes.
const changesEach = 20

// streamCases measures the stream: a backlog, then changes as they come, then one large transaction.
func (c *capturing) streamCases(t *testing.T, r *Report) {
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec(fmt.Sprintf(ordersTable, "orders"))
	db.Exec("create publication bench_orders for table orders")
	topics := map[harness.Side]string{}
	for _, side := range c.order {
		s := c.sides[side]
		topics[side] = c.topic(s.name, "orders")
		db.Query("select pg_create_logical_replication_slot('" + slotName(s.name) + "', 'pgoutput')")
		s.worker.Create(t, s.name, c.config(s.name, "orders", harness.Properties{"snapshot.mode": "no_data"}))
		c.inUse(t, db, s)
		c.pause(t, db, s)
	}
	if wanted(streamCase) {
		c.backlogs(t, r, db, topics)
	}
	if wanted(steadyCase) {
		for _, side := range c.order {
			c.steady(t, r, db, c.sides[side], topics[side])
		}
	}
	if wanted(transactionCase) {
		c.transaction(t, r, db, c.sides[harness.Millrace], topics[harness.Millrace])
	}
}

// inUse waits until a connector streams.
func (c *capturing) inUse(t *testing.T, db *harness.Session, s *capturer) {
	t.Helper()
	s.worker.WaitState(t, s.name, "RUNNING", 1)
	harness.Eventually(t, time.Minute, "the slot is in use", func(context.Context) (bool, error) {
		return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+slotName(s.name)+"'")) == 1, nil
	})
}

// pause stops a connector, whose offsets stay.
func (c *capturing) pause(t *testing.T, db *harness.Session, s *capturer) {
	t.Helper()
	s.worker.Do(t, http.MethodPut, "/connectors/"+s.name+"/stop", "")
	harness.Eventually(t, time.Minute, "the slot is free", func(context.Context) (bool, error) {
		return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+slotName(s.name)+"'")) == 0, nil
	})
}

func (c *capturing) resume(t *testing.T, s *capturer) {
	t.Helper()
	s.worker.Do(t, http.MethodPut, "/connectors/"+s.name+"/resume", "")
}

// backlogs makes a backlog for each pass and lets everybody work it off, one after the other.
func (c *capturing) backlogs(t *testing.T, r *Report, db *harness.Session, topics map[harness.Side]string) {
	db.Query("select pg_create_logical_replication_slot('" + clientSlot + "', 'pgoutput')")
	n := *captureEvents / changesEach
	all := map[Side]*series{Java: {}, Millrace: {}, Client: {}}
	for pass := range *capturePasses {
		db.Exec(fmt.Sprintf(backlog, n-1, c.next))
		c.next += n * 12
		end := db.Query("select pg_current_wal_lsn()")[0][0]
		for _, side := range c.order {
			progress("%s: %s, pass %d of %d", side, streamCase, pass+1, *capturePasses)
			s := c.sides[side]
			had := c.count(t, topics[side])
			c.resume(t, s)
			all[Side(side)].add(c.drain(t, s, topics[side], had, int64(n*changesEach)))
			c.pause(t, db, s)
		}
		all[Client].add(c.client(t, n*changesEach, captureClients[streamCase], "--slot", clientSlot, "--start", "-f", "/dev/null", "--endpos", end,
			"-o", "proto_version=1", "-o", "publication_names=bench_orders"))
	}
	c.dropSlot(t, db, clientSlot)
	results(r, streamCase, all, c.sides)
}

func (c *capturing) count(t *testing.T, topic string) int64 {
	t.Helper()
	n, err := c.kafka.Count(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// steady lets one side follow changes that come at a steady rate; the others' connectors are stopped.
func (c *capturing) steady(t *testing.T, r *Report, db *harness.Session, s *capturer, topic string) {
	progress("%s: %s", s.side, steadyCase)
	had := c.count(t, topic)
	c.resume(t, s)
	c.inUse(t, db, s)
	// A backlog of what was changed while it was stopped is not what is asked: one row says that it is gone.
	c.insert(db, 1)
	c.settle(t, topic, db)
	had = c.count(t, topic)
	used, err := harness.CPU(s.worker.PID())
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(time.Millisecond / 2)
	defer tick.Stop()
	began, rows := time.Now(), 0
	for rows < int(float64(steadyRate)*steadyFor.Seconds()) {
		due := min(int(time.Since(began).Seconds()*steadyRate), int(float64(steadyRate)*steadyFor.Seconds()))
		if due-rows < steadyEach {
			<-tick.C
			continue
		}
		c.insert(db, steadyEach)
		rows += steadyEach
	}
	took := time.Since(began)
	c.drain(t, s, topic, had, int64(rows))
	now, err := harness.CPU(s.worker.PID())
	if err != nil {
		t.Fatal(err)
	}
	m := Measurement{Case: steadyCase, Side: Side(s.side), NsPerRecord: float64(now-used) / float64(rows), RecordsPerSec: float64(rows) / took.Seconds(), PeakRSSBytes: s.peak}
	m.Lag = LagOf(c.lags(t, topic, had))
	s.peak = 0
	r.Results = append(r.Results, m)
	c.pause(t, db, s)
}

func (c *capturing) insert(db *harness.Session, n int) {
	db.Exec("insert into orders " + fmt.Sprintf(ordersRows, c.next, c.next+n-1))
	c.next += n
}

// settle waits until a topic grows no more: its last record is of the row that was inserted last.
func (c *capturing) settle(t *testing.T, topic string, db *harness.Session) {
	t.Helper()
	want := fmt.Sprintf(`{"id":%d}`, c.next-1)
	harness.Eventually(t, captureMax, topic+" has the last row", func(ctx context.Context) (bool, error) {
		ends := c.kafka.Ends(topic)
		last := ""
		if ends[0] > 0 {
			c.kafka.Scan(topic, kgo.ReadUncommitted(), map[int32]int64{0: ends[0] - 1}, func(int) {}, func(r *kgo.Record) { last = string(r.Key) })
		}
		return last == want, fmt.Errorf("the last key is %s, not %s", last, want)
	})
}

// lags are the times from the commit of a change to its record in the broker, from an offset on.
func (c *capturing) lags(t *testing.T, topic string, from int64) (all []time.Duration) {
	t.Helper()
	c.kafka.Scan(topic, kgo.ReadUncommitted(), map[int32]int64{0: from}, func(int) {}, func(r *kgo.Record) {
		var v struct {
			Source struct {
				Micros int64 `json:"ts_us"`
			} `json:"source"`
		}
		if err := json.Unmarshal(r.Value, &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, r.Timestamp.Sub(time.UnixMicro(v.Source.Micros).Truncate(time.Millisecond)))
	})
	return all
}

// transaction lets ours alone take one large transaction: what counts is memory. The topic is compressed by the broker,
// whose disk would otherwise need gigabytes for it.
func (c *capturing) transaction(t *testing.T, r *Report, db *harness.Session, s *capturer, topic string) {
	progress("%s: %s", s.side, transactionCase)
	lz4 := []kadm.AlterConfig{{Name: "compression.type", Value: kadm.StringPtr("lz4")}}
	if _, err := c.kafka.Admin().AlterTopicConfigs(t.Context(), lz4, topic); err != nil {
		t.Fatal(err)
	}
	s.worker.Stop(t)
	s.worker.StartReady(t)
	s.worker.Create(t, s.name, c.config(s.name, "orders", harness.Properties{"snapshot.mode": "no_data"}))
	c.inUse(t, db, s)
	c.insert(db, 1)
	c.settle(t, topic, db)
	had := c.count(t, topic)
	c.insert(db, *transactionOf)
	var one series
	one.add(c.drain(t, s, topic, had, int64(*transactionOf)))
	results(r, transactionCase, map[Side]*series{Millrace: &one}, c.sides)
}

//go:build bench

package bench

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/bench/meter"
	"github.com/millrace/millrace/e2e/harness"
)

var (
	captureEvents  = flag.Int("events", 500_000, "changes of one pass of capturing a database, and rows of one snapshot")
	capturePasses  = flag.Int("capture-passes", 3, "passes of capturing a database; the first is reported as cold")
	steadyFor      = flag.Duration("steady", 15*time.Second, "how long changes come at a steady rate")
	transactionOf  = flag.Int("transaction", 5_000_000, "rows of the one large transaction")
	captureOurs    = flag.Bool("capture-ours", false, "measure our capturing alone: no Debezium beside it")
	captureClients = map[string]string{"cdc/stream": "pg_recvlogical", "cdc/snapshot": "psql"}
)

// captureMax is how long one pass of one side may take.
const captureMax = 15 * time.Minute

// The cases of capturing a database.
const (
	streamCase      = "cdc/stream"      // a backlog of small transactions
	steadyCase      = "cdc/steady"      // changes as they come
	snapshotCase    = "cdc/snapshot"    // one table, one connection
	twoThreadsCase  = "cdc/snapshot-2"  // one table, snapshot.max.threads 2
	transactionCase = "cdc/transaction" // ours alone
)

// capturing is one PostgreSQL server, a broker, and a worker of each side with a connector on a slot of its own.
type capturing struct {
	server *harness.Postgres
	kafka  *harness.Kafka
	order  []harness.Side // in which sides take turns
	sides  map[harness.Side]*capturer
	next   int // key of the next row
}

// capturer is one side's worker and its connector for the stream.
type capturer struct {
	side   harness.Side
	worker *harness.Worker
	name   string // of the connector, and topic.prefix
	peak   int64  // resident bytes of the case that runs
}

// ordersTable has ten columns of the types that tables have most.
const ordersTable = `create table %s (id bigint primary key, customer text not null, email text, amount numeric(12,2) not null, quantity int,
	paid boolean, status text, created timestamptz not null, updated timestamp, note text)`

// ordersRows selects rows for it, from one key to another.
const ordersRows = `select g, 'customer ' || g %% 5000, 'c' || g %% 5000 || '@example.com', (g %% 100000) / 7.0, g %% 100, g %% 3 = 0,
	(array['new','paid','shipped'])[1 + g %% 3], '2026-01-01Z'::timestamptz + g * interval '1 second', '2026-01-01'::timestamp + g * interval '1 second',
	case when g %% 4 = 0 then null else 'a note about order ' || g end from generate_series(%d::bigint, %d::bigint) g`

// captureCases measures capturing of a database: Debezium in the original's worker, ours, and the server's own clients
// on the same changes, in turns.
func captureCases(t *testing.T, r *Report) {
	streams := wanted(streamCase) || wanted(steadyCase) || wanted(transactionCase)
	if !streams && !wanted(snapshotCase) && !wanted(twoThreadsCase) {
		return
	}
	const checks = "capturing of PostgreSQL"
	c := &capturing{server: suite.StartPostgres(t, checks, "shared_buffers=256MB", "max_wal_size=8GB", "checkpoint_timeout=1h"), sides: map[harness.Side]*capturer{}}
	plugins := ""
	if !*captureOurs {
		c.order, plugins = append(c.order, harness.Java), suite.Debezium(t, "postgres", checks)
	}
	c.order = append(c.order, harness.Millrace)
	broker := suite.SharedBroker(t, checks)
	c.kafka = harness.NewKafka(t, broker.Bootstrap)
	r.WorkerJDK = javaVersion(t)
	for _, side := range c.order {
		props := harness.Properties{
			"bootstrap.servers": broker.Bootstrap, "offset.storage.file.filename": "offsets", "offset.flush.interval.ms": "500",
			"key.converter": "org.apache.kafka.connect.json.JsonConverter", "key.converter.schemas.enable": "false",
			"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
		}
		if side == harness.Java {
			props["plugin.path"] = plugins
		}
		s := &capturer{side: side, worker: suite.NewWorker(t, side, harness.WorkerConfig{Properties: props, Warm: true, Heap: "2g"}), name: harness.Unique(t, string(side))}
		s.worker.StartReady(t)
		c.sides[side] = s
	}
	if wanted(snapshotCase) {
		c.snapshots(t, r, snapshotCase, "1")
	}
	if wanted(twoThreadsCase) {
		c.snapshots(t, r, twoThreadsCase, "2")
	}
	if streams {
		c.streamCases(t, r)
	}
	for _, s := range c.sides {
		s.worker.Stop(t)
	}
}

// config is that of a connector of one table.
func (c *capturing) config(name, table string, more harness.Properties) harness.Properties {
	return harness.Properties{
		"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "tasks.max": "1",
		"database.hostname": "127.0.0.1", "database.port": fmt.Sprint(c.server.Port), "database.user": "postgres", "database.dbname": "postgres",
		"topic.prefix": name, "plugin.name": "pgoutput", "slot.name": slotName(name), "publication.name": "bench_" + table, "publication.autocreate.mode": "disabled",
		"table.include.list": "public." + table, "tombstones.on.delete": "false",
	}.With(more)
}

// slotName is the slot of a connector.
func slotName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// topic creates the topic of a connector for a table: in one partition, and the broker says when it had a record.
func (c *capturing) topic(name, table string) string {
	topic := name + ".public." + table
	c.kafka.CreateTopic(topic, 1, map[string]string{"message.timestamp.type": "LogAppendTime"})
	return topic
}

// drain waits until a topic holds n records more than it had, and returns the rate, and what an event took.
func (c *capturing) drain(t *testing.T, s *capturer, topic string, had, n int64) (perSecond, cpuNs float64) {
	t.Helper()
	var d Drain
	var looked time.Time
	harness.Eventually(t, captureMax, fmt.Sprintf("%s holds %d records more", topic, n), func(ctx context.Context) (bool, error) {
		if time.Since(looked) > 100*time.Millisecond { // it stops the process for a moment
			looked = time.Now()
			s.peak = max(s.peak, memory(t, s.worker).RSS)
		}
		have, err := c.kafka.Count(ctx, topic)
		if err != nil {
			return false, err
		}
		cpu, err := harness.CPU(s.worker.PID())
		if err != nil {
			t.Fatal(err)
		}
		d.Saw(have-had, cpu, time.Now())
		if have-had < n {
			return false, fmt.Errorf("it holds %d", have-had)
		}
		return true, nil
	})
	return d.Rate()
}

// client runs one of the server's own clients and returns its rate for n events, and what an event took of its process.
func (c *capturing) client(t *testing.T, n int, program string, args ...string) (perSecond, cpuNs float64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, append([]string{"-h", "127.0.0.1", "-p", fmt.Sprint(c.server.Port), "-U", "postgres", "-d", "postgres"}, args...)...)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	took := time.Since(began)
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return float64(n) / took.Seconds(), float64(used) / float64(n)
}

// series are the passes of one side in a case.
type series struct{ rates, cpus []float64 }

func (s *series) add(perSecond, cpuNs float64) {
	s.rates, s.cpus = append(s.rates, perSecond), append(s.cpus, cpuNs)
}

// measurement is the median of all passes but the first, which is the cold one.
func (s *series) measurement(name string, side Side) Measurement {
	return Measurement{Case: name, Side: side, ColdNsPerRecord: s.cpus[0], NsPerRecord: meter.Median(warm(s.cpus)), RecordsPerSec: meter.Median(warm(s.rates))}
}

// warm leaves the first pass out where there are more.
func warm(v []float64) []float64 {
	if len(v) > 1 {
		return v[1:]
	}
	return v
}

// results adds the series of a case to the report.
func results(r *Report, name string, all map[Side]*series, sides map[harness.Side]*capturer) {
	for _, side := range []Side{Java, Millrace, Client} {
		one := all[side]
		if one == nil || len(one.cpus) == 0 {
			continue
		}
		m := one.measurement(name, side)
		if s := sides[harness.Side(side)]; s != nil {
			m.PeakRSSBytes, s.peak = s.peak, 0
		}
		r.Results = append(r.Results, m)
	}
}

// snapshots measures a snapshot of one table, and COPY of psql beside it.
func (c *capturing) snapshots(t *testing.T, r *Report, name, threads string) {
	db := c.server.Connect("postgres")
	defer db.Close()
	if len(db.Query("select 1 from pg_tables where tablename = 'stock'")) == 0 {
		db.Exec(fmt.Sprintf(ordersTable, "stock"))
		db.Exec("insert into stock " + fmt.Sprintf(ordersRows, 1, *captureEvents))
		db.Exec("vacuum analyze stock")
		db.Exec("create publication bench_stock for table stock")
	}
	all := map[Side]*series{Java: {}, Millrace: {}, Client: {}}
	for pass := range *capturePasses {
		for _, side := range c.order {
			progress("%s: %s, pass %d of %d", side, name, pass+1, *capturePasses)
			s := c.sides[side]
			connector := harness.Unique(t, "snapshot-"+string(side))
			topic := c.topic(connector, "stock")
			s.worker.Create(t, connector, c.config(connector, "stock", harness.Properties{"snapshot.mode": "initial_only", "snapshot.max.threads": threads}))
			all[Side(side)].add(c.drain(t, s, topic, 0, int64(*captureEvents)))
			s.worker.Do(t, http.MethodDelete, "/connectors/"+connector, "")
			c.dropSlot(t, db, slotName(connector))
			c.kafka.DeleteTopic(topic)
		}
		all[Client].add(c.client(t, *captureEvents, captureClients[snapshotCase], "-c", "copy stock to stdout (format binary)", "-o", "/dev/null"))
	}
	results(r, name, all, c.sides)
}

// dropSlot drops a slot once nobody uses it.
func (c *capturing) dropSlot(t *testing.T, db *harness.Session, slot string) {
	t.Helper()
	harness.Eventually(t, time.Minute, "slot "+slot+" is free", func(context.Context) (bool, error) {
		return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+slot+"'")) == 0, nil
	})
	db.Query("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '" + slot + "'")
}

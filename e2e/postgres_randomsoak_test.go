//go:build soak

package e2e

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

var (
	randomTransactions = flag.Int("postgres.transactions", 200_000, "random transactions beside Debezium")
	randomSeed         = flag.Int64("postgres.seed", 1, "of the random transactions")
)

const (
	// randomRound is how many transactions lie between two comparisons, which bound what has to be kept.
	randomRound = 200
	// roundMax is how long a side may take for a round.
	roundMax = 20 * time.Minute
	// randomSessions run transactions beside each other, so that their records interleave.
	randomSessions = 4
)

// TestPostgres_RandomMany compares what both make of random transactions of several sessions at once, round after round,
// with changes of the tables' definitions in between.
func TestPostgres_RandomMany(t *testing.T) {
	compareMany(t, harness.Properties{"skipped.operations": "none", "provide.transaction.metadata": "true"}, nil)
}

// TestPostgres_RandomStreamed is TestPostgres_RandomMany where ours takes transactions before they end, and the server
// sends all but the smallest so. Metadata of transactions name their first record, which may be another then.
func TestPostgres_RandomStreamed(t *testing.T) {
	compareMany(t, harness.Properties{"skipped.operations": "none"},
		harness.Properties{"millrace.cdc.transaction.streaming": "true", "millrace.cdc.transaction.memory.bytes": "50000"}, "logical_decoding_work_mem=64kB")
}

// compareMany compares ours, with more in its config, with Debezium.
func compareMany(t *testing.T, config, more harness.Properties, settings ...string) {
	t.Helper()
	broker := suite.StartBroker(t, harness.Properties{"log.segment.bytes": "33554432", "log.retention.check.interval.ms": "5000", "log.segment.delete.delay.ms": "1000"}, captureChecks)
	c := newCaptureOn(t, broker, map[string]harness.Properties{"random": config}, append(settings, "deadlock_timeout=100ms", "max_connections=60")...)
	maps.Copy(c.variants[0].sides[harness.Millrace].config, more)
	sides := []*randomSide{{captureSide: c.variants[0].sides[harness.Java], worker: c.workers[harness.Java]},
		{captureSide: c.variants[0].sides[harness.Millrace], worker: c.workers[harness.Millrace]}}
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec("create table " + doneTable + " (id int primary key)")
	for _, s := range randomTables {
		db.Exec(s)
	}
	db.Exec("insert into " + doneTable + " values (0)")
	for _, s := range sides {
		s.read = map[string]int64{}
		s.config["producer.override.compression.type"] = "lz4"
		if !s.started() {
			s.worker.StartReady(t)
		}
		s.worker.Create(t, s.name, s.config)
	}
	for _, s := range sides {
		c.streams(t, db, s.worker, s.captureSide)
	}
	changes := newRandomChanges(*randomSeed)
	defined := definitions{changes: changes}
	began, records, refused := time.Now(), 0, 0
	for n := 0; n < *randomTransactions && !t.Failed(); n += randomRound {
		if n > 0 {
			db.Exec(defined.statement())
		}
		refused += runRandom(c.server, changes, randomRound)
		db.Exec(fmt.Sprintf("insert into %s values (%d)", doneTable, n+1))
		records += c.compareRound(t, sides, int64(n/randomRound+2))
		if n/randomRound%10 == 9 {
			t.Logf("%v: %d transactions, %d of them refused by the server, %d records equal", time.Since(began).Round(time.Second), n+randomRound, refused, records)
		}
	}
	t.Logf("seed %d: %d transactions (%d refused by the server), %d records of each side compared in %v", *randomSeed, *randomTransactions, refused, records, time.Since(began).Round(time.Second))
}

// runRandom runs n transactions in several sessions. It returns how many the server refused, for a deadlock most often.
func runRandom(server *harness.Postgres, changes *randomChanges, n int) (refused int) {
	var mu sync.Mutex // guards what follows, and changes
	left := n
	next := func() []string {
		mu.Lock()
		defer mu.Unlock()
		if left--; left < 0 {
			return nil
		}
		return changes.transaction()
	}
	var all sync.WaitGroup
	for range randomSessions {
		db := server.Connect("postgres")
		all.Go(func() {
			defer db.Close()
			for statements := next(); statements != nil; statements = next() {
				for _, s := range statements {
					if err := db.Try(s); err != nil {
						_ = db.Try("rollback") // outside of a transaction that is a warning
						mu.Lock()
						refused++
						mu.Unlock()
						break
					}
				}
			}
		})
	}
	all.Wait()
	return refused
}

// definitions changes what tables are. Connectors read the catalog when they come to the first row behind a change, so
// each is made when they have caught up.
type definitions struct {
	changes *randomChanges
	added   []string // to plain
	names   int
}

func (d *definitions) statement() string {
	r := d.changes.r
	d.names++
	add := func(definition string) string {
		name := fmt.Sprintf("added%d", d.names)
		d.added = append(d.added, name)
		return fmt.Sprintf("alter table plain add column %s %s", name, definition)
	}
	switch r.Intn(14) {
	case 0:
		return add(fmt.Sprintf("int default %d", r.Intn(100)))
	case 1:
		return add("text not null default 'not null'")
	case 2:
		return fmt.Sprintf("create type mood%d as enum ('sad', 'glad'); %s", d.names, add(fmt.Sprintf("mood%d default 'glad'", d.names)))
	case 3, 4, 5:
		if len(d.added) > 0 {
			i := r.Intn(len(d.added))
			name := d.added[i]
			d.added = slices.Delete(d.added, i, i+1)
			return "alter table plain drop column " + name
		}
	case 6:
		if len(d.added) > 0 {
			i, name := r.Intn(len(d.added)), fmt.Sprintf("renamed%d", d.names)
			old := d.added[i]
			d.added[i] = name
			return fmt.Sprintf("alter table plain rename column %s to %s", old, name)
		}
	case 7:
		return fmt.Sprintf("alter table plain alter column n type numeric(%d,3)", 12+r.Intn(5))
	case 8:
		return "alter table plain replica identity " + []string{"full", "default"}[r.Intn(2)]
	case 9:
		return "alter table plain alter column t type " + []string{"text", "varchar(20000)"}[r.Intn(2)]
	case 10:
		return fmt.Sprintf("alter table wide alter column j set default '{\"d\": %d}'", d.names)
	case 11:
		return "alter table keyless alter column y " + []string{"set", "drop"}[r.Intn(2)] + " not null"
	case 12:
		return "alter table indexed alter column d type " + []string{"date", "timestamp"}[r.Intn(2)]
	}
	drop := ""
	if d.changes.born > 0 {
		drop = fmt.Sprintf("drop table born%d; ", d.changes.born)
	}
	d.changes.born++
	return fmt.Sprintf("%screate table born%d (id int primary key, v %s)", drop, d.changes.born, []string{"text", "varchar(40)", "text not null"}[r.Intn(3)])
}

// randomSide is one of the connectors that are compared, and how far its topics were read.
type randomSide struct {
	*captureSide
	worker *harness.Worker
	read   map[string]int64 // by topic, without the connector's name: the offset of the next record
}

func (s *randomSide) started() bool { return s.worker.Process != nil && s.worker.Running() }

// compareRound waits until all sides have written the round's last record, compares what they have written since the
// last call, and lets the broker delete it. It returns how many records that was of each.
func (c *capture) compareRound(t *testing.T, sides []*randomSide, done int64) (records int) {
	t.Helper()
	for _, s := range sides {
		c.kafka.WaitCount(s.done(), done, roundMax)
	}
	ends := make([]map[string]int64, len(sides))
	equal := func() (err error) {
		for i, s := range sides {
			if ends[i], err = c.endsOf(t.Context(), s); err != nil {
				return err
			}
		}
		for i, e := range ends[1:] {
			for topic, n := range ends[0] {
				if e[topic] != n {
					return fmt.Errorf("%s has %d records in %s, %s has %d", sides[i+1].name, e[topic], topic, sides[0].name, n)
				}
			}
			if len(e) != len(ends[0]) {
				return fmt.Errorf("%s has %d topics, %s has %d", sides[i+1].name, len(e), sides[0].name, len(ends[0]))
			}
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := harness.Poll(ctx, "all sides have as many records", func(context.Context) (bool, error) { err := equal(); return err == nil, err }); err != nil {
		t.Error(err) // and where they part is said below
	}
	for topic, end := range ends[0] {
		if end > sides[0].read[topic] {
			records += c.compareTopic(t, sides, topic)
		}
	}
	return records
}

// endsOf returns how many records a side has written, by topic without its name.
func (c *capture) endsOf(ctx context.Context, s *randomSide) (map[string]int64, error) {
	listed, err := c.kafka.Admin().ListEndOffsets(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for topic, partitions := range listed {
		if name, ok := strings.CutPrefix(topic, s.name+"."); ok {
			for _, p := range partitions {
				if p.Err != nil {
					return nil, fmt.Errorf("%s: %w", topic, p.Err)
				}
				all[name] += p.Offset
			}
		}
	}
	return all, nil
}

// compareTopic compares the new records of a topic of one partition.
func (c *capture) compareTopic(t *testing.T, sides []*randomSide, topic string) int {
	t.Helper()
	var want []*kgo.Record
	for i, s := range sides {
		var have []*kgo.Record
		name := s.name + "." + topic
		c.kafka.Scan(name, kgo.ReadCommitted(), map[int32]int64{0: s.read[topic]}, func(int) {}, func(r *kgo.Record) { have = append(have, r) })
		s.read[topic] += int64(len(have))
		if i == 0 {
			want = have
			continue
		}
		reported := 0
		for k := range want {
			if k >= len(have) || reported == differencesMax {
				break
			}
			if sameRecord(want[k], have[k], sides[0].name, s.name) {
				continue
			}
			w, h := recordText(t, recordOf(want[k]), sides[0].name), recordText(t, recordOf(have[k]), s.name)
			if w != h {
				t.Errorf("topic %s, record %d: %s", topic, want[k].Offset, firstDifference(w, h))
				reported++
			}
		}
		if len(have) != len(want) {
			t.Errorf("topic %s: %d records since offset %d, Debezium has %d", topic, len(have), s.read[topic]-int64(len(have)), len(want))
		}
	}
	if topic == capturePrefix+"."+doneTable { // whose records are counted
		return len(want)
	}
	for _, s := range sides {
		c.kafka.DeleteRecords(s.name+"."+topic, 0, s.read[topic])
	}
	return len(want)
}

func recordOf(r *kgo.Record) harness.Record {
	out := harness.Record{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Key: r.Key, Value: r.Value}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, harness.Header(h))
	}
	return out
}

// timeMembers come before a number that names a time of capture.
var timeMembers = [][]byte{[]byte(`"ts_ms":`), []byte(`"ts_us":`), []byte(`"ts_ns":`)}

// sameRecord reports that two records are equal byte by byte but for times, run and connector. False says nothing: then
// recordText decides.
func sameRecord(want, have *kgo.Record, theirs, ours string) bool {
	if !bytes.Equal(want.Key, have.Key) || len(want.Headers) != len(have.Headers) || !sameTimes(want.Value, have.Value) {
		return false
	}
	for i := range want.Headers {
		w, h := want.Headers[i], have.Headers[i]
		if w.Key != h.Key || w.Key != "__debezium.context.runId" && !bytes.Equal(bytes.ReplaceAll(w.Value, []byte(theirs), nil), bytes.ReplaceAll(h.Value, []byte(ours), nil)) {
			return false
		}
	}
	return true
}

// sameTimes reports that two texts are equal but for the numbers behind timeMembers, outside of source.
func sameTimes(a, b []byte) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	op, source := bytes.LastIndex(a, []byte(`"op":"`)), bytes.LastIndex(a, []byte(`"source":{`))
	for from := 0; ; {
		n := commonPrefix(a[from:], b[from:])
		if n == len(a)-from && n == len(b)-from {
			return true
		}
		at := from + n
		for at > 0 && at <= len(a) && a[at-1] >= '0' && a[at-1] <= '9' {
			at--
		}
		if at < op || source > op && at > source || !slices.ContainsFunc(timeMembers, func(m []byte) bool { return bytes.HasSuffix(a[:at], m) }) {
			return false
		}
		// The numbers are of one length, or else the slow comparison decides.
		for from = at; from < len(a) && from < len(b) && isDigit(a[from]) && isDigit(b[from]); {
			from++
		}
		if from == at {
			return false
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

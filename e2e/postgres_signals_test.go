//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// signalsOf gives a side a table of signals of its own.
func signalsOf(db *harness.Session, s *captureSide) string {
	table := "signals_" + s.config["slot.name"]
	db.Exec("create table " + table + " (id text primary key, type text not null, data text)")
	s.config["signal.data.collection"] = "public." + table
	return table
}

// capturedRow is a record of a table as the tests of incremental snapshots look at it.
type capturedRow struct {
	key      string
	op       string // "" for a tombstone
	after    string // JSON of the row; "null" for none
	snapshot string
	text     string // the whole record, but for times
}

// rowsOf returns the records of a topic, in their order.
func (c *capture) rowsOf(t *testing.T, s *captureSide, table string) (out []capturedRow) {
	t.Helper()
	topic := s.name + "." + capturePrefix + "." + table
	c.kafka.WaitCount(topic, 1, captureMax)
	for _, partition := range c.kafka.Consume(topic) {
		for _, r := range partition {
			var key struct{ Payload json.RawMessage }
			var value struct {
				Payload struct {
					Op     string
					After  json.RawMessage
					Source struct{ Snapshot string }
				}
			}
			if err := json.Unmarshal(r.Key, &key); err != nil {
				t.Fatal(err)
			}
			row := capturedRow{key: string(key.Payload), after: "null"}
			if r.Value != nil {
				if err := json.Unmarshal(r.Value, &value); err != nil {
					t.Fatal(err)
				}
				row.op, row.after, row.snapshot = value.Payload.Op, string(value.Payload.After), value.Payload.Source.Snapshot
			}
			row.text = recordText(t, r, s.name)
			out = append(out, row)
		}
	}
	return out
}

// folded is what a reader has who keeps the last row of each key.
func folded(rows []capturedRow) map[string]string {
	out := map[string]string{}
	for _, r := range rows {
		if r.op == "" || r.op == "d" {
			delete(out, r.key)
		} else {
			out[r.key] = r.after
		}
	}
	return out
}

// TestPostgres_Incremental lets Debezium and ours copy a table in chunks while it changes. What a reader has in the end is
// the table; and of tables that are at rest both write the same records.
func TestPostgres_Incremental(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, map[string]harness.Properties{"small": {
		"table.include.list": "public.stock,public.rest_.*," + doneTable, "snapshot.mode": "no_data", "incremental.snapshot.chunk.size": "50", "signal.poll.interval.ms": "100",
	}, "watermarks_deleted": {
		"table.include.list": "public.stock," + doneTable, "snapshot.mode": "no_data", "incremental.snapshot.chunk.size": "64", "incremental.snapshot.watermarking.strategy": "insert_delete",
	}})
	db := c.server.Connect("postgres")
	defer db.Close()
	db.Exec("create table " + doneTable + " (id int primary key)")
	db.Exec("create table stock (id int primary key, n int, t text)")
	db.Exec("insert into stock select i, i, 'before' from generate_series(1, 1500) i")
	for _, s := range incrementalTables {
		db.Exec(s)
	}
	var signals []string
	for _, side := range captureOrder {
		c.workers[side].StartReady(t)
		for _, v := range c.variants {
			s := v.sides[side]
			signals = append(signals, signalsOf(db, s))
			c.workers[side].Create(t, s.name, s.config)
			c.workers[side].WaitState(t, s.name, "RUNNING", 1)
			harness.Eventually(t, captureMax, "the slot is in use", func(context.Context) (bool, error) {
				return len(db.Query("select 1 from pg_replication_slots where active and slot_name = '"+s.config["slot.name"]+"'")) == 1, nil
			})
		}
	}
	signal := func(id, kind, data string) {
		for _, table := range signals {
			db.Exec(fmt.Sprintf("insert into %s values ('%s', '%s', '%s')", table, id, kind, data))
		}
	}
	signal("one", "execute-snapshot", `{"data-collections": ["public.st.*"], "type": "incremental"}`)
	r := rand.New(rand.NewSource(7))
	for i := range 400 {
		id := 1 + r.Intn(1600)
		switch r.Intn(5) {
		case 0:
			db.Exec(fmt.Sprintf("delete from stock where id = %d", id))
		case 1:
			db.Exec(fmt.Sprintf("insert into stock values (%d, %d, 'new') on conflict (id) do update set n = excluded.n", id, i))
		case 2:
			db.Exec(fmt.Sprintf("update stock set id = %d where id = %d", 2000+i, id))
		case 3:
			db.Exec(fmt.Sprintf("begin; update stock set n = -1 where id = %d; update stock set n = %d, t = 'twice' where id = %d; commit", id, i, id))
		default:
			db.Exec(fmt.Sprintf("update stock set n = n + 1 where id between %d and %d", id, id+3))
		}
	}
	want := map[string]string{}
	for _, row := range db.Query("select id, n, t from stock") {
		want[fmt.Sprintf(`{"id":%s}`, row[0])] = fmt.Sprintf(`{"id":%s,"n":%s,"t":"%s"}`, row[0], row[1], row[2])
	}
	for _, v := range c.variants {
		for _, side := range captureOrder {
			harness.Eventually(t, captureMax, "a reader has the table", func(context.Context) (bool, error) {
				have := folded(c.rowsOf(t, v.sides[side], "public.stock"))
				return maps.Equal(have, want), fmt.Errorf("%s %s: %s", side, v.name, difference(want, have))
			})
		}
	}
	small := c.variants[slices.IndexFunc(c.variants, func(v captureVariant) bool { return v.name == "small" })]
	signal("two", "execute-snapshot", `{"data-collections": ["public.rest_.*", "public.none"], "additional-conditions": [{"data-collection": "public.rest_some", "filter": "n > 20 or n = 3"}]}`)
	signal("three", "execute-snapshot", `{"data-collections": ["public.stock"], "surrogate-key": "n"}`)
	for _, table := range []string{"rest_keys", "rest_some", "rest_nulls", "stock"} {
		var all [2][]string
		for i, side := range captureOrder {
			before := -1
			harness.Eventually(t, captureMax, "table at rest is copied", func(context.Context) (bool, error) {
				all[i] = nil
				for _, row := range c.rowsOf(t, small.sides[side], "public."+table) {
					if row.snapshot == "incremental" {
						all[i] = append(all[i], row.text)
					}
				}
				n := db.Query("select count(*) from " + table + map[string]string{"rest_some": " where n > 20 or n = 3"}[table])[0][0]
				enough := fmt.Sprint(len(all[i])) == n || table == "stock" && len(all[i]) == before
				before = len(all[i])
				return enough, fmt.Errorf("%s: %d rows of %s", side, len(all[i]), n)
			})
		}
		if table == "stock" { // of which the first snapshot met changes
			continue
		}
		differences(t, map[string][]string{table: all[0]}, map[string][]string{table: all[1]})
	}
}

// difference shows a row that a reader has otherwise.
func difference(want, have map[string]string) string {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if have[key] != want[key] {
			return fmt.Sprintf("%d rows of %d, %s is %q and not %q", len(have), len(want), key, have[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[key]; !ok {
			return fmt.Sprintf("%d rows of %d, %s is too many", len(have), len(want), key)
		}
	}
	return ""
}

// incrementalTables are at rest while they are copied.
var incrementalTables = []string{
	"create type mood as enum ('sad', 'glad')",
	"create table rest_keys (a uuid, b numeric(10,2), c timestamp, d timestamptz, e date, f text, g char(5), h mood, i bigint, j boolean, k inet, rest text, primary key (a, b, c, d, e, f, g, h, i, j, k))",
	`insert into rest_keys select md5((i / 100)::text)::uuid, i % 7, '2024-01-01'::timestamp + (i % 5) * interval '1.000001 s', '2024-01-01Z'::timestamptz + (i % 3) * interval '1 ms', '2024-01-01'::date + i % 2,
		'f''\' || i % 4, 'g' || i % 2, case i % 2 when 0 then 'sad' else 'glad' end::mood, i, i % 2 = 0, '10.0.0.1'::inet + i, 'rest ' || i from generate_series(1, 300) i`,
	"create table rest_some (id bigint primary key, n int)",
	"insert into rest_some select i, i % 50 from generate_series(-100, 100) i",
	"create table rest_nulls (id int not null, code text, n int not null)",
	"create unique index rest_nulls_code on rest_nulls (n, id)",
	"insert into rest_nulls select i, null, i % 10 from generate_series(1, 120) i",
}

// TestPostgres_IncrementalTakeOver stops Debezium in the midst of an incremental snapshot, lets ours go on from its
// offsets, and Debezium again after ours: every row is copied, and nobody begins anew.
func TestPostgres_IncrementalTakeOver(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	db := c.server.Connect("postgres")
	defer db.Close()
	const rows, chunk = 3000, 20
	for _, s := range incrementalTables[:2] {
		db.Exec(s)
	}
	db.Exec(strings.Replace(incrementalTables[2], "(1, 300)", fmt.Sprintf("(1, %d)", rows), 1))
	s := c.side(harness.Unique(t, "half"), harness.Properties{"table.include.list": "public.rest_keys", "snapshot.mode": "no_data", "incremental.snapshot.chunk.size": fmt.Sprint(chunk)})
	table := signalsOf(db, s)
	topic := s.name + "." + capturePrefix + ".public.rest_keys"
	offsets := filepath.Join(t.TempDir(), "offsets")
	at := int64(0)
	for turn, side := range []harness.Side{harness.Java, harness.Millrace, harness.Java} {
		w := c.worker(t, side, offsets)
		w.StartReady(t)
		w.Create(t, s.name, s.config)
		w.WaitState(t, s.name, "RUNNING", 1)
		if turn == 0 {
			harness.Eventually(t, captureMax, "the slot is in use", func(context.Context) (bool, error) {
				return len(db.Query("select 1 from pg_replication_slots where active")) == 1, nil
			})
			db.Exec("insert into " + table + ` values ('half', 'execute-snapshot', '{"data-collections": ["public.rest_keys"]}')`)
		}
		if turn == 2 {
			at = rows
		}
		c.kafka.WaitCount(topic, min(at+200, rows), captureMax)
		w.Stop(t)
		n, err := c.kafka.Count(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s stopped at %d rows of %d", side, n, rows)
		at = n
	}
	seen := map[string]int{}
	for _, r := range c.rowsOf(t, s, "public.rest_keys") {
		seen[r.key]++
	}
	twice := 0
	for _, n := range seen {
		twice += n - 1
	}
	t.Logf("%d rows, %d twice", len(seen), twice)
	if len(seen) != rows {
		t.Errorf("%d rows of %d were copied", len(seen), rows)
	}
	if twice > 3*chunk {
		t.Errorf("%d rows came twice: a snapshot began anew", twice)
	}
}

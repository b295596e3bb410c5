//go:build e2e || soak

package e2e

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestPostgres_Faults kills the server under a running connector, and takes the slot from a stopped one: what can come
// does, and what cannot is said.
func TestPostgres_Faults(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	l, s := newJournal(t, c, fmt.Sprint(c.server.Port), nil)
	w, db := l.start(t, s)
	for range 3 {
		for range 5 {
			l.write(db)
		}
		c.server.Kill()
		c.server.Restart()
		db = c.server.Connect("postgres")
	}
	l.wait()
	w.WaitState(t, s.name, "RUNNING", 1)
	l.check(t)

	w.Stop(t)
	slot := "where not active and slot_name = '" + s.config["slot.name"] + "'"
	harness.Eventually(t, captureMax, "the slot is free", func(context.Context) (bool, error) {
		return len(db.Query("select pg_drop_replication_slot(slot_name) from pg_replication_slots "+slot)) == 1, nil
	})
	db.Exec("insert into ledger values (-1, 'lost')")
	w.StartReady(t)
	w.Create(t, s.name, s.config)
	lost(t, w, s, s.config["slot.name"], "does not exist any more")
	if slots := db.Query("select slot_name from pg_replication_slots"); len(slots) != 0 {
		t.Errorf("slots were made: %v", slots)
	}
	db.Close()
}

// TestPostgres_Killed kills the worker again and again: nothing is lost, and what comes again does so in order.
func TestPostgres_Killed(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	l, s := newJournal(t, c, fmt.Sprint(c.server.Port), nil)
	w, db := l.start(t, s)
	defer db.Close()
	r := rand.New(rand.NewSource(1))
	for range captureKills {
		before := len(l.want)
		for range 1 + r.Intn(5) {
			l.write(db)
		}
		c.kafka.WaitCount(l.topic, int64(before+r.Intn(len(l.want)-before)), captureMax)
		w.Kill()
		l.write(db)
		w.StartReady(t)
		w.Create(t, s.name, s.config)
		w.WaitState(t, s.name, "RUNNING", 1)
	}
	l.write(db)
	l.ends(t)
	l.checkReplayed(t, captureKills)
}

// TestPostgres_Cut breaks all connections to the database again and again, each time after another number of bytes:
// every record comes once, in order.
func TestPostgres_Cut(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	proxy := harness.StartProxy(t, fmt.Sprintf("127.0.0.1:%d", c.server.Port))
	l, s := newJournal(t, c, portOf(proxy), nil)
	w, db := l.start(t, s)
	defer db.Close()
	r := rand.New(rand.NewSource(1))
	for range captureCuts {
		bytes := 12_000
		if r.Intn(4) == 0 {
			bytes = 120_000 // more often while connections are opened anew
		}
		proxy.ResetAfter(1 + r.Intn(bytes))
		for range 3 {
			l.write(db)
		}
		l.wait()
	}
	proxy.Heal()
	l.write(db)
	l.wait()
	w.WaitState(t, s.name, "RUNNING", 1)
	l.check(t)
}

// TestPostgres_CutMessages ends a connection behind each message of the server, of the stream and, further on, of the
// connections that are opened anew after it: every record comes once, in order.
func TestPostgres_CutMessages(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	proxy := harness.StartPostgresProxy(t, fmt.Sprintf("127.0.0.1:%d", c.server.Port))
	l, s := newJournal(t, c, portOf(proxy), nil)
	w, db := l.start(t, s)
	defer db.Close()
	cuts := 0
	// cut writes, with a cut behind n messages; false says that there were not so many.
	cut := func(n int) bool {
		proxy.CutAfterReplies(n)
		l.write(db)
		l.wait()
		_, due := proxy.Replies()
		proxy.CutAfterReplies(0)
		if !due {
			cuts++
		}
		return !due
	}
	n := 1
	for cut(n) {
		n += captureReplies
	}
	for again := 1; again <= captureReplyMax; again += captureReplies * 5 {
		cut(1 + again%n)
		proxy.Reset() // and the connections that follow
		cut(again)
	}
	l.write(db)
	l.wait()
	w.WaitState(t, s.name, "RUNNING", 1)
	l.check(t)
	t.Logf("%d cuts, of a stream of up to %d messages", cuts, n)
}

// TestPostgres_WALRemoved lets the server remove what a frozen worker has not read: the task says what is lost.
func TestPostgres_WALRemoved(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil, "max_slot_wal_keep_size=16MB", "min_wal_size=32MB", "max_wal_size=32MB")
	l, s := newJournal(t, c, fmt.Sprint(c.server.Port), nil)
	w, db := l.start(t, s)
	defer db.Close()
	w.Freeze()
	l.write(db)
	harness.Eventually(t, captureMax, "WAL of the slot is removed", func(context.Context) (bool, error) {
		for range 4 {
			db.Exec("select pg_logical_emit_message(false, 'filler', 'x')")
			db.Exec("select pg_switch_wal()")
		}
		db.Exec("checkpoint")
		return len(db.Query("select 1 from pg_replication_slots where wal_status = 'lost'")) == 1, nil
	})
	w.Thaw()
	lost(t, w, s, s.config["slot.name"], "has removed WAL", "is not to be had (the server is at")
}

// TestPostgres_FailOver promotes a standby that had not received everything. What it commits at LSNs that were already
// delivered would be taken for known: the task says so instead, and with when_needed takes a new snapshot.
func TestPostgres_FailOver(t *testing.T) {
	t.Parallel() // servers wait more than they work
	c := newCapture(t, nil)
	wal := harness.StartProxy(t, fmt.Sprintf("127.0.0.1:%d", c.server.Port))
	l, s := newJournal(t, c, "", nil)
	c.server.Exec("postgres", "alter system set wal_sender_timeout = '1s'")
	var standbyPort int
	if _, err := fmt.Sscan(portOf(wal), &standbyPort); err != nil {
		t.Fatal(err)
	}
	standby := suite.StartStandby(t, captureChecks, standbyPort)
	proxy := harness.StartProxy(t, fmt.Sprintf("127.0.0.1:%d", c.server.Port))
	s.config["database.port"] = portOf(proxy)
	w, db := l.start(t, s)
	l.write(db)
	l.wait()
	to := standby.Connect("postgres")
	end := db.Query("select pg_current_wal_lsn()")[0][0]
	harness.Eventually(t, captureMax, "the standby has the first rows", func(context.Context) (bool, error) {
		return to.Query("select pg_last_wal_replay_lsn() >= '" + end + "'")[0][0] == "t", nil
	})
	wal.Blackhole()
	for range 20 {
		l.write(db)
	}
	l.wait()
	reached := db.Query("select pg_current_wal_lsn()")[0][0]
	c.server.Kill()
	proxy.Forward(fmt.Sprintf("127.0.0.1:%d", standby.Port))
	harness.Eventually(t, captureMax, "the task waits for the standby", func(context.Context) (bool, error) {
		return strings.Contains(w.Output(), "waiting until it is promoted"), nil
	})
	w.WaitState(t, s.name, "RUNNING", 1)

	proxy.Forward("127.0.0.1:1") // nobody
	standby.Promote()
	harness.Eventually(t, captureMax, "the standby is promoted", func(context.Context) (bool, error) {
		return to.Query("select pg_is_in_recovery()")[0][0] == "f", nil
	})
	to.Exec("select pg_create_logical_replication_slot('" + s.config["slot.name"] + "', 'pgoutput')")
	to.Exec("insert into ledger values (-1, 'lost')")
	harness.Eventually(t, captureMax, "the new server's WAL is as long", func(context.Context) (bool, error) {
		to.Exec("insert into ledger values ((select min(id) from ledger) - 1, repeat('lost', 1000))")
		return to.Query("select pg_current_wal_flush_lsn() > '" + reached + "'")[0][0] == "t", nil
	})
	rows := to.Query("select count(*) from ledger")[0][0]
	proxy.Forward(fmt.Sprintf("127.0.0.1:%d", standby.Port))
	lost(t, w, s, "left timeline 1 at LSN", "is skipped")
	l.check(t)

	s.config["snapshot.mode"] = "when_needed"
	w.Create(t, s.name, s.config)
	w.WaitState(t, s.name, "RUNNING", 1)
	var more int
	if _, err := fmt.Sscan(rows, &more); err != nil {
		t.Fatal(err)
	}
	c.kafka.WaitCount(l.topic, int64(len(l.want)+more), captureMax)
	active(t, to, s.config["slot.name"])
	to.Exec("insert into ledger values (1000000, 'streamed')")
	c.kafka.WaitCount(l.topic, int64(len(l.want)+more+1), captureMax)
	if all := l.entries(t); len(all) != len(l.want)+more+1 || all[len(all)-1] != "c 1000000" || all[len(all)-2][0] != 'r' {
		t.Errorf("%d records of %d, and a snapshot of %d: %q", len(all), len(l.want), more, all[max(0, len(all)-3):])
	}
	to.Close()
}

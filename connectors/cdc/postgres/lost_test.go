package postgres

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
)

// TestServer_Diverged meets servers that have, and have not, the history of what was delivered.
func TestServer_Diverged(t *testing.T) {
	const file = "1\t0/3000000\tno recovery target specified\n\n2\t0/5000000\tbefore 2026-01-01 # comment\n"
	branches, err := readBranches([]byte(file))
	if err != nil || len(branches) != 2 || branches[1] != (branch{2, 0x5000000}) {
		t.Fatalf("%v, %v", branches, err)
	}
	third := serverState{timeline: 3, end: 0x7000000, branches: branches}
	for _, c := range []struct {
		name   string
		server serverState
		at     position
		want   string // of the error; "": none
	}{
		{"same timeline", third, position{lsn: 0x6000000, timeline: 3}, ""},
		{"Debezium's offset names no timeline", third, position{lsn: 0x6000000}, ""},
		{"promoted, and had everything", third, position{lsn: 0x5000000, commit: 0x4000000, timeline: 2}, ""},
		{"promoted, and lacked a commit", third, position{lsn: 0x4000000, commit: 0x5000001, timeline: 2}, "left timeline 2 at LSN 0/5000000, and changes up to 0/5000001"},
		{"two promotions ago", third, position{lsn: 0x3000001, timeline: 1}, "left timeline 1 at LSN 0/3000000"},
		{"another branch", third, position{lsn: 0x2000000, timeline: 4}, "does not come from timeline 4"},
		{"an older state was restored", serverState{timeline: 1, end: 0x2000000}, position{lsn: 0x2000001, timeline: 1}, "WAL ends at LSN 0/2000000, and changes up to 0/2000001"},
		{"a standby that is behind catches up", serverState{timeline: 1, end: 0x2000000, recovering: true}, position{lsn: 0x2000001, timeline: 1}, ""},
	} {
		err := c.server.diverged(&c.at)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, bad := range []string{"1", "1 x"} {
		if _, err := readBranches([]byte(bad)); err == nil {
			t.Errorf("history %q passes", bad)
		}
	}
}

// TestContinues says which changes are lost.
func TestContinues(t *testing.T) {
	tk := &task{set: &settings{slot: "s"}, at: position{lsn: 0x1000010, processed: 0x1000010, commit: 0x1000000}, server: &serverState{timeline: 1, end: 0x2000000}}
	for _, c := range []struct {
		name string
		slot *slotState
		want string
	}{
		{"there", &slotState{confirmed: 0x1000000}, ""},
		{"gone", nil, `slot "s" does not exist any more, and what was committed after LSN 0/1000000 is not to be had (the server is at 0/2000000)`},
		{"WAL removed", &slotState{lost: true}, `what was committed after LSN 0/1000000 is not to be had (the server is at 0/2000000)`},
		{"moved", &slotState{confirmed: 0x1000001}, `begins at LSN 0/1000001, after 0/1000000`},
	} {
		err := tk.continues(c.slot)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "events lost")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCut sorts the answers of a server: which are tried again.
func TestCut(t *testing.T) {
	for code, retried := range map[string]bool{"57P01": true, "53300": true, "08006": true, "40001": true, "55006": true, "42704": false, "55000": false, "XX000": false, "58P01": false} {
		if err := cut(&pgconn.PgError{Code: code}); connectors.IsRetriable(err) != retried {
			t.Errorf("%s: retried %v", code, !retried)
		}
	}
	if !connectors.IsRetriable(cut(context.DeadlineExceeded)) {
		t.Error("what the server did not say is not retried")
	}
	tk := &task{set: &settings{slot: "s"}}
	at := position{lsn: 0x1000000}
	if err := cut(tk.removed(&pgconn.PgError{Code: "58P01"}, &at)); connectors.IsRetriable(err) || !strings.Contains(err.Error(), "events lost") || !strings.Contains(err.Error(), "0/1000000") {
		t.Errorf("removed WAL: %v", err)
	}
}

// TestStatus_Silence asks a silent server for an answer, and gives it up, unless it is us who do not read.
func TestStatus_Silence(t *testing.T) {
	s := newStatus(nil, 5)
	began := s.heard
	for _, c := range []struct {
		after       time.Duration
		paused      bool
		asks, gone  bool
		description string
	}{
		{time.Second, false, false, false, "just heard"},
		{11 * time.Second, false, true, false, "silent"},
		{59 * time.Second, false, true, false, "silent for long"},
		{61 * time.Second, true, false, false, "we do not read"},
		{70 * time.Second, false, false, false, "read again"},
		{121 * time.Second, false, true, true, "gone"},
	} {
		m, gone := s.message(began.Add(c.after), 10*time.Second, c.paused)
		if asks := m[len(m)-1] == 1; asks != c.asks || gone != c.gone {
			t.Errorf("%s: asks %v, gone %v", c.description, asks, gone)
		}
	}
	keepalive := append([]byte{'k'}, make([]byte, 17)...)
	s.seen('d', keepalive)
	if _, gone := s.message(time.Now(), 10*time.Second, false); gone {
		t.Error("gone although it answers")
	}
}

package postgres

import (
	"testing"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// TestOffset_Debezium reads offsets as Debezium 3.5 has stored them.
func TestOffset_Debezium(t *testing.T) {
	for _, c := range []struct {
		name, text string
		start      uint64
		resume     pgoutput.Resume
		snapshot   bool
	}{
		{"snapshot", `{"last_snapshot_record":false,"lsn":100,"txId":5,"ts_usec":1,"snapshot":"INITIAL","snapshot_completed":false}`, 100, pgoutput.Resume{}, true},
		{"snapshot of an old release", `{"lsn":100,"ts_usec":1,"snapshot":true}`, 100, pgoutput.Resume{}, true},
		{"its last record", `{"last_snapshot_record":true,"lsn":100,"txId":5,"ts_usec":1,"snapshot":"INITIAL","snapshot_completed":true}`, 100, pgoutput.Resume{}, false},
		{"first transaction", `{"lsn_proc":120,"messageType":"INSERT","lsn":120,"txId":6,"ts_usec":1}`, 120, pgoutput.Resume{XID: 6, LSN: 120, Index: -1}, false},
		{"within a transaction", `{"lsn_proc":150,"messageType":"UPDATE","lsn_commit":140,"lsn":150,"txId":7,"ts_usec":1}`, 140, pgoutput.Resume{XID: 7, LSN: 150, Index: -1}, false},
		{"ours within rows of one record", `{"lsn_proc":150,"messageType":"INSERT","lsn_commit":140,"lsn":150,"txId":7,"ts_usec":1,"lsn_events_processed":3}`, 140, pgoutput.Resume{XID: 7, LSN: 150, Index: 2}, false},
		{"interleaved with a transaction that was committed", `{"lsn_proc":130,"messageType":"INSERT","lsn_commit":140,"lsn":130,"txId":7,"ts_usec":1,"lsn_events_processed":1}`, 140, pgoutput.Resume{XID: 7, LSN: 130}, false},
		{"after a commit", `{"lsn_proc":160,"messageType":"COMMIT","lsn_commit":160,"lsn":160,"txId":7,"ts_usec":1}`, 160, pgoutput.Resume{}, false},
		{"signed", `{"lsn_proc":-2,"messageType":"COMMIT","lsn_commit":-2,"lsn":-2,"txId":7,"ts_usec":1}`, 1<<64 - 2, pgoutput.Resume{}, false},
	} {
		v, err := connectors.ParseOffsetMap([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		p, err := readOffset(v)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if p.start() != c.start || p.resume() != c.resume || (p.snapshot != "") != c.snapshot {
			t.Errorf("%s: starts at %d, resumes %+v, snapshot %q", c.name, p.start(), p.resume(), p.snapshot)
		}
	}
	for _, bad := range []string{`{}`, `{"lsn":"x"}`, `{"lsn":1,"txId":"x"}`} {
		v, err := connectors.ParseOffsetMap([]byte(bad))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readOffset(v); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

// TestOffset_RoundTrip stores and reads positions of every shape.
func TestOffset_RoundTrip(t *testing.T) {
	for _, p := range []position{
		{lsn: 1, micros: 5},
		{lsn: 1 << 63, processed: 1 << 63, commit: 7, xid: 9, micros: 5, message: "DELETE", index: 4, timeline: 3},
		{lsn: 3, micros: 5, xid: 2, snapshot: "INITIAL"},
	} {
		text, err := connectors.AppendOffsetMap(nil, p.value())
		if err != nil {
			t.Fatal(err)
		}
		v, err := connectors.ParseOffsetMap(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readOffset(v)
		if err != nil || got.lsn != p.lsn || got.processed != p.processed || got.commit != p.commit || got.xid != p.xid || got.index != p.index ||
			got.message != p.message || got.snapshot != p.snapshot || got.micros != p.micros || got.timeline != p.timeline {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// TestTrail gives every event of two transactions its offset.
func TestTrail(t *testing.T) {
	tr := trail{
		before: position{lsn: 90, processed: 90, commit: 90, xid: 1, micros: 1, message: "COMMIT"},
		events: []pgoutput.Event{
			{LSN: 100, Kind: pgoutput.Begin}, {LSN: 100, Kind: pgoutput.Insert}, {LSN: 100, Index: 1, Kind: pgoutput.Insert}, {LSN: 110, Kind: pgoutput.Commit},
			{LSN: 120, Tx: 1, Kind: pgoutput.Begin}, {LSN: 120, Tx: 1, Kind: pgoutput.Delete},
		},
		transactions: []pgoutput.Transaction{{XID: 2, CommitTime: 20, Before: 90}, {XID: 3, CommitTime: 30, Before: 110}},
	}
	want := []position{
		tr.before, tr.before,
		{lsn: 100, processed: 100, commit: 90, xid: 2, micros: 20, message: "INSERT", index: 1},
		{lsn: 100, processed: 100, commit: 90, xid: 2, micros: 20, message: "INSERT", index: 2},
		{lsn: 110, processed: 110, commit: 110, xid: 2, micros: 20, message: "COMMIT"},
		{lsn: 110, processed: 110, commit: 110, xid: 2, micros: 20, message: "COMMIT"},
		{lsn: 120, processed: 120, commit: 110, xid: 3, micros: 30, message: "DELETE", index: 1},
	}
	for i, w := range want {
		if got := tr.position(int32(i) - 1); got.lsn != w.lsn || got.processed != w.processed || got.commit != w.commit || got.xid != w.xid ||
			got.micros != w.micros || got.message != w.message || got.index != w.index {
			t.Errorf("after event %d: %+v, want %+v", i-1, got, w)
		}
	}
}

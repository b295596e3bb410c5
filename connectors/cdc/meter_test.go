package cdc

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// testMeter is a meter at a time that the test moves, and what reads it: values by name and labels behind plugin and names.
func testMeter() (m *Meter, wait func(time.Duration), read func(context string) map[string]float64) {
	now := time.UnixMilli(1_000_000)
	m = NewMeter("postgres", "shop", 8192, 1000)
	m.now = func() time.Time { return now }
	known := map[string]string{}
	for _, d := range MetricSet().Metrics {
		known[d.Name] = d.By
	}
	return m, func(d time.Duration) { now = now.Add(d) }, func(context string) map[string]float64 {
		all := map[string]float64{}
		m.ReadMetrics(func(name string, v float64, labels ...string) {
			by, ok := known[name]
			if !ok || strings.Join(labels[:3], " ") != "postgres shop shop" || len(labels) != 4+len(by[:min(1, len(by))]) {
				panic(name + " is not declared so: " + strings.Join(labels, ","))
			}
			if labels[3] == context {
				all[strings.Join(append([]string{name}, labels[4:]...), " ")] = v
			}
		})
		return all
	}
}

func expect(t *testing.T, have, want map[string]float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if v, ok := have[name]; !ok || v != want[name] {
			t.Errorf("%s: %v (%v), want %v", name, v, ok, want[name])
		}
	}
}

func TestMeter_Streaming(t *testing.T) {
	m, wait, read := testMeter()
	expect(t, read(ContextStreaming), map[string]float64{"MilliSecondsBehindSource": -1, "MilliSecondsSinceLastEvent": -1, "Connected": 0, "TotalNumberOfEventsSeen": 0})
	m.Connected(true)
	m.Captured([]string{"public.a"})
	m.Queue(ContextStreaming, func() int { return 250 })
	m.Events(ContextStreaming, "public.a", []byte{OpCreate, OpUpdate, OpDelete, Tombstone})
	m.Events(ContextStreaming, "public.a", nil)
	m.Filtered(2)
	m.Erroneous(1)
	m.Streamed(Position{LSN: 77, XID: 9, Time: time.UnixMilli(1_000_000 - 1500)}, 2)
	wait(3 * time.Second)
	all := read(ContextStreaming)
	expect(t, all, map[string]float64{
		"TotalNumberOfEventsSeen": 6, "TotalNumberOfCreateEventsSeen": 1, "TotalNumberOfUpdateEventsSeen": 1, "TotalNumberOfDeleteEventsSeen": 1,
		"NumberOfEventsFiltered": 2, "NumberOfErroneousEvents": 1, "LastEvent operation:DELETE,table:public.a": 1, "MilliSecondsSinceLastEvent": 3000,
		"MilliSecondsBehindSource": 1500, "NumberOfCommittedTransactions": 2, "LastTransactionId": 9, "SourceEventPosition lsn": 77, "Connected": 1,
		"CapturedTables public.a": 1, "QueueTotalCapacity": 8192, "QueueRemainingCapacity": 6144, "MaxQueueSizeInBytes": 1000, "CurrentQueueSizeInBytes": 250,
	})
	if _, ok := all["SourceEventPosition xmin"]; ok {
		t.Error("an xmin that is not known")
	}
	expect(t, read(ContextSnapshot), map[string]float64{"TotalNumberOfEventsSeen": 0, "CurrentQueueSizeInBytes": 0})
}

func TestMeter_Snapshot(t *testing.T) {
	m, wait, read := testMeter()
	if m.Progress() != nil {
		t.Error("progress of no snapshot")
	}
	m.SnapshotStarted([]TableProgress{{Table: "a", Estimated: 100, Parts: 4}, {Table: "b", Estimated: -1}})
	m.SnapshotRows("a", 50)
	m.Events(ContextSnapshot, "a", []byte{OpRead, OpRead})
	m.SnapshotRows("nobody", 50)
	wait(10 * time.Second)
	expect(t, read(ContextSnapshot), map[string]float64{"SnapshotRunning": 1, "TotalTableCount": 2, "RemainingTableCount": 2, "RowsScanned a": 50, "RowsScanned b": 0,
		"SnapshotRowsPerSecond": 5, "SnapshotRowsEstimated": 0, "SnapshotSecondsLeft": -1, "SnapshotDurationInSeconds": 10, "LastEvent operation:READ,table:a": 1})
	m.SnapshotRows("b", 150)
	m.SnapshotTable("b")
	m.SnapshotTable("b")
	m.SnapshotPaused(true)
	wait(20 * time.Second)
	expect(t, read(ContextSnapshot), map[string]float64{"SnapshotRunning": 0, "SnapshotPaused": 1, "SnapshotPausedDurationInSeconds": 20})
	m.SnapshotPaused(false)
	m.SnapshotPart("a")
	m.SnapshotPart("a")
	expect(t, read(ContextSnapshot), map[string]float64{"SnapshotRunning": 1, "RemainingTableCount": 1, "SnapshotRowsPerSecond": 20, "SnapshotRowsEstimated": 250,
		"SnapshotSecondsLeft": 2.5, "TableChunkCounts a": 4, "TableChunksCompletedCounts a": 2})
	if p := m.Progress(); p == nil || p.Rows != 200 || p.Done != 1 || p.Parts != 2 || p.Left != 2500*time.Millisecond || p.Took != 30*time.Second {
		t.Errorf("%+v", p)
	}
	m.SnapshotEnded(SnapshotCompleted)
	wait(time.Hour)
	expect(t, read(ContextSnapshot), map[string]float64{"SnapshotCompleted": 1, "SnapshotRunning": 0, "SnapshotDurationInSeconds": 30, "SnapshotSecondsLeft": 0})
	if m.Progress() != nil {
		t.Error("progress of a snapshot that is complete")
	}
	m.SnapshotSkipped()
	expect(t, read(ContextSnapshot), map[string]float64{"SnapshotCompleted": 1, "SnapshotSkipped": 1})
}

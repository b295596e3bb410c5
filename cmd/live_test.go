package cmd

import (
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/metrics"
)

func snapshots() (before, now metrics.Snapshot) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	before, now = metrics.Snapshot{At: at}, metrics.Snapshot{At: at.Add(2 * time.Second)}
	info := func(kind string) metrics.ConnectorInfo { return metrics.ConnectorInfo{Type: kind} }
	now.Connectors = []metrics.ConnectorSnapshot{
		{Name: "in", ConnectorInfo: info("source"), State: metrics.Running},
		{Name: "out", ConnectorInfo: info("sink"), State: metrics.Running},
	}
	task := func(connector string, n int, t metrics.TaskSnapshot) metrics.TaskSnapshot {
		t.ID, t.State = connectors.TaskID{Connector: connector, Task: n}, metrics.Running
		return t
	}
	before.Tasks = []metrics.TaskSnapshot{task("in", 0, metrics.TaskSnapshot{Type: "source", Delivered: 1000, Bytes: 1_000_000}), task("out", 0, metrics.TaskSnapshot{Type: "sink", Delivered: 900})}
	now.Tasks = []metrics.TaskSnapshot{
		task("in", 0, metrics.TaskSnapshot{Type: "source", Delivered: 3000, Bytes: 3_000_000, Errors: 1, Failures: 2}),
		task("in", 1, metrics.TaskSnapshot{Type: "source", Delivered: 10, Bytes: 10}),
		task("out", 0, metrics.TaskSnapshot{Type: "sink", Delivered: 500, Lag: 1234567}), // it started anew
		task("gone", 0, metrics.TaskSnapshot{Type: "sink", Delivered: 7}),
	}
	now.Tasks[2].State = metrics.Failed
	return before, now
}

// tallied is the tally of both snapshots.
func tallied() *tally {
	before, now := snapshots()
	t := newTally()
	t.add(before)
	t.add(now)
	return t
}

func TestLines(t *testing.T) {
	before, now := snapshots()
	have := lines(before, now, tallied())
	want := []line{
		{name: "in", kind: "source", state: "running", records: 3010, bytes: 3_000_010, errors: 3, perSecond: 1005, mega: 1.000005},
		{name: "out", kind: "sink", state: "failed", records: 1400, lag: 1234567},
	}
	if len(have) != 2 || have[0] != want[0] || have[1] != want[1] {
		t.Errorf("%+v", have)
	}
}

func TestLiveView_Plain(t *testing.T) {
	var b strings.Builder
	before, now := snapshots()
	v := &liveView{out: &b, last: before, total: tallied()}
	v.show(1, now)
	if b.Len() > 0 {
		t.Errorf("between the lines: %q", b.String())
	}
	v.show(5, now)
	want := "2026-03-01T12:00:02Z connector=in state=running records=3010 records_per_second=1005 mb_per_second=1.00 lag=0 errors=3\n" +
		"2026-03-01T12:00:02Z connector=out state=failed records=1400 records_per_second=0 mb_per_second=0.00 lag=1234567 errors=0\n"
	if b.String() != want {
		t.Errorf("%s", b.String())
	}
}

func TestLiveView_Terminal(t *testing.T) {
	var b strings.Builder
	before, now := snapshots()
	v := &liveView{out: &b, terminal: true, last: before, total: tallied(), started: before.At}
	v.show(0, now)
	first := b.String()
	for _, want := range []string{"CONNECTOR", "1,005", "1,234,567", "2s, Ctrl-C stops"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
	if strings.Contains(first, "\x1b[4A") {
		t.Error("the first table goes over what stood before it")
	}
	v.show(1, now)
	if !strings.HasPrefix(b.String()[len(first):], "\x1b[4A") {
		t.Errorf("the second table does not go over the first: %q", b.String()[len(first):])
	}
}

func TestTally_CountsTasksThatStartedAnew(t *testing.T) {
	if have := tallied().moved(); have != "3,010 records written to Kafka by sources, 1,407 handed to sinks" {
		t.Error(have)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999", 1234567: "1,234,567"} {
		if have := grouped(n); have != want {
			t.Errorf("%d: %s", n, have)
		}
	}
}

//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// dropInLines is what each side moves alone, dropInMore what the other one adds after it.
const (
	dropInLines = 200_000
	dropInMore  = 5_000
)

// TestDropIn runs the same worker and connector files on the original and on ours, and then lets each continue
// where the other stopped, from its offsets file and consumer groups.
func TestDropIn(t *testing.T) {
	broker := suite.SharedBroker(t, "that our program takes the place of the original")
	sites := map[harness.Side]*site{harness.Java: newSite(t, broker, plain, keyed), harness.Millrace: newSite(t, broker, plain, keyed)}
	for _, side := range []harness.Side{harness.Java, harness.Millrace} {
		t.Run(string(side)+" alone", func(t *testing.T) {
			sites[side].add(t, dropInLines)
			runUntilDone(t, sites[side], sites[side].worker(t, side, ""))
		})
	}
	t.Run("equal records", func(t *testing.T) { compareTopics(t, sites[harness.Java], sites[harness.Millrace]) })
	t.Run("millrace goes on after java", func(t *testing.T) {
		s := sites[harness.Java]
		s.add(t, dropInMore)
		runUntilDone(t, s, s.worker(t, harness.Millrace, "connect-standalone"))
	})
	t.Run("java goes on after millrace", func(t *testing.T) {
		s := sites[harness.Millrace]
		s.add(t, dropInMore)
		runUntilDone(t, s, s.worker(t, harness.Java, ""))
	})
}

// runUntilDone runs w until all lines have come out, stops it, and checks that each did once.
func runUntilDone(t *testing.T, s *site, w *harness.Worker) {
	t.Helper()
	w.StartReady(t)
	s.waitDone(t, w)
	if cpu, err := harness.CPU(w.PID()); err == nil {
		t.Logf("%s used %v of processor time for %d lines", w.Side, cpu, s.lines)
	}
	w.Stop(t)
	s.check(t, 0)
}

// compareTopics compares all records of all pipes: partition by partition, in order.
func compareTopics(t *testing.T, want, have *site) {
	t.Helper()
	for i, p := range want.pipes {
		w, h := want.kafka.Consume(p.topic), have.kafka.Consume(have.pipes[i].topic)
		if len(w) != len(h) {
			t.Fatalf("pipe %d: %d partitions, want %d", i, len(h), len(w))
		}
		for partition := range w {
			if len(w[partition]) != len(h[partition]) {
				t.Errorf("pipe %d, partition %d: %d records, the original has %d", i, partition, len(h[partition]), len(w[partition]))
				continue
			}
			for j := range w[partition] {
				if d := differ(w[partition][j], h[partition][j]); d != "" {
					t.Errorf("pipe %d, partition %d, record %d: %s", i, partition, j, d)
					break
				}
			}
		}
	}
}

// differ says in what two records differ; times and offsets are each run's own.
func differ(want, have harness.Record) string {
	switch {
	case !equal(want.Key, have.Key):
		return fmt.Sprintf("key %q, the original's is %q", have.Key, want.Key)
	case !equal(want.Value, have.Value):
		return fmt.Sprintf("value %q, the original's is %q", have.Value, want.Value)
	case !slices.EqualFunc(want.Headers, have.Headers, func(a, b harness.Header) bool { return a.Key == b.Key && equal(a.Value, b.Value) }):
		return fmt.Sprintf("headers %q, the original's are %q", have.Headers, want.Headers)
	case have.Timestamp.UnixMilli() <= 0:
		return fmt.Sprintf("timestamp %v", have.Timestamp)
	}
	return ""
}

func equal(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

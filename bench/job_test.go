//go:build bench

package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/bench/meter"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/e2e/harness"
)

const passMax = 5 * time.Minute

// orders are the records that everything is measured with.
func orders(t testing.TB) [][]byte {
	t.Helper()
	s, err := records.SetOf("schemaless")
	if err != nil {
		t.Fatal(err)
	}
	return linesOf(t, s)
}

func linesOf(t testing.TB, s records.Set) [][]byte {
	t.Helper()
	var text bytes.Buffer
	if err := s.Write(&text); err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
}

// theName stands for the connector's name in a job's config.
const theName = "{name}"

// job is what connectors move in one pass.
type job struct {
	config     harness.Properties
	connectors int                           // of that config, each with all of from
	from       string                        // the topic that sinks read; empty for sources
	partitions int                           // of from
	to         func(connector string) string // the topic that a source fills, by its connector's name
	records    int                           // of each connector
}

// pass is what one pass took.
type pass struct {
	ns        float64 // processor time a record
	perSecond float64
	peak      int64 // resident bytes
}

// run runs a job once in a worker that runs already.
func (l *lab) run(t testing.TB, w *harness.Worker, j job) pass {
	t.Helper()
	var names []string
	for range max(1, j.connectors) {
		name := harness.Unique(t, "bench")
		names = append(names, name)
		if j.from == "" {
			l.kafka.CreateTopic(j.to(name), 1, nil)
		}
	}
	resetPeak(t, w.PID())
	used, began := processCPU(t, w.PID()), time.Now()
	for _, name := range names {
		config := harness.Properties{"tasks.max": "1", "name": name}.With(j.config)
		if j.from != "" && config["topics"] == "" {
			config["topics"] = j.from
		}
		for k, v := range config {
			if v == theName {
				config[k] = name
			}
		}
		w.Create(t, name, config)
	}
	for _, name := range names {
		harness.Eventually(t, passMax, name+" has moved all records", func(ctx context.Context) (bool, error) {
			n, err := l.moved(ctx, j, name)
			if err == nil && n < int64(j.records) {
				err = fmt.Errorf("%d of %d are moved", n, j.records)
			}
			return n >= int64(j.records), err
		})
	}
	took, cpu := time.Since(began), processCPU(t, w.PID())-used
	p := pass{ns: float64(cpu) / float64(len(names)*j.records), perSecond: float64(len(names)*j.records) / took.Seconds(), peak: peakMemory(t, w.PID())}
	for _, name := range names {
		w.Do(t, "DELETE", "/connectors/"+name, "")
		if j.from == "" {
			l.kafka.DeleteTopic(j.to(name))
		}
	}
	return p
}

// moved is how many records a connector has moved: what is committed of a sink's group, what a source's topic holds.
func (l *lab) moved(ctx context.Context, j job, name string) (int64, error) {
	if j.from == "" {
		return l.kafka.Count(ctx, j.to(name))
	}
	offsets, err := l.kafka.Committed(ctx, "connect-"+name, j.from)
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for _, at := range offsets {
		sum += max(0, at)
	}
	return sum, nil
}

// passes are those of one case on one side; the first is the cold one.
type passesOf []pass

// measurement is the median of the warm passes.
func (p passesOf) measurement(name string, side Side) Measurement {
	m := Measurement{Case: name, Side: side, ColdNsPerRecord: p[0].ns}
	var ns, rates []float64
	for _, one := range p[1:] {
		ns, rates = append(ns, one.ns), append(rates, one.perSecond)
		m.PeakRSSBytes = max(m.PeakRSSBytes, one.peak)
	}
	m.setCPU(ns)
	m.RecordsPerSec = meter.Median(rates)
	return m
}

// processCPU is the processor time that another process has used, to the nanosecond: harness.CPU counts hundredths of a second.
// Source: clock_getcpuclockid(3).
func processCPU(t testing.TB, pid int) time.Duration {
	t.Helper()
	const schedulerClock = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &ts); err != nil {
		t.Fatalf("processor time of %d: %v", pid, err)
	}
	return time.Duration(ts.Nano())
}

// resetPeak lets peakMemory count from what the process holds now. Source: proc(5), clear_refs.
func resetPeak(t testing.TB, pid int) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

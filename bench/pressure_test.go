//go:build soak

package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

const (
	pressureMemory = 256 << 20 // that the worker may take
	standsFor      = time.Minute
	// pressureRate is how many records a second there are before and after.
	pressureRate = 50_000
	// pressureSeconds is how many seconds of them there are before something stands still.
	pressureSeconds = 8
	stringConverter = "org.apache.kafka.connect.storage.StringConverter"
)

// pressed is a worker that may take so much memory, and what is measured of it.
type pressed struct {
	*harness.Worker
	group *harness.MemoryGroup
	m     Measurement
}

func startPressed(t *testing.T, name string, props harness.Properties) *pressed {
	t.Helper()
	p := &pressed{group: harness.NewMemoryGroup(t, pressureMemory), m: Measurement{Case: pressurePrefix + name, Side: Millrace, LimitBytes: pressureMemory}}
	p.Worker = suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Memory: p.group, Properties: props.With(harness.Properties{"key.converter": stringConverter, "value.converter": stringConverter})})
	p.StartReady(t)
	return p
}

// alive fails t when the worker has ended.
func (p *pressed) alive(t *testing.T) {
	t.Helper()
	if !p.Running() || p.group.Kills(t) > 0 {
		t.Fatalf("the worker ended with %s, the kernel killed %d processes of its group", p.End(), p.group.Kills(t))
	}
}

// end stops the worker and adds what it held to the report.
func (p *pressed) end(t *testing.T, r *Report) {
	t.Helper()
	p.alive(t)
	p.m.PeakRSSBytes = peakMemory(t, p.PID())
	if p.m.PeakRSSBytes >= pressureMemory {
		t.Errorf("%d MB were resident, the limit is %d", p.m.PeakRSSBytes/1e6, pressureMemory/1_000_000)
	}
	p.Stop(t)
	t.Logf("%s: %d MB held while it stood still, %d MB at most; %.0f records a second before, back after %.1f s", p.m.Case, p.m.HeldBytes/1e6, p.m.PeakRSSBytes/1e6, p.m.RecordsPerSec, p.m.BackSeconds)
	r.Results = append(r.Results, p.m)
}

// numbered are lines that say which they are.
func numbered(n int) [][]byte {
	lines := make([][]byte, n)
	filler := bytes.Repeat([]byte("abcdefghi "), 15)
	for i := range lines {
		lines[i] = append(strconv.AppendInt(nil, int64(i), 10), append([]byte(" "), filler...)...)
	}
	return lines
}

// tally says which numbered lines were seen.
type tally struct {
	count atomic.Int64 // of lines, repeats too
	seen  []bool
}

func (y *tally) line(t *testing.T, line []byte) {
	text, _, _ := bytes.Cut(line, []byte(" "))
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 || n >= len(y.seen) {
		t.Errorf("line %.60q is none of those that were written", line)
		return
	}
	y.seen[n] = true
	y.count.Add(1)
}

// missing is how many were not seen.
func (y *tally) missing() (n int) {
	for _, seen := range y.seen {
		if !seen {
			n++
		}
	}
	return n
}

// rateBack waits until a second brings nine tenths of a rate, and returns how long that took.
func rateBack(t *testing.T, count func(context.Context) (int64, error), rate float64) float64 {
	t.Helper()
	began := time.Now()
	type at struct {
		when  time.Time
		count int64
	}
	var last []at
	harness.Eventually(t, 5*time.Minute, "the rate is back", func(ctx context.Context) (bool, error) {
		n, err := count(ctx)
		if err != nil {
			return false, err
		}
		now := time.Now()
		last = append(last, at{now, n})
		for len(last) > 1 && now.Sub(last[1].when) >= time.Second {
			last = last[1:]
		}
		span := now.Sub(last[0].when)
		got := float64(n-last[0].count) / span.Seconds()
		return span >= time.Second && got >= 0.9*rate, fmt.Errorf("%.0f a second", got)
	})
	return time.Since(began).Seconds()
}

// TestPressure_SinkStandsStill lets the reader of a sink's pipe stand still.
func TestPressure_SinkStandsStill(t *testing.T) {
	r := newReport(t)
	l := newLab(t, "a sink that stands still")
	const records = 3 * pressureSeconds * pressureRate
	in := input{topic: harness.Unique(t, "stands"), lines: numbered(records), records: records, partitions: 8, codec: kgo.NoCompression()}
	l.fill(t, in)
	t.Cleanup(func() { l.kafka.DeleteTopic(in.topic) })
	out := filepath.Join(t.TempDir(), "out")
	pipe := harness.NewPipe(t, out)
	p := startPressed(t, "sink-stands-still", l.properties())
	p.Create(t, "sink", harness.Properties{"connector.class": "FileStreamSink", "topics": in.topic, "file": out, "tasks.max": "1"})

	y := tally{seen: make([]bool, records)}
	lines := bufio.NewReaderSize(pipe, 1<<16)
	read := func(n int64) { // at the rate of before
		const together = pressureRate / 100
		tick := time.NewTicker(time.Second / 100)
		defer tick.Stop()
		for end := y.count.Load() + n; y.count.Load() < end; <-tick.C {
			for range min(together, end-y.count.Load()) {
				line, err := lines.ReadBytes('\n')
				if err != nil {
					t.Error(err)
					return
				}
				y.line(t, line)
			}
		}
	}
	read(pressureRate) // the first second starts the task
	began := time.Now()
	read((pressureSeconds - 1) * pressureRate)
	p.m.RecordsPerSec = (pressureSeconds - 1) * pressureRate / time.Since(began).Seconds()
	<-time.After(standsFor)
	p.alive(t)
	p.m.HeldBytes = memory(t, p.Worker).RSS
	done := make(chan struct{})
	go func() {
		defer close(done)
		read(records - y.count.Load())
	}()
	p.m.BackSeconds = rateBack(t, func(context.Context) (int64, error) { return y.count.Load(), nil }, p.m.RecordsPerSec)
	<-done
	if n := y.missing(); n > 0 {
		t.Errorf("%d of %d lines are missing", n, records)
	}
	p.WaitState(t, "sink", "RUNNING", 1)
	p.end(t, r)
}

// TestPressure_BrokerStandsStill freezes the broker, and in another run kills it and starts it again, below a source and a sink.
func TestPressure_BrokerStandsStill(t *testing.T) {
	for _, c := range []struct {
		name        string
		stand, goOn func(t *testing.T, b *harness.Broker)
	}{
		{"broker-frozen", func(_ *testing.T, b *harness.Broker) { b.Signal(syscall.SIGSTOP) }, func(_ *testing.T, b *harness.Broker) { b.Signal(syscall.SIGCONT) }},
		{"broker-down", func(_ *testing.T, b *harness.Broker) { b.Kill() }, func(t *testing.T, b *harness.Broker) { b.Restart(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReport(t)
			broker := suite.StartBroker(t, nil, "a broker that stands still")
			l := &lab{broker: broker, kafka: harness.NewKafka(t, broker.Bootstrap), filled: map[string]bool{}}
			const records = 3 * pressureSeconds * pressureRate
			l.kafka.CreateTopic("stands", 4, nil)
			p := startPressed(t, c.name, l.properties())
			dir := t.TempDir()
			p.Create(t, "source", harness.Properties{
				"connector.class": datagen, "topic": "stands", "schema": "id int64 = sequence, body string = text(140)", "rate": strconv.Itoa(pressureRate), "records": strconv.Itoa(records),
				"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
			})
			p.Create(t, "sink", harness.Properties{"connector.class": "FileStreamSink", "topics": "stands", "file": filepath.Join(dir, "out"), "tasks.max": "1"})
			count := func(context.Context) (int64, error) {
				info, err := os.Stat(filepath.Join(dir, "out"))
				if err != nil {
					return 0, err
				}
				return info.Size() / lineBytes, nil
			}
			began := time.Now()
			harness.Eventually(t, 2*time.Minute, "records flow", func(ctx context.Context) (bool, error) {
				n, err := count(ctx)
				return n >= pressureSeconds*pressureRate/2, err
			})
			p.m.RecordsPerSec = pressureRate
			t.Logf("half of the records before it stands still took %.1f s", time.Since(began).Seconds())
			c.stand(t, broker)
			<-time.After(standsFor)
			p.alive(t)
			p.m.HeldBytes = memory(t, p.Worker).RSS
			c.goOn(t, broker)
			p.m.BackSeconds = rateBack(t, count, p.m.RecordsPerSec)
			var y tally
			harness.Eventually(t, 5*time.Minute, "the sink has every record", func(context.Context) (bool, error) {
				p.alive(t)
				y = tally{seen: make([]bool, records)}
				y.file(t, filepath.Join(dir, "out"))
				return y.missing() == 0, fmt.Errorf("%d of %d are missing", y.missing(), records)
			})
			t.Logf("%d lines of %d records", y.count.Load(), records)
			p.WaitState(t, "sink", "RUNNING", 1)
			p.WaitState(t, "source", "RUNNING", 1)
			p.end(t, r)
		})
	}
}

// lineBytes is about how long a line of the source's records is in the sink's file.
const lineBytes = 167

// file takes the lines of a file: JSON with a member id that counts from 0, or 1.
func (y *tally) file(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		_, rest, ok := bytes.Cut(lines.Bytes(), []byte(`"id":`))
		digits := rest[:max(0, bytes.IndexAny(rest, ",}"))]
		n, err := strconv.Atoi(string(digits))
		if !ok || err != nil {
			continue // the last line may be half written
		}
		y.count.Add(1)
		if n < len(y.seen) {
			y.seen[n] = true
		}
	}
}

// TestPressure_HundredConnectors lets a hundred sinks write a topic to files of their own at once: as they come, and with fetches that
// fit into the memory together.
func TestPressure_HundredConnectors(t *testing.T) {
	t.Run("hundred-connectors", func(t *testing.T) { hundredConnectors(t, "hundred-connectors", nil) })
	t.Run("hundred-connectors-small-fetches", func(t *testing.T) {
		hundredConnectors(t, "hundred-connectors-small-fetches", harness.Properties{"consumer.fetch.max.bytes": "524288"})
	})
}

func hundredConnectors(t *testing.T, caseName string, more harness.Properties) {
	t.Helper()
	r := newReport(t)
	l := newLab(t, "a hundred connectors")
	const connectors, records = 100, 20_000
	in := input{topic: harness.Unique(t, "hundred"), lines: numbered(records), records: records, partitions: 8, codec: kgo.NoCompression()}
	l.fill(t, in)
	t.Cleanup(func() { l.kafka.DeleteTopic(in.topic) })
	p := startPressed(t, caseName, l.properties().With(more))
	dir := t.TempDir()
	began := time.Now()
	name := func(k int) string { return fmt.Sprintf("sink-%d", k) }
	for k := range connectors {
		p.alive(t)
		if m := memory(t, p.Worker).RSS; m > p.m.HeldBytes {
			p.m.HeldBytes = m
		}
		p.Create(t, name(k), harness.Properties{"connector.class": "FileStreamSink", "topics": in.topic, "file": filepath.Join(dir, name(k)), "tasks.max": "1"})
	}
	bytesEach := 0
	for _, line := range in.lines {
		bytesEach += len(line) + 1
	}
	for k := range connectors {
		harness.Eventually(t, 5*time.Minute, name(k)+" has written all lines", func(context.Context) (bool, error) {
			p.alive(t)
			info, err := os.Stat(filepath.Join(dir, name(k)))
			return err == nil && info.Size() >= int64(bytesEach), err
		})
	}
	p.m.RecordsPerSec = connectors * records / time.Since(began).Seconds()
	for k := range connectors {
		text, err := os.ReadFile(filepath.Join(dir, name(k)))
		if err != nil {
			t.Fatal(err)
		}
		y := tally{seen: make([]bool, records)}
		for line := range bytes.Lines(text) {
			y.line(t, line)
		}
		if n := y.missing(); n > 0 || y.count.Load() != records {
			t.Errorf("%s: %d lines, %d of %d are missing", name(k), y.count.Load(), n, records)
		}
		p.WaitState(t, name(k), "RUNNING", 1)
	}
	p.end(t, r)
}

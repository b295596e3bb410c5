//go:build faults

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

const (
	sinks       = 60
	sinksMemory = 160 << 20 // what the worker may take; what they fetch at their first try alone is more
	sinkLines   = 20_000
)

// TestManySinks gives a worker little memory and many sinks, one after the other, of a topic with a backlog: the first ones
// held what was theirs while they were few, the others came on top, and the kernel killed the worker. A hundred of them, with
// what they hold measured: TestPressure_HundredConnectors of make soak.
func TestManySinks(t *testing.T) {
	broker := suite.SharedBroker(t, "that many sinks live with little memory")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	topic := harness.Unique(t, "many")
	const partitions = 4
	kafka.CreateTopic(topic, partitions, nil)
	filler := strings.Repeat("abcdefghi ", 15)
	records := make([]harness.Record, sinkLines)
	size := 0
	for i := range records {
		records[i] = harness.Record{Topic: topic, Partition: int32(i % partitions), Value: fmt.Appendf(nil, "%d %s", i, filler)}
		size += len(records[i].Value) + 1
	}
	kafka.Produce(records...)

	group := harness.NewMemoryGroup(t, sinksMemory)
	const text = "org.apache.kafka.connect.storage.StringConverter"
	w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Memory: group, Properties: harness.Properties{
		"bootstrap.servers": broker.Bootstrap, "offset.storage.file.filename": "offsets", "key.converter": text, "value.converter": text,
	}})
	w.StartReady(t)
	dir := t.TempDir()
	name := func(k int) string { return fmt.Sprintf("sink-%d", k) }
	for k := range sinks {
		w.Create(t, name(k), harness.Properties{"connector.class": "FileStreamSink", "topics": topic, "file": filepath.Join(dir, name(k)), "tasks.max": "1"})
	}
	for k := range sinks {
		file := filepath.Join(dir, name(k))
		harness.Eventually(t, runMax, name(k)+" has written all lines", func(context.Context) (bool, error) {
			if !w.Running() || group.Kills(t) > 0 {
				t.Fatalf("the worker ended with %s, the kernel killed %d processes of its group", w.End(), group.Kills(t))
			}
			info, err := os.Stat(file)
			return err == nil && info.Size() >= int64(size), err
		})
		written, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := eachOnce(written, sinkLines); err != nil {
			t.Errorf("%s: %v", name(k), err)
		}
	}
	t.Logf("%d MiB through %d sinks and %d MiB of memory, at most %d MiB with the kernel's pages", sinks*size>>20, sinks, sinksMemory>>20, group.Peak(t)>>20)
	w.Stop(t)
}

// eachOnce says what is wrong with lines that begin with a number, each below n once.
func eachOnce(text []byte, n int) error {
	seen := make([]bool, n)
	count := 0
	for line := range bytes.Lines(text) {
		number, _, _ := bytes.Cut(line, []byte(" "))
		i, err := strconv.Atoi(string(number))
		if err != nil || i < 0 || i >= n || seen[i] {
			return fmt.Errorf("line %.60q is none that is missing", line)
		}
		seen[i] = true
		count++
	}
	if count != n {
		return fmt.Errorf("%d of %d lines", count, n)
	}
	return nil
}

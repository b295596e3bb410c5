//go:build soak

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

const (
	smallMemory = 256 << 20 // what the worker may take
	bigLine     = 1 << 20   // bytes of a line, without what ends it
	bigLines    = 600       // more than twice what the worker may take
)

// TestMemory gives a worker the memory of a small container, records of a mebibyte, and a sink whose target stands still
// until the source is done: what does not fit has to wait in the topic, and the kernel kills nobody.
func TestMemory(t *testing.T) {
	broker := suite.SharedBroker(t, "that a worker lives with little memory")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	topic := harness.Unique(t, "big")
	kafka.CreateTopic(topic, 1, map[string]string{"max.message.bytes": "2097152", "retention.ms": "-1"})
	t.Cleanup(func() { kafka.DeleteTopic(topic) }) // so much is not left to the tests that follow
	dir := t.TempDir()
	lines := history.Stream{Name: "big"}
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	writeBigLines(t, in, lines)
	target := harness.NewPipe(t, out)

	group := harness.NewMemoryGroup(t, smallMemory)
	w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Dir: dir, Memory: group, Properties: harness.Properties{
		"bootstrap.servers": broker.Bootstrap, "offset.storage.file.filename": "offsets", "offset.flush.interval.ms": "250",
		"key.converter": stringConverter, "value.converter": stringConverter,
		"producer.max.request.size": "2097152",
	}})
	w.StartReady(t)
	w.Create(t, "sink", harness.Properties{"connector.class": "FileStreamSink", "topics": topic, "file": out})
	w.Create(t, "source", harness.Properties{"connector.class": "FileStreamSource", "topic": topic, "file": in})
	alive := func() {
		if !w.Running() || group.Kills(t) > 0 {
			t.Fatalf("the worker ended with %s, the kernel killed %d processes of its group", w.End(), group.Kills(t))
		}
	}
	harness.Eventually(t, runMax, "the source is done while the sink stands still", func(ctx context.Context) (bool, error) {
		alive()
		n, err := kafka.Count(ctx, topic)
		return n >= bigLines, fmt.Errorf("%d of %d records, %w", n, bigLines, err)
	})
	held, err := harness.MemoryOf(w.PID())
	if err != nil {
		t.Fatal(err)
	}

	began := time.Now()
	got := bufio.NewReaderSize(target, 1<<20)
	for n, want := 1, []byte(nil); n <= bigLines; n++ {
		line, err := got.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		if want = appendBigLine(want[:0], lines, n); !bytes.Equal(line, want) {
			t.Fatalf("line %d is not what was written: %d bytes that begin with %.60q", n, len(line), line)
		}
	}
	alive()
	w.WaitState(t, "source", "RUNNING", 1)
	w.WaitState(t, "sink", "RUNNING", 1)
	w.Stop(t)
	t.Logf("%d MiB through %d MiB of memory: %d MiB resident while the sink stood still, at most %d MiB with the kernel's pages; then %.0f MiB/s",
		bigLines*bigLine>>20, smallMemory>>20, held.RSS>>20, group.Peak(t)>>20, bigLines*bigLine/(1<<20)/time.Since(began).Seconds())
}

// writeBigLines writes all lines to a new file.
func writeBigLines(t *testing.T, path string, lines history.Stream) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	var line []byte
	for n := 1; n <= bigLines; n++ {
		line = appendBigLine(line[:0], lines, n)
		if _, err := f.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// appendBigLine appends line n: what says which it is, and digits up to its length.
func appendBigLine(to []byte, lines history.Stream, n int) []byte {
	end := len(to) + bigLine
	to = append(lines.AppendLine(to, n), ' ')
	for i := n; len(to) < end; i++ {
		to = strconv.AppendInt(to, int64(i), 10)
	}
	return append(to[:end], '\n')
}

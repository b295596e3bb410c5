//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// runMax is how long a worker may take to move all lines.
const runMax = 90 * time.Second

// site is a folder that one worker after another works in: a file of numbered lines, copied through topics
// to other files by FileStream connectors. Its worker and connector files hold relative paths, so that they
// are the same for every worker.
type site struct {
	dir   string
	kafka *harness.Kafka
	boot  string
	pipes []pipe
	lines int                // in the input file
	more  harness.Properties // of the worker
}

// pipe is one way of the lines: file, source, topic, sink, file.
type pipe struct {
	topic  string
	source harness.Properties
	sink   harness.Properties
	out    string
}

const inputFile = "in.txt"

func newSite(t *testing.T, broker *harness.Broker, pipes ...func(topic string) pipe) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), kafka: harness.NewKafka(t, broker.Bootstrap), boot: broker.Bootstrap}
	if err := os.WriteFile(filepath.Join(s.dir, inputFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for i, create := range pipes {
		p := create(harness.Unique(t, "lines"))
		p.sink["topics"], p.sink["name"] = p.topic, "sink-"+p.topic
		p.source["topic"], p.source["name"] = p.topic, "source-"+p.topic
		for name, config := range map[string]harness.Properties{"source": p.source, "sink": p.sink} {
			if _, err := config.WriteFile(filepath.Join(s.dir, fmt.Sprintf("%s%d.properties", name, i))); err != nil {
				t.Fatal(err)
			}
		}
		s.pipes = append(s.pipes, p)
	}
	return s
}

// plain copies lines through one partition: their order is kept from end to end.
func plain(topic string) pipe {
	return pipe{
		topic: topic, out: "out-plain.txt",
		source: harness.Properties{
			"connector.class": "FileStreamSource", "tasks.max": "1", "file": inputFile,
			"value.converter": "org.apache.kafka.connect.storage.StringConverter",
		},
		sink: harness.Properties{
			"connector.class": "FileStreamSink", "tasks.max": "1", "file": "out-plain.txt",
			"value.converter": "org.apache.kafka.connect.storage.StringConverter",
		},
	}
}

// keyed makes a structure of the line, its key of the structure, and a header: the JSON bytes of the key decide the
// partition, so both sides must put every record into the same.
func keyed(topic string) pipe {
	return pipe{
		topic: topic, out: "out-keyed.txt",
		source: harness.Properties{
			"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "file": inputFile, "batch.size": "700",
			"transforms":                    "hoist,key,mark",
			"transforms.hoist.type":         "org.apache.kafka.connect.transforms.HoistField$Value",
			"transforms.hoist.field":        "text",
			"transforms.key.type":           "org.apache.kafka.connect.transforms.ValueToKey",
			"transforms.key.fields":         "text",
			"transforms.mark.type":          "org.apache.kafka.connect.transforms.InsertHeader",
			"transforms.mark.header":        "origin",
			"transforms.mark.value.literal": "file",
		},
		sink: harness.Properties{
			"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "2", "file": "out-keyed.txt",
			"transforms":            "line",
			"transforms.line.type":  "org.apache.kafka.connect.transforms.ExtractField$Value",
			"transforms.line.field": "text",
		},
	}
}

// worker returns a worker of the given side in this site. as is harness.WorkerConfig.As.
func (s *site) worker(t *testing.T, side harness.Side, as string) *harness.Worker {
	t.Helper()
	c := harness.WorkerConfig{Dir: s.dir, As: as, Properties: s.more.With(harness.Properties{
		"bootstrap.servers":            s.boot,
		"key.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":              "org.apache.kafka.connect.json.JsonConverter",
		"offset.storage.file.filename": "offsets",
		"offset.flush.interval.ms":     "250",
	})}
	for i := range s.pipes {
		c.Connectors = append(c.Connectors, fmt.Sprintf("source%d.properties", i), fmt.Sprintf("sink%d.properties", i))
	}
	return suite.NewWorker(t, side, c)
}

// add appends n numbered lines to the input.
func (s *site) add(t *testing.T, n int) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, inputFile), os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for range n {
		s.lines++
		fmt.Fprintln(w, line(s.lines))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

const lineStart, lineEnd = "line ", " of the file"

func line(n int) string { return fmt.Sprintf("%s%07d%s", lineStart, n, lineEnd) }

// numbers returns the numbers of all whole lines in text, in order. What a kill cut off is passed over.
func numbers(text []byte) []int {
	var all []int
	for {
		i := bytes.Index(text, []byte(lineEnd))
		if i < 0 {
			return all
		}
		if i >= 7+len(lineStart) && string(text[i-7-len(lineStart):i-7]) == lineStart {
			if n, err := strconv.Atoi(string(text[i-7 : i])); err == nil {
				all = append(all, n)
			}
		}
		text = text[i+len(lineEnd):]
	}
}

// written returns the numbers in p's output file.
func (s *site) written(t *testing.T, p pipe) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, p.out))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return numbers(text)
}

// size of a file in the site, 0 when it is missing.
func (s *site) size(name string) int64 {
	info, err := os.Stat(filepath.Join(s.dir, name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// waitDone waits until every line has come out at the end of every pipe, or more.
func (s *site) waitDone(t *testing.T, w *harness.Worker) {
	t.Helper()
	whole := int64(s.lines) * int64(len(line(0))+1)
	for _, p := range s.pipes {
		harness.Eventually(t, runMax, "all lines are in "+p.out, func(context.Context) (bool, error) {
			if !w.Running() {
				return false, fmt.Errorf("%s ended with %s", w.Name, w.End())
			}
			have := s.size(p.out)
			if have < whole {
				return false, fmt.Errorf("%d of %d bytes", have, whole)
			}
			return s.complete(t, p), nil
		})
	}
}

// complete reports whether the last line of the input has been written.
func (s *site) complete(t *testing.T, p pipe) bool {
	seen := make([]bool, s.lines+1)
	for _, n := range s.written(t, p) {
		if n <= s.lines {
			seen[n] = true
		}
	}
	for _, ok := range seen[1:] {
		if !ok {
			return false
		}
	}
	return true
}

// produced returns the numbers in p's topic, all partitions one after another.
func (s *site) produced(p pipe) []int {
	var all []int
	for _, partition := range s.kafka.Consume(p.topic) {
		for _, r := range partition {
			all = append(all, numbers(r.Value)...)
		}
	}
	return all
}

// checkOnce fails t unless have is 1 … n, each once, in order.
func checkOnce(t *testing.T, where string, have []int, n int) {
	t.Helper()
	for i, v := range have {
		if v != i+1 {
			t.Errorf("%s: line %d stands at place %d: around it %v", where, v, i+1, have[max(0, i-3):min(len(have), i+4)])
			return
		}
	}
	if len(have) != n {
		t.Errorf("%s: %d lines, want %d", where, len(have), n)
	}
}

// checkAll fails t unless have holds each of 1 … n at least once. It returns how many are repeats.
func checkAll(t *testing.T, where string, have []int, n int) (repeats int) {
	t.Helper()
	count := make([]int, n+1)
	for _, v := range have {
		if v < 1 || v > n {
			t.Fatalf("%s: line %d was never written", where, v)
		}
		count[v]++
	}
	var lost []string
	for v := 1; v <= n; v++ {
		if count[v] == 0 {
			lost = append(lost, strconv.Itoa(v))
		}
		repeats += max(0, count[v]-1)
	}
	if len(lost) > 0 {
		t.Errorf("%s: %d lines are lost: %s", where, len(lost), strings.Join(lost[:min(10, len(lost))], " "))
	}
	return repeats
}

// checkRising fails t unless lines come for the first time in their order.
func checkRising(t *testing.T, where string, have []int) {
	t.Helper()
	last := 0
	for i, v := range have {
		if v > last+1 {
			t.Errorf("%s: line %d stands at place %d before line %d", where, v, i+1, last+1)
			return
		}
		last = max(last, v)
	}
}

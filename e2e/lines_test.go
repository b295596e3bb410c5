//go:build e2e || faults || soak

package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

// runMax is how long a worker may take to move all lines.
const runMax = 90 * time.Second

// site is a folder that one worker after another works in: a file of numbered lines, copied through topics
// to other files by FileStream connectors. Its worker and connector files hold relative paths, so that they
// are the same for every worker.
type site struct {
	dir    string
	kafka  *harness.Kafka
	boot   string
	pipes  []pipe
	stream history.Stream     // of the lines in the input file
	lines  int                // in the input file
	more   harness.Properties // of the worker
	env    []string           // of the worker
	disk   *harness.Disk      // where files below diskFolder are; nil for none
}

const inputFile, offsetsFile = "in.txt", "offsets"

func newSite(t *testing.T, broker *harness.Broker, pipes ...func(topic string) pipe) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), kafka: harness.NewKafka(t, broker.Bootstrap), boot: broker.Bootstrap, stream: history.Stream{Name: "the-file"}}
	if err := os.WriteFile(s.path(inputFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for i, create := range pipes {
		p := create(harness.Unique(t, "lines"))
		p.sink["topics"], p.sink["name"] = p.topic, "sink-"+p.topic
		p.source["topic"], p.source["name"] = p.topic, "source-"+p.topic
		for name, config := range map[string]harness.Properties{"source": p.source, "sink": p.sink} {
			if _, err := config.WriteFile(s.path(fmt.Sprintf("%s%d.properties", name, i))); err != nil {
				t.Fatal(err)
			}
		}
		s.kafka.CreateTopic(p.topic, p.partitions, nil)
		s.pipes = append(s.pipes, p)
	}
	return s
}

// worker returns a worker of the given side in this site. as is harness.WorkerConfig.As.
func (s *site) worker(t *testing.T, side harness.Side, as string) *harness.Worker {
	t.Helper()
	c := harness.WorkerConfig{Dir: s.dir, As: as, Disk: s.disk, Env: s.env, Properties: harness.Properties{
		"bootstrap.servers":            s.boot,
		"key.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":              "org.apache.kafka.connect.json.JsonConverter",
		"offset.storage.file.filename": offsetsFile,
		"offset.flush.interval.ms":     "250",
	}.With(s.more)}
	for i := range s.pipes {
		c.Connectors = append(c.Connectors, fmt.Sprintf("source%d.properties", i), fmt.Sprintf("sink%d.properties", i))
	}
	return suite.NewWorker(t, side, c)
}

// add appends n lines to the input.
func (s *site) add(t *testing.T, n int) {
	t.Helper()
	if err := appendLines(s.path(inputFile), s.stream, s.lines+1, n); err != nil {
		t.Fatal(err)
	}
	s.lines += n
}

// appendLines appends n lines to a file.
func appendLines(path string, stream history.Stream, from, n int) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	var line []byte
	for i := range n {
		line = append(stream.AppendLine(line[:0], from+i), '\n')
		if _, err = w.Write(line); err != nil {
			break
		}
	}
	return errors.Join(err, w.Flush(), f.Close())
}

// path of a file in the site, for the test itself.
func (s *site) path(name string) string {
	if s.disk != nil && filepath.Dir(name) == diskFolder {
		return s.disk.Path(filepath.Base(name))
	}
	return filepath.Join(s.dir, name)
}

// diskFolder is where a site has its disk.
const diskFolder = "disk"

// read returns what a file holds, nothing when it is missing.
func (s *site) read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(s.path(name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return text
}

// size of a file in the site, 0 when it is missing.
func (s *site) size(name string) int64 {
	info, err := os.Stat(s.path(name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// lineBytes is what a line takes in a file.
func (s *site) lineBytes() int64 { return int64(len(s.stream.Line(1)) + 1) }

// waitDone waits until every line has come out at the end of every pipe, or more.
func (s *site) waitDone(t *testing.T, w *harness.Worker) {
	t.Helper()
	whole := int64(s.lines) * s.lineBytes()
	for _, p := range s.pipes {
		read := int64(-1)
		harness.Eventually(t, runMax, "all lines are in "+p.out, func(context.Context) (bool, error) {
			if !w.Running() {
				t.Fatalf("%s ended by itself with %s:\n%s", w.Name, w.End(), w.Tail(60))
			}
			have := s.size(p.out)
			if have < whole {
				return false, fmt.Errorf("%d of %d bytes", have, whole)
			}
			if have == read { // and lines are still missing
				return false, fmt.Errorf("%d bytes for %d, and some lines are not among them", have, whole)
			}
			read = have
			return s.complete(t, p), nil
		})
	}
}

// complete reports whether every line of the input is in p's output file.
func (s *site) complete(t *testing.T, p pipe) bool {
	t.Helper()
	seen := make([]bool, s.lines+1)
	left := s.lines
	numbers, _, _ := s.stream.Scan(s.read(t, p.out))
	for _, n := range numbers {
		if n <= s.lines && !seen[n] {
			seen[n] = true
			left--
		}
	}
	return left == 0
}

// check fails t when a pipe has lost, repeated or reordered lines, other than by going on from an earlier place, at
// most replays times for each partition. Anomalies of the kinds that are passed over have a cause.
func (s *site) check(t *testing.T, replays int, passOver ...history.Kind) {
	t.Helper()
	for _, p := range s.pipes {
		topic, corrupt := s.produced(p)
		r := history.Topic(topic, s.lines, replays)
		r.Anomalies = append(corrupt, r.Anomalies...)
		report(t, p.topic, r, passOver...)

		numbers, torn, corrupt := s.stream.Scan(s.read(t, p.out))
		r = history.File(numbers, topic, s.lines, replays)
		r.Anomalies = append(corrupt, r.Anomalies...)
		if replays != history.AnyReplays && torn > replays {
			r.Anomalies = append(r.Anomalies, history.Anomaly{Kind: history.Corrupt, Text: fmt.Sprintf("%d lines were begun and not ended", torn)})
		}
		report(t, p.out, r, passOver...)
	}
}

// produced returns the numbers of the lines in p's topic, by partition, and what is no line.
func (s *site) produced(p pipe) (topic [][]int, corrupt []history.Anomaly) {
	for i, partition := range s.kafka.Consume(p.topic) {
		numbers := make([]int, 0, len(partition))
		for _, r := range partition {
			n, err := s.stream.Parse(p.lineOf(r.Value))
			if err != nil {
				corrupt = append(corrupt, history.Anomaly{Kind: history.Corrupt, Text: fmt.Sprintf("partition %d, offset %d: %v", i, r.Offset, err)})
				continue
			}
			numbers = append(numbers, n)
		}
		topic = append(topic, numbers)
	}
	return topic, corrupt
}

func report(t *testing.T, where string, r history.Report, passOver ...history.Kind) {
	t.Helper()
	r.Anomalies = slices.DeleteFunc(r.Anomalies, func(a history.Anomaly) bool { return slices.Contains(passOver, a.Kind) })
	for i, a := range r.Anomalies {
		if i == 20 {
			t.Errorf("%s: and %d more", where, len(r.Anomalies)-i)
			break
		}
		t.Errorf("%s: %v", where, a)
	}
	if r.Replays > 0 {
		t.Logf("%s: went on from an earlier place %d times, %d lines came again", where, r.Replays, r.Repeats)
	}
}

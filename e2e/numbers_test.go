//go:build e2e || soak

package e2e

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

// number is a record of a verifiable source's task. The first is 1, as in package history.
type number struct {
	topic   string
	task, n int
}

// numbers returns what a topic of a pair holds, by task of the source, each in its order.
func (l *load) numbers(t *testing.T, topic string) map[int][]int {
	t.Helper()
	tasks, at := map[int][]int{}, map[int]int{}
	for p, records := range l.kafka.Consume(topic) {
		for _, r := range records {
			task, err := strconv.Atoi(string(r.Key))
			if err != nil {
				t.Fatalf("%s, partition %d, offset %d: key %q", topic, p, r.Offset, r.Key)
			}
			n, err := strconv.Atoi(string(r.Value))
			if err != nil {
				t.Fatalf("%s, partition %d, offset %d: value %q", topic, p, r.Offset, r.Value)
			}
			if before, ok := at[task]; ok && before != p {
				t.Fatalf("%s: numbers of task %d are in partitions %d and %d", topic, task, before, p)
			}
			at[task], tasks[task] = p, append(tasks[task], n+1)
		}
	}
	return tasks
}

// flushed returns the numbers that sinks say they have put and flushed, in the logs of all workers.
func (l *load) flushed(t *testing.T) map[number]bool {
	t.Helper()
	all := map[number]bool{}
	for _, w := range l.cluster.Workers {
		if w.Process == nil {
			continue
		}
		text, err := os.ReadFile(w.Log)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			at := strings.IndexByte(line, '{') // a worker that was killed may have left the start of a line before it
			var s struct {
				Topic       string
				Task, SeqNo int
				Flushed     bool
			}
			if at >= 0 && strings.Contains(line, `"flushed":true`) && json.Unmarshal([]byte(line[at:]), &s) == nil && s.Flushed {
				all[number{s.Topic, s.Task, s.SeqNo + 1}] = true
			}
		}
	}
	return all
}

//go:build e2e || soak

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

// load is what a cluster moves while it is disturbed: numbered lines of a file through FileStream connectors, and the
// numbers of verifiable sources to verifiable sinks.
type load struct {
	*site
	cluster *harness.Cluster
	size    loadSize
	pairs   []string // topics
	stop    chan struct{}
	fed     chan error
}

// loadSize says how much a load is.
type loadSize struct {
	pipes     int // of lines: two connectors of one task each
	pairs     int // of a verifiable source and a verifiable sink
	tasks     int // of each of those
	perSecond int // numbers of each task
}

// loadEvery and loadLines are the pace of the lines.
const loadEvery, loadLines = 50 * time.Millisecond, 10

// newLoad prepares files, topics and a cluster without workers.
func newLoad(t *testing.T, broker *harness.Broker, properties harness.Properties, size loadSize) *load {
	t.Helper()
	var pipes []func(string) pipe
	for i := range size.pipes {
		pipes = append(pipes, func(topic string) pipe {
			p := plain(topic)
			p.out = fmt.Sprintf("out-%d.txt", i)
			p.sink["file"] = p.out
			return p
		})
	}
	l := &load{site: newSite(t, broker, pipes...), size: size, cluster: suite.NewCluster(t, broker.Bootstrap, properties)}
	for range size.pairs {
		topic := harness.Unique(t, "numbers")
		l.kafka.CreateTopic(topic, int32(size.tasks), nil)
		l.pairs = append(l.pairs, topic)
	}
	return l
}

// worker adds a worker to the cluster.
func (l *load) worker(t *testing.T, side harness.Side) *harness.Worker {
	t.Helper()
	return l.workerWith(t, side)
}

// workerWith adds a worker with flags of millrace.
func (l *load) workerWith(t *testing.T, side harness.Side, flags ...string) *harness.Worker {
	t.Helper()
	jars, err := harness.FetchKafka(t.Context())
	harness.Need(t, err, "the verifiable connectors of the original")
	return l.cluster.Add(side, harness.WorkerConfig{Dir: l.dir, ClassPath: jars.TestPlugins(), Flags: flags})
}

// create creates the connectors, through w.
func (l *load) create(t *testing.T, w *harness.Worker) {
	t.Helper()
	for _, p := range l.pipes {
		w.Create(t, p.source["name"], p.source)
		w.Create(t, p.sink["name"], p.sink)
	}
	numbers := harness.Properties{
		"tasks.max": strconv.Itoa(l.size.tasks), "key.converter": "org.apache.kafka.connect.json.JsonConverter", "key.converter.schemas.enable": "false",
		"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
	}
	for _, topic := range l.pairs {
		w.Create(t, "source-"+topic, numbers.With(harness.Properties{"connector.class": "VerifiableSource", "topic": topic, "throughput": strconv.Itoa(l.size.perSecond)}))
		w.Create(t, "sink-"+topic, numbers.With(harness.Properties{"connector.class": "VerifiableSink", "topics": topic}))
	}
}

// expected is what runs when all is well.
func (l *load) expected() harness.Expected {
	want := harness.Expected{}
	for _, p := range l.pipes {
		want[p.source["name"]], want[p.sink["name"]] = 1, 1
	}
	for _, topic := range l.pairs {
		want["source-"+topic], want["sink-"+topic] = l.size.tasks, l.size.tasks
	}
	return want
}

// flow lets lines go in until hold.
func (l *load) flow() {
	l.stop, l.fed = make(chan struct{}), make(chan error, 1)
	go func() { l.fed <- l.feed(l.stop) }()
}

func (l *load) feed(stop chan struct{}) error {
	tick := time.NewTicker(loadEvery)
	defer tick.Stop()
	for {
		if err := appendLines(l.path(inputFile), l.stream, l.lines+1, loadLines); err != nil {
			return err
		}
		l.lines += loadLines
		select {
		case <-tick.C:
		case <-stop:
			return nil
		}
	}
}

// hold ends flow and waits until every line has come out.
func (l *load) hold(t *testing.T) {
	t.Helper()
	close(l.stop)
	if err := <-l.fed; err != nil {
		t.Fatal(err)
	}
	l.waitDone(t, l.cluster.Running()[0])
}

// caughtUp waits until the sinks have committed everything that is in their topics when it is called: a task that is
// RUNNING has not yet gone on from where its predecessor had committed.
func (l *load) caughtUp(t *testing.T) {
	t.Helper()
	topics := slices.Clone(l.pairs)
	for _, p := range l.pipes {
		topics = append(topics, p.topic)
	}
	for _, topic := range topics {
		var ends kadm.ListedOffsets
		harness.Eventually(t, runMax, "the sink of "+topic+" has caught up", func(ctx context.Context) (bool, error) {
			var err error
			if ends == nil {
				if ends, err = l.kafka.Admin().ListEndOffsets(ctx, topic); err == nil {
					err = ends.Error()
				}
				if err != nil {
					ends = nil
					return false, err
				}
			}
			committed, err := l.kafka.Committed(ctx, "connect-sink-"+topic, topic)
			if err != nil {
				return false, err
			}
			for p, at := range committed {
				if end, ok := ends.Lookup(topic, int32(p)); ok && max(at, 0) < end.Offset {
					return false, fmt.Errorf("partition %d: %d of %d", p, at, end.Offset)
				}
			}
			return true, nil
		})
	}
}

// pastRepeats waits until every source of numbers, which makes a few in a second, is past the numbers that it had made before it
// was last started.
func (l *load) pastRepeats(t *testing.T) {
	t.Helper()
	for _, topic := range l.pairs {
		harness.Eventually(t, runMax, "the sources of "+topic+" are past what they had made", func(context.Context) (bool, error) {
			for task, numbers := range l.numbers(t, topic) {
				if last, most := numbers[len(numbers)-1], slices.Max(numbers); last != most {
					return false, fmt.Errorf("task %d: at %d of %d", task, last, most)
				}
			}
			return true, nil
		})
	}
}

// repeats waits until all sources are past what they had made and all sinks have caught up, and returns how many lines and
// numbers have come out again, by place.
func (l *load) repeats(t *testing.T) map[string]int {
	t.Helper()
	l.pastRepeats(t)
	l.caughtUp(t)
	n := map[string]int{}
	for _, p := range l.pipes {
		topic, _ := l.produced(p)
		for _, numbers := range topic {
			n[p.topic] += repeated(numbers)
		}
		out, _, _ := l.stream.Scan(l.read(t, p.out))
		n[p.out] = repeated(out)
	}
	for _, topic := range l.pairs {
		for task, numbers := range l.numbers(t, topic) {
			n[fmt.Sprintf("%s, task %d", topic, task)] = repeated(numbers)
		}
	}
	return n
}

// noRepeats fails t when something has come out again since repeats told before.
func (l *load) noRepeats(t *testing.T, before map[string]int, when string) {
	t.Helper()
	for place, n := range l.repeats(t) {
		if n != before[place] {
			t.Errorf("%s: %d lines or numbers came out again %s", place, n-before[place], when)
		}
	}
}

func repeated(numbers []int) int {
	seen := make(map[int]bool, len(numbers))
	for _, n := range numbers {
		seen[n] = true
	}
	return len(numbers) - len(seen)
}

// once lets more lines and numbers through a cluster that is calm, and fails t when one comes out twice: if two
// workers ran the same task, everything would.
func (l *load) once(t *testing.T) {
	t.Helper()
	before := l.repeats(t)
	lines := l.lines + 20*loadLines
	l.flow()
	for _, topic := range l.pairs {
		have, err := l.kafka.Count(t.Context(), topic)
		if err != nil {
			t.Fatal(err)
		}
		l.kafka.WaitCount(topic, have+int64(l.size.tasks*l.size.perSecond), runMax)
	}
	harness.Eventually(t, runMax, "more lines are in", func(context.Context) (bool, error) { return l.site.size(inputFile) >= int64(lines)*l.lineBytes(), nil })
	l.hold(t)
	l.noRepeats(t, before, "in a cluster at rest")
	for name, tasks := range l.expected() {
		if !strings.HasPrefix(name, "sink-") {
			continue
		}
		groups, err := l.kafka.Admin().DescribeGroups(t.Context(), "connect-"+name)
		if err == nil {
			err = groups.Error()
		}
		if err != nil {
			t.Fatal(err)
		}
		consumers := map[string]int{}
		for _, m := range groups["connect-"+name].Members {
			consumers[m.ClientID]++
		}
		if len(consumers) != tasks || len(groups["connect-"+name].Members) != tasks {
			t.Errorf("%s of %d tasks has the consumers %v", name, tasks, consumers)
		}
	}
}

// finish waits until everything has come out, ends the workers and checks that nothing was lost, reordered or made up.
// Lines and numbers may have come again, where a worker was killed; of the kinds that are passed over, in any order.
func (l *load) finish(t *testing.T, passOver ...history.Kind) {
	t.Helper()
	w := l.cluster.Running()[0]
	for _, topic := range l.pairs {
		if status, answer := w.Do(t, "PUT", "/connectors/source-"+topic+"/pause", ""); status != 202 {
			t.Fatalf("pause: %d %s", status, answer)
		}
		w.WaitState(t, "source-"+topic, "PAUSED", l.size.tasks)
	}
	l.caughtUp(t)
	for _, w := range l.cluster.Running() {
		w.Stop(t)
	}
	l.check(t, history.AnyReplays, passOver...)
	flushed := l.flushed(t)
	for _, topic := range l.pairs {
		tasks := l.numbers(t, topic)
		if len(tasks) != l.size.tasks {
			t.Errorf("%s: numbers of %d tasks, not of %d", topic, len(tasks), l.size.tasks)
		}
		for task, seen := range tasks {
			report(t, fmt.Sprintf("%s, task %d", topic, task), history.Topic([][]int{seen}, slices.Max(seen), history.AnyReplays), passOver...)
			for n := range slices.Max(seen) {
				if !flushed[number{topic, task, n + 1}] {
					t.Errorf("%s: number %d of task %d was not put and flushed by its sink", topic, n+1, task)
					break
				}
			}
		}
	}
}

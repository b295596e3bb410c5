//go:build e2e || soak

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// moodyModule has plugins that fail on demand, and their twins in Java.
const moodyModule = "testdata/moody"

// forever keeps records of long ago, so that no time stands in what is compared.
var forever = map[string]string{"retention.ms": "-1"}

// TestErrors_AsTheOriginal runs a connector for every stage that can fail, tolerance, dead letter queue and retry, in one
// worker of each side, and compares what came of each: state and trace, dead letters with their headers, lines of
// the log, metrics, what was delivered and what was committed.
func TestErrors_AsTheOriginal(t *testing.T) {
	t.Parallel() // retries wait more than they work
	broker := suite.SharedBroker(t, "that errors are handled as the original does")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	prefix := harness.Unique(t, "moody")
	cells := errorCells()
	if !allCells {
		cells = slices.DeleteFunc(cells, func(c cell) bool { return !c.few() })
	}
	made := map[string]bool{}
	for _, c := range cells {
		topic := c.topic(prefix)
		if c.source || made[topic] {
			continue
		}
		made[topic] = true
		kafka.CreateTopic(topic, 1, forever)
		var records []harness.Record
		for i, w := range c.words() {
			records = append(records, harness.Record{Topic: topic, Key: []byte(w), Value: []byte(w), Headers: []harness.Header{{Key: "m", Value: []byte(w)}},
				Timestamp: time.UnixMilli(1_700_000_000_000 + int64(i))})
		}
		kafka.Produce(records...)
	}
	want := runCells(t, kafka, broker, harness.Java, prefix, cells, harness.WorkerConfig{ClassPath: javaTwins(t, moodyModule)})
	have := runCells(t, kafka, broker, harness.Millrace, prefix, cells, harness.WorkerConfig{Program: ourMoody(t)})
	for i, c := range cells {
		t.Run(c.name(), func(t *testing.T) { want[i].compare(t, have[i], c) })
	}
}

// ourMoody builds our program with the plugins of moodyModule.
func ourMoody(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "moody-connect")
	goTool(t, copyModule(t, moodyModule), "build", "-o", program, "./cmd/moody-connect")
	return program
}

// outcome is what came of a cell.
type outcome struct {
	state, trace string
	letters      []harness.Record
	log          []string
	metrics      map[string]float64
	delivered    string
	produced     []harness.Record
	committed    int64
}

// runCells runs all cells in one worker until each has met its words.
func runCells(t *testing.T, kafka *harness.Kafka, broker *harness.Broker, side harness.Side, prefix string, cells []cell, wc harness.WorkerConfig) []outcome {
	t.Helper()
	mine := prefix + "-" + string(side)
	wc.Dir = t.TempDir()
	wc.Properties = harness.Properties{
		"bootstrap.servers": broker.Bootstrap, "offset.storage.file.filename": "offsets", "offset.flush.interval.ms": "500", "offset.flush.timeout.ms": "1000",
		"key.converter":   "org.apache.kafka.connect.storage.StringConverter",
		"value.converter": "org.apache.kafka.connect.storage.StringConverter",
	}
	if side == harness.Java {
		wc.Properties["rest.extension.classes"] = "com.example.moody.MoodyMetrics"
	}
	w := suite.NewWorker(t, side, wc)
	w.StartReady(t)
	for _, c := range cells {
		if c.source {
			kafka.CreateTopic(c.out(mine), 1, forever)
		} else if c.letters != "" {
			kafka.CreateTopic(c.dead(mine), 1, forever)
		}
		w.Create(t, c.name(), c.config(prefix, mine))
	}
	all := make([]outcome, len(cells))
	for i, c := range cells {
		o := &all[i]
		if c.fails() {
			s := w.WaitTask(t, c.name(), 0, "FAILED")
			o.state, o.trace = s.State, noFrames(s.Trace)
			continue
		}
		harness.Eventually(t, runMax, string(side)+": the last word has come out of "+c.name(), func(ctx context.Context) (bool, error) {
			if c.source {
				n, err := kafka.Count(ctx, c.out(mine))
				return n >= int64(c.passing()), errors.Join(err, fmt.Errorf("%d records", n))
			}
			text, err := os.ReadFile(filepath.Join(wc.Dir, c.file()))
			return strings.Contains(string(text), "last\n"), err
		})
		o.state = w.WaitTask(t, c.name(), 0, "RUNNING").State
	}
	numbers := errorMetrics(t, w)
	for i, c := range cells {
		all[i].metrics = numbers[c.name()]
	}
	log := w.Output()
	w.Stop(t)
	for i, c := range cells {
		o := &all[i]
		o.log = errorLines(log, c.name(), mine)
		if c.letters != "" {
			o.letters = kafka.Consume(c.dead(mine))[0]
		}
		if c.source {
			o.produced = kafka.Consume(c.out(mine))[0]
			continue
		}
		text, err := os.ReadFile(filepath.Join(wc.Dir, c.file()))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		o.delivered = string(text)
		offsets, err := kafka.Committed(t.Context(), c.group(mine), c.topic(prefix))
		if err != nil {
			offsets = []int64{-1} // the group is not there: nothing was ever committed
		}
		o.committed = offsets[0]
	}
	return all
}

// passing is how many words come out of a source whose errors are tolerated.
func (c cell) passing() int {
	n := 0
	for _, w := range c.words() {
		if w == "good" || w == "last" || w == "again" && c.retry {
			n++
		}
	}
	return n
}

// errorMetrics returns the numbers of task-error-metrics by connector, under the original's names.
func errorMetrics(t *testing.T, w *harness.Worker) map[string]map[string]float64 {
	t.Helper()
	path, line := "/metrics", regexp.MustCompile(`(?m)^kafka_connect_task_error_(?P<name>\w+)\{connector="(?P<connector>[^"]+)",task="0"\} (?P<value>\S+)$`)
	if w.Side == harness.Java {
		path, line = "/moody/metrics", regexp.MustCompile(`(?m)^(?P<connector>\S+) (?P<name>\S+) (?P<value>\S+)$`)
	}
	status, text := w.Do(t, http.MethodGet, path, "")
	if status != http.StatusOK {
		t.Fatalf("%s: %s: %d %s", w.Name, path, status, text)
	}
	all := map[string]map[string]float64{}
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		connector, name := m[line.SubexpIndex("connector")], strings.ReplaceAll(m[line.SubexpIndex("name")], "_", "-")
		v, err := strconv.ParseFloat(m[line.SubexpIndex("value")], 64)
		if err != nil {
			t.Fatal(err)
		}
		if all[connector] == nil {
			all[connector] = map[string]float64{}
		}
		all[connector][name] = v
	}
	return all
}

// errorLine is what the reporter of errors logs, in the formats of both sides.
var errorLine = regexp.MustCompile(`(Error encountered in task (\S+)-0\. Executing stage .*?\.)(?: \(org\.apache\.| connector=)`)

// errorLines returns what was logged of a connector's errors; topics that begin with the side's prefix lose it.
func errorLines(log, connector, prefix string) (lines []string) {
	for _, m := range errorLine.FindAllStringSubmatch(log, -1) {
		if m[2] == connector {
			lines = append(lines, strings.ReplaceAll(m[1], prefix, ""))
		}
	}
	return lines
}

// noFrames is a trace without the lines that name source code.
func noFrames(trace string) string {
	lines := slices.DeleteFunc(strings.Split(trace, "\n"), func(l string) bool { return strings.HasPrefix(l, "\t") || l == "" })
	return strings.Join(lines, "\n")
}

// compare fails t for everything that differs, and for what is known to and does not.
func (o *outcome) compare(t *testing.T, have outcome, c cell) {
	t.Helper()
	differs := func(what string, want, have any) {
		switch w, h := fmt.Sprint(want), fmt.Sprint(have); {
		case c.known(what) && w == h:
			t.Errorf("%s is the same on both sides, and listed as a difference", what)
		case !c.known(what) && w != h:
			t.Errorf("%s:\n%s\nthe original's:\n%s", what, h, w)
		}
	}
	differs("state", o.state, have.state)
	differs("trace", o.trace, have.trace)
	differs("log", strings.Join(o.log, "\n"), strings.Join(have.log, "\n"))
	differs("delivered", o.delivered, have.delivered)
	differs("committed offset", o.committed, have.committed)
	differs("letters", showRecords(o.letters), showRecords(have.letters))
	differs("produced", showRecords(o.produced), showRecords(have.produced))
	if o.metrics["last-error-timestamp"] > 0 != (have.metrics["last-error-timestamp"] > 0) {
		t.Errorf("last-error-timestamp %v, the original's is %v", have.metrics["last-error-timestamp"], o.metrics["last-error-timestamp"])
	}
	if c.retriesTimeOut() {
		for _, side := range []*outcome{o, &have} {
			side.withoutTime(t)
		}
	}
	for name, want := range o.metrics {
		if n, ok := have.metrics[name]; name != "last-error-timestamp" && (!ok || n != want) {
			t.Errorf("%s %v, the original's is %v", name, n, want)
		}
	}
}

// withoutTime takes what depends on the time that attempts took out of the metrics: every attempt but the last is a failure
// and a retry.
func (o *outcome) withoutTime(t *testing.T) {
	t.Helper()
	const retries, failures = "total-retries", "total-record-failures"
	n := o.metrics[retries]
	if least, most := float64(againRetries+1), float64(againRetries+neverRetries); n < least || n > most {
		t.Errorf("%s %v, not from %v to %v", retries, n, least, most)
	}
	o.metrics[failures] -= n
	delete(o.metrics, retries)
}

// showRecords is records as text, stack traces without their frames.
func showRecords(list []harness.Record) string {
	var s strings.Builder
	for _, r := range list {
		fmt.Fprintf(&s, "%s=%s at %d\n", text(r.Key), text(r.Value), r.Timestamp.UnixMilli())
		for _, h := range r.Headers {
			v := text(h.Value)
			if strings.HasSuffix(h.Key, ".stacktrace") {
				v = strconv.Quote(noFrames(string(h.Value)))
			}
			fmt.Fprintf(&s, "  %s=%s\n", h.Key, v)
		}
	}
	return s.String()
}

// text tells null from empty.
func text(b []byte) string {
	if b == nil {
		return "null"
	}
	return strconv.Quote(string(b))
}

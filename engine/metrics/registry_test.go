package metrics

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) add(d time.Duration) { c.at = c.at.Add(d) }

func newTest() (*Registry, *clock) {
	c := &clock{time.UnixMilli(1_700_000_000_000)}
	return New(Options{Now: c.now}), c
}

// values reads everything, under "group{tags}/attribute".
func values(r *Registry) map[string]Value {
	out := map[string]Value{}
	r.read(func(group string, tags []string, name string, v Value) {
		out[group+"{"+strings.Join(tags, ",")+"}/"+name] = v
	})
	return out
}

func check(t *testing.T, r *Registry, want map[string]float64) {
	t.Helper()
	all := values(r)
	for name, w := range want {
		v, ok := all[name]
		if !ok {
			t.Errorf("%s: missing", name)
		} else if !same(v.Num, w) {
			t.Errorf("%s: %v, want %v", name, v.Num, w)
		}
	}
}

// TestReference_EqualsJava compares the list with that of Java's registry: nothing of it is missing,
// and what is not in it is marked as ours.
func TestReference_EqualsJava(t *testing.T) {
	java := map[string]string{}
	for _, f := range lines(t, "testdata/registry.txt", func(l string) []string { return strings.Split(l, "\t") }) {
		java[f[0]+"{"+f[1]+"}/"+f[2]] = f[3]
	}
	for _, d := range Reference() {
		key := d.Group + "{" + strings.Join(d.Tags, ",") + "}/" + d.Name
		doc, ok := java[key]
		switch {
		case ok == d.Own:
			t.Errorf("%s: own is %v, in Java is %v", key, d.Own, ok)
		case ok && doc != d.Doc:
			t.Errorf("%s: doc is %q, Java has %q", key, d.Doc, doc)
		case d.Doc == "":
			t.Errorf("%s: no doc", key)
		}
		delete(java, key)
	}
	for key := range java {
		t.Errorf("%s: missing", key)
	}
}

// TestRegistry_ReadsWhatItDocuments checks that every value has a definition and every definition of a
// group that exists has a value.
func TestRegistry_ReadsWhatItDocuments(t *testing.T) {
	r, _ := newTest()
	id := connectors.TaskID{Connector: "c", Task: 0}
	plugins := []PluginInfo{{Alias: "a", Class: "A", Version: "1"}}
	r.Connector("c", ConnectorInfo{Type: "source", Class: "C", Version: "1"})
	r.SourceTask(id, TaskInfo{Transforms: plugins, Predicates: plugins}).Transaction(3)
	r.SinkTask(connectors.TaskID{Connector: "d", Task: 1}, TaskInfo{})
	r.Rebalances("client", "SESSIONED")
	r.Membership("client")
	defined, read := map[string]int{}, map[string]int{}
	for _, d := range Reference() {
		if d.Group != groupTask || !d.Own { // these come from outside
			defined[d.Group+"/"+d.Name] = len(d.Tags)
		}
	}
	r.read(func(group string, tags []string, name string, _ Value) { read[group+"/"+name] = len(tags) })
	for k, n := range read {
		if d, ok := defined[k]; !ok || d != n {
			t.Errorf("%s is read with %d tags, defined with %d (%v)", k, n, d, ok)
		}
	}
	for k := range defined {
		if _, ok := read[k]; !ok {
			t.Errorf("%s is defined and never read", k)
		}
	}
}

func TestSourceTask_Counts(t *testing.T) {
	r, c := newTest()
	s := r.SourceTask(connectors.TaskID{Connector: "c", Task: 3}, TaskInfo{})
	s.Polled(100, 20*time.Millisecond)
	s.Polled(300, 40*time.Millisecond)
	s.Written(100, 10)
	s.Watch(func() Production { return Production{Bytes: 9000, BufferedBytes: 70} })
	s.Committed(true, 7*time.Millisecond)
	s.Committed(false, 9*time.Millisecond)
	c.add(10 * time.Second)
	check(t, r, map[string]float64{
		"source-task-metrics{c,3}/source-record-poll-total":            400,
		"source-task-metrics{c,3}/source-record-poll-rate":             10, // 400 rows; 10 s and one whole window
		"source-task-metrics{c,3}/source-record-write-total":           90,
		"source-task-metrics{c,3}/source-record-buffered-bytes":        70,
		"source-task-metrics{c,3}/source-record-write-bytes-total":     9000,
		"source-task-metrics{c,3}/poll-batch-max-time-ms":              40,
		"source-task-metrics{c,3}/poll-batch-avg-time-ms":              30,
		"source-task-metrics{c,3}/source-record-active-count":          300,
		"source-task-metrics{c,3}/source-record-active-count-max":      400,
		"connector-task-metrics{c,3}/batch-size-max":                   300,
		"connector-task-metrics{c,3}/batch-size-avg":                   200,
		"connector-task-metrics{c,3}/offset-commit-max-time-ms":        7,
		"connector-task-metrics{c,3}/offset-commit-success-percentage": 0.5,
		"connector-task-metrics{c,3}/offset-commit-failure-percentage": 0.5,
		"connect-worker-metrics{}/task-count":                          1,
		"connect-worker-metrics{c}/connector-total-task-count":         1,
		"connect-worker-metrics{c}/connector-unassigned-task-count":    1,
	})
	if v := values(r); v["source-task-metrics{c,3}/transaction-size-avg"] != (Value{}) {
		t.Error("a task without transactions shows their size")
	}
}

func TestSinkTask_ActiveCountFollowsOffsets(t *testing.T) {
	r, _ := newTest()
	s := r.SinkTask(connectors.TaskID{Connector: "c", Task: 0}, TaskInfo{})
	a, b := connectors.TopicPartition{Topic: "t", Partition: 0}, connectors.TopicPartition{Topic: "t", Partition: 1}
	active := func(want float64) {
		t.Helper()
		check(t, r, map[string]float64{"sink-task-metrics{c,0}/sink-record-active-count": want})
	}
	s.Assigned(map[connectors.TopicPartition]int64{a: 100, b: 50})
	active(0)
	s.Consumed(map[connectors.TopicPartition]int64{a: 130, b: 60})
	active(40)
	s.CommittedOffsets(map[connectors.TopicPartition]int64{a: 120, b: 55})
	active(15)
	// A task may give an offset beyond what was consumed: that counts as none active, not as less.
	s.CommittedOffsets(map[connectors.TopicPartition]int64{b: 90})
	active(10)
	s.Cleared([]connectors.TopicPartition{a})
	active(0)
	// What is not assigned any more does not count.
	s.Consumed(map[connectors.TopicPartition]int64{a: 500})
	active(0)
	s.Assigned(map[connectors.TopicPartition]int64{b: 90})
	s.Consumed(map[connectors.TopicPartition]int64{b: 91})
	active(1)
}

func TestSinkTask_Counts(t *testing.T) {
	r, _ := newTest()
	s := r.SinkTask(connectors.TaskID{Connector: "c", Task: 0}, TaskInfo{})
	s.Read(1000)
	s.Put(900, 12*time.Millisecond)
	s.CommitSeq(4)
	s.CommitSkipped()
	s.Committed(true, 3*time.Millisecond)
	s.Committed(false, time.Second)
	s.Partitions(2)
	s.Watch(func() Consumption { return Consumption{Bytes: 5000, Lag: 70, LagMax: 60, BufferedBytes: 1 << 20} })
	check(t, r, map[string]float64{
		"sink-task-metrics{c,0}/sink-record-read-total":         1000,
		"sink-task-metrics{c,0}/sink-record-read-bytes-total":   5000,
		"sink-task-metrics{c,0}/sink-record-send-total":         900,
		"sink-task-metrics{c,0}/put-batch-max-time-ms":          12,
		"sink-task-metrics{c,0}/offset-commit-seq-no":           4,
		"sink-task-metrics{c,0}/offset-commit-skip-total":       1,
		"sink-task-metrics{c,0}/offset-commit-completion-total": 1,
		"sink-task-metrics{c,0}/partition-count":                2,
		"sink-task-metrics{c,0}/sink-record-lag":                70,
		"sink-task-metrics{c,0}/sink-record-lag-max":            60,
		"sink-task-metrics{c,0}/sink-record-buffered-bytes":     1 << 20,
		"connector-task-metrics{c,0}/offset-commit-max-time-ms": 3,
		"connector-task-metrics{c,0}/batch-size-max":            900,
	})
}

func TestTask_RatiosOfTime(t *testing.T) {
	r, c := newTest()
	s := r.SinkTask(connectors.TaskID{Connector: "c", Task: 0}, TaskInfo{})
	s.State(Running)
	c.add(30 * time.Second)
	s.State(Paused)
	c.add(10 * time.Second)
	check(t, r, map[string]float64{
		"connector-task-metrics{c,0}/running-ratio":              0.75,
		"connector-task-metrics{c,0}/pause-ratio":                0.25,
		"connect-worker-metrics{c}/connector-paused-task-count":  1,
		"connect-worker-metrics{c}/connector-running-task-count": 0,
	})
	if v := values(r)["connector-task-metrics{c,0}/status"]; v.Text != "paused" {
		t.Errorf("status is %q", v.Text)
	}
}

func TestWorker_Startups(t *testing.T) {
	r, c := newTest()
	for i := range 4 {
		r.Worker().TaskStarted(i > 0)
	}
	r.Worker().ConnectorStarted(true)
	check(t, r, map[string]float64{
		"connect-worker-metrics{}/task-startup-attempts-total":      4,
		"connect-worker-metrics{}/task-startup-success-total":       3,
		"connect-worker-metrics{}/task-startup-failure-total":       1,
		"connect-worker-metrics{}/task-startup-failure-percentage":  0.25,
		"connect-worker-metrics{}/task-startup-success-percentage":  0.75,
		"connect-worker-metrics{}/connector-startup-attempts-total": 1,
		"connect-worker-metrics{}/connector-startup-failure-total":  0,
	})
	c.add(time.Hour)
	check(t, r, map[string]float64{
		"connect-worker-metrics{}/task-startup-attempts-total":     4,
		"connect-worker-metrics{}/task-startup-success-percentage": 0, // of the last windows, as in Java
	})
}

func TestErrors_CountThroughErrant(t *testing.T) {
	r, _ := newTest()
	var m errant.Metrics = r.SourceTask(connectors.TaskID{Connector: "c", Task: 0}, TaskInfo{}).Errors()
	m.Failures(5)
	m.Errors(2)
	m.Skipped(1)
	m.Retries(3)
	m.Logged(2)
	m.DeadLetters(4)
	m.DeadLetterFailures(1)
	m.LastError(time.UnixMilli(12345))
	check(t, r, map[string]float64{
		"task-error-metrics{c,0}/total-record-failures":            5,
		"task-error-metrics{c,0}/total-record-errors":              2,
		"task-error-metrics{c,0}/total-records-skipped":            1,
		"task-error-metrics{c,0}/total-retries":                    3,
		"task-error-metrics{c,0}/total-errors-logged":              2,
		"task-error-metrics{c,0}/deadletterqueue-produce-requests": 4,
		"task-error-metrics{c,0}/deadletterqueue-produce-failures": 1,
		"task-error-metrics{c,0}/last-error-timestamp":             12345,
	})
}

// TestClose_LeavesTheSuccessor: a task that is restarted registers before the old one is closed.
func TestClose_LeavesTheSuccessor(t *testing.T) {
	r, _ := newTest()
	id := connectors.TaskID{Connector: "c", Task: 0}
	old := r.SourceTask(id, TaskInfo{})
	old.Polled(10, 0)
	next := r.SourceTask(id, TaskInfo{})
	old.Close()
	check(t, r, map[string]float64{"source-task-metrics{c,0}/source-record-poll-total": 0})
	next.Close()
	k := r.Connector("c", ConnectorInfo{})
	k.Close()
	if s := r.Snapshot(); len(s.Tasks) != 0 || len(s.Connectors) != 0 {
		t.Errorf("left: %+v", s)
	}
}

// TestNil_CountsNothing: code that is measured calls without asking whether it is.
func TestNil_CountsNothing(t *testing.T) {
	var r *Registry
	s, k, c := r.SourceTask(connectors.TaskID{}, TaskInfo{}), r.SinkTask(connectors.TaskID{}, TaskInfo{}), r.Connector("c", ConnectorInfo{})
	s.Polled(1, 1)
	s.Written(1, 0)
	s.Watch(nil)
	s.Committed(true, 1)
	s.Transaction(1)
	s.Close()
	k.Read(1)
	k.Put(1, 1)
	k.Assigned(nil)
	k.Watch(nil)
	k.Partitions(1)
	k.CommitSeq(1)
	k.CommitSkipped()
	k.Committed(true, 1)
	k.Close()
	k.Errors().Failures(1)
	k.Errors().LastError(time.Time{})
	k.State(Running)
	c.State(Running)
	c.Close()
	r.Worker().TaskStarted(true)
	r.Worker().ConnectorStarted(true)
	if got := r.Snapshot(); len(got.Tasks) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestSnapshot(t *testing.T) {
	r, c := newTest()
	r.Connector("b", ConnectorInfo{Type: "sink", Class: "B", Version: "1"}).State(Running)
	s := r.SinkTask(connectors.TaskID{Connector: "b", Task: 10}, TaskInfo{Connector: ConnectorInfo{Type: "sink"}, Class: "T"})
	r.SourceTask(connectors.TaskID{Connector: "b", Task: 9}, TaskInfo{})
	s.State(Running)
	s.Read(60)
	s.Put(50, 0)
	s.Watch(func() Consumption { return Consumption{Bytes: 600, Lag: 7} })
	s.Errors().Skipped(2)
	s.Errors().LastError(c.at)
	c.add(30 * time.Second)
	got := r.Snapshot()
	if len(got.Connectors) != 1 || got.Connectors[0].State != Running || got.Connectors[0].Class != "B" {
		t.Errorf("connectors: %+v", got.Connectors)
	}
	if len(got.Tasks) != 2 || got.Tasks[0].ID.Task != 9 {
		t.Fatalf("tasks: %+v", got.Tasks)
	}
	want := TaskSnapshot{ID: connectors.TaskID{Connector: "b", Task: 10}, Type: "sink", Class: "T", State: Running,
		Records: 60, Delivered: 50, Bytes: 600, Lag: 7, RecordsPerSecond: 2, DeliveredPerSecond: 50. / 30, RunningRatio: 1,
		Skipped: 2, LastError: c.at.Add(-30 * time.Second)}
	if got.Tasks[1] != want {
		t.Errorf("got  %+v\nwant %+v", got.Tasks[1], want)
	}
}

func TestWritePrometheus(t *testing.T) {
	r, _ := newTest()
	r.Connector("say \"hi\"\\\n", ConnectorInfo{Type: "sink", Class: "C", Version: "1"}).State(Paused)
	for i := range 2 {
		r.SinkTask(connectors.TaskID{Connector: "c", Task: i}, TaskInfo{}).Read(2_000_000 * (i + 1))
	}
	remove := r.Add(groupRebalance, nil, func(emit func(string, Value)) {
		emit("epoch", Number(4))
		emit("leader-name", Label("http://w:8083/"))
		emit("no-such-attribute", Number(1))
	})
	var b bytes.Buffer
	if err := r.WritePrometheus(&b); err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for _, want := range []string{
		"# HELP kafka_connect_sink_task_sink_record_read_total The total number of records read from Kafka by this task belonging to the named sink connector in this worker, since the task was last restarted.",
		"# TYPE kafka_connect_sink_task_sink_record_read_total counter",
		`kafka_connect_sink_task_sink_record_read_total{connector="c",task="0"} 2000000`,
		`kafka_connect_sink_task_sink_record_read_total{connector="c",task="1"} 4000000`,
		`kafka_connect_sink_task_put_batch_avg_time_ms{connector="c",task="0"} NaN`,
		`kafka_connect_connector_status{connector="say \"hi\"\\\n",status="paused"} 1`,
		`kafka_connect_connector_task_status{connector="c",task="0",status="unassigned"} 1`,
		"kafka_connect_connect_worker_task_count 2",
		`kafka_connect_connect_worker_connector_total_task_count{connector="c"} 2`,
		"kafka_connect_connect_worker_rebalance_epoch 4",
		`kafka_connect_connect_worker_rebalance_leader_name{leader_name="http://w:8083/"} 1`,
	} {
		if !slices.Contains(all, want) {
			t.Errorf("missing line %s", want)
		}
	}
	if strings.Contains(b.String(), "no_such_attribute") {
		t.Error("an attribute that is not defined is exported")
	}
	seen, last := map[string]bool{}, ""
	for _, l := range all {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(l, "# HELP "), "# TYPE "), " ")
		name, _, _ = strings.Cut(name, "{")
		if name != last && seen[name] {
			t.Fatalf("series of %s do not stand together", name)
		}
		seen[name], last = true, name
	}
	remove()
	b.Reset()
	if err := r.WritePrometheus(&b); err != nil || strings.Contains(b.String(), "rebalance_epoch") {
		t.Errorf("removed metrics are exported: %v", err)
	}
}

func TestAppendNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{{0, "0"}, {1e6, "1000000"}, {-3, "-3"}, {0.25, "0.25"}, {1e300, "1e+300"}, {math.NaN(), "NaN"}, {math.Inf(1), "+Inf"}} {
		if got := string(appendNumber(nil, c.v)); got != c.want {
			t.Errorf("%v is written %s, want %s", c.v, got, c.want)
		}
	}
}

// BenchmarkBatch is what one delivered batch costs a sink task in measuring.
func BenchmarkBatch(b *testing.B) {
	r := New(Options{})
	s := r.SinkTask(connectors.TaskID{Connector: "c", Task: 0}, TaskInfo{})
	at := map[connectors.TopicPartition]int64{{Topic: "t"}: 0}
	s.Assigned(at)
	b.ReportAllocs()
	for b.Loop() {
		at[connectors.TopicPartition{Topic: "t"}] += 1024
		s.Read(1024)
		s.Consumed(at)
		s.Put(1024, time.Millisecond)
	}
}

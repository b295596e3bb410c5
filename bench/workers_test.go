//go:build bench

package bench

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/bench/meter"
	"github.com/millrace/millrace/e2e/harness"
)

// otherPath is the setting beside the default of who makes the bytes on the wire, and how names of its cases end.
func otherPath(sink bool) (suffix string, setting harness.Properties) {
	key := "millrace.producer.path"
	if sink {
		key = "millrace.consumer.path"
	}
	return "/record", harness.Properties{key: "record"}
}

// workerCase is a connector that whole workers run, once a pass: ours with more records, as what a connector costs to start is else
// a part of what they cost.
type workerCase struct {
	name string
	java harness.Properties // nil: not measured
	ours harness.Properties // nil: not measured
	job  job                // of Java; see longer

	longTo func(connector string) string // job.to of ours, where it has another one
}

// longer is the job of ours.
func (c workerCase) longer() job {
	j := c.job
	j.records *= *times
	if j.from != "" {
		j.from += "-long"
	}
	if c.longTo != nil {
		j.to = c.longTo
	}
	return j
}

// Classes of the connectors, and of a converter.
const (
	javaNull      = "millrace.bench.plugins.NullSinkConnector"
	javaOrders    = "millrace.bench.plugins.OrderSourceConnector"
	javaMirror    = "org.apache.kafka.connect.mirror.MirrorSourceConnector"
	blackhole     = "io.millrace.connect.blackhole.BlackholeSinkConnector"
	byteArrays    = "org.apache.kafka.connect.converters.ByteArrayConverter"
	mirroredTopic = "bench-lz4"
)

// fiveProperties are the transforms "five" of the list.
func fiveProperties(t testing.TB) harness.Properties {
	t.Helper()
	specs, err := transformSpecs()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(specs, func(s transformSpec) bool { return s.name == "five" })
	p := harness.Properties{}
	var aliases []string
	for _, step := range specs[at].chain {
		alias := "t" + string(rune('0'+len(aliases)))
		aliases = append(aliases, alias)
		p["transforms."+alias+".type"] = transformPackage + step.class
		for k, v := range step.props {
			p["transforms."+alias+"."+k] = v
		}
	}
	p["transforms"] = strings.Join(aliases, ",")
	return p
}

func (l *lab) workerCases(t testing.TB) []workerCase {
	five := fiveProperties(t)
	bytes := harness.Properties{"value.converter": byteArrays, "key.converter": byteArrays}
	read := job{from: "bench-orders", partitions: 1, records: *perPass}
	sink := func(name string, more harness.Properties) workerCase {
		return workerCase{name: name, job: read, java: harness.Properties{"connector.class": javaNull}.With(more), ours: harness.Properties{"connector.class": blackhole}.With(more)}
	}
	return []workerCase{
		sink("worker/topic-json-null", nil),
		sink("worker/topic-json-five-null", five),
		sink("worker/topic-bytes-null", bytes),
		{
			name: "worker/generate-json-topic",
			job:  job{to: func(name string) string { return name }, records: *perPass},
			java: harness.Properties{"connector.class": javaOrders, "topic": theName, "count": strconv.Itoa(*perPass)},
			ours: harness.Properties{"connector.class": datagen, "schema": "orders", "topic": theName, "records": strconv.Itoa(*times * *perPass)},
		},
		{
			name:   "worker/topic-bytes-topic",
			job:    job{to: mirrored(mirroredTopic), records: *perPass},
			longTo: mirrored(mirroredTopic + "-long"),
			java:   l.mirror(mirroredTopic).With(bytes),
			ours:   l.mirror(mirroredTopic + "-long").With(bytes),
		},
	}
}

// mirror is the config of a mirror of one topic within the broker, with lz4 on both sides.
func (l *lab) mirror(topic string) harness.Properties {
	return harness.Properties{
		"connector.class": javaMirror, "source.cluster.alias": theName, "topics": topic, "source.cluster.bootstrap.servers": l.broker.Bootstrap,
		"target.cluster.bootstrap.servers": l.broker.Bootstrap, "replication.factor": "1", "offset-syncs.topic.replication.factor": "1",
		"sync.topic.acls.enabled": "false", "sync.topic.configs.enabled": "false", "producer.override.compression.type": "lz4",
		"producer.override.batch.size": "1000000", "producer.override.max.request.size": "4194304", "header.converter": byteArrays,
	}
}

// mirrored names a mirror's copy of a topic.
func mirrored(topic string) func(connector string) string {
	return func(connector string) string { return connector + "." + topic }
}

// workerRuns are the workers of both sides, which run all cases in turn.
func (l *lab) workerRuns(t *testing.T, r *Report) {
	cases := slices.DeleteFunc(l.workerCases(t), func(c workerCase) bool { return !wanted(c.name) })
	if len(cases) == 0 && !wanted(IdleCase) {
		return
	}
	workers := l.startWorkers(t, r)
	for _, c := range cases {
		for _, j := range []job{c.job, c.longer()} {
			if j.from != "" {
				l.fill(t, input{topic: j.from, lines: orders(t), records: j.records, partitions: 1, codec: kgo.NoCompression()})
			}
		}
		if c.name == "worker/topic-bytes-topic" {
			l.fill(t, input{topic: mirroredTopic, lines: orders(t), records: c.job.records, partitions: 1, codec: kgo.Lz4Compression()})
			l.fill(t, input{topic: mirroredTopic + "-long", lines: orders(t), records: c.longer().records, partitions: 1, codec: kgo.Lz4Compression()})
		}
		l.workerCase(t, r, workers, c)
	}
	for _, w := range workers {
		w.Stop(t)
	}
}

// startWorkers starts the workers of both sides in turn, several times, and leaves them running.
func (l *lab) startWorkers(t *testing.T, r *Report) map[harness.Side]*harness.Worker {
	plugins, err := filepath.Abs(filepath.Join("java", "target", "plugins"))
	if err != nil {
		t.Fatal(err)
	}
	r.WorkerJDK = javaVersion(t)
	order := []harness.Side{harness.Java, harness.Millrace}
	workers := map[harness.Side]*harness.Worker{}
	for _, side := range order {
		props := l.properties()
		if side == harness.Java {
			props["plugin.path"] = plugins
		}
		workers[side] = suite.NewWorker(t, side, harness.WorkerConfig{Properties: props, Warm: true, Heap: "2g"})
	}
	starts := map[harness.Side][]float64{}
	if err := Turns(len(order), 1, func(k int) error {
		side, w := order[k], workers[order[k]]
		if w.Process != nil && w.Running() {
			w.Stop(t)
		}
		progress("%s: start", side)
		began := time.Now()
		w.StartReady(t)
		starts[side] = append(starts[side], time.Since(began).Seconds())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if wanted(IdleCase) {
		for _, side := range order {
			m := memory(t, workers[side])
			r.Results = append(r.Results, Measurement{Case: IdleCase, Side: Side(side), StartSeconds: meter.Median(starts[side]), Runs: len(starts[side]), IdleRSSBytes: m.RSS, IdleAnonBytes: m.Anonymous})
		}
	}
	return workers
}

// workerCase measures a case on both sides in turn, after a cold pass of each.
func (l *lab) workerCase(t *testing.T, r *Report, workers map[harness.Side]*harness.Worker, c workerCase) {
	type side struct {
		name   string
		worker *harness.Worker
		config harness.Properties
		job    job
		passes passesOf
	}
	var sides []*side
	if c.java != nil {
		sides = append(sides, &side{name: c.name, worker: workers[harness.Java], config: c.java, job: c.job})
	}
	if c.ours != nil {
		sides = append(sides, &side{name: c.name, worker: workers[harness.Millrace], config: c.ours, job: c.longer()})
		suffix, setting := otherPath(c.job.from != "")
		sides = append(sides, &side{name: c.name + suffix, worker: workers[harness.Millrace], config: c.ours.With(setting), job: c.longer()})
	}
	one := func(k int) error {
		s, j := sides[k], sides[k].job
		progress("%s: %s, pass %d", s.worker.Side, s.name, len(s.passes)+1)
		j.config = maps.Clone(s.config)
		s.passes = append(s.passes, l.run(t, s.worker, j))
		return nil
	}
	for k := range sides {
		_ = one(k)
	}
	_ = Turns(len(sides), *rounds, one)
	for _, s := range sides {
		r.Results = append(r.Results, s.passes.measurement(s.name, Side(s.worker.Side)))
	}
}

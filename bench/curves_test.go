//go:build bench

package bench

import (
	"flag"
	"fmt"
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/e2e/harness"
)

var curveBytes = flag.Int("bytes", 100_000_000, "bytes of values of one pass of a curve over record sizes")

// TestCurves measures how ours scales, and what its settings do: points of one curve there and back, so that all meet the same machine.
func TestCurves(t *testing.T) {
	whole := newReport(t)
	l := newLab(t, "curves of whole workers")
	for _, c := range append(l.scaling(t), l.tuning(t)...) {
		if wanted(c.name) {
			t.Run(c.name, func(t *testing.T) {
				r := newReport(t) // written when the curve is done
				r.Started = whole.Started
				l.curve(t, r, c)
			})
		}
	}
}

// curveSpec is a job that runs with several settings of one thing.
type curveSpec struct {
	name   string
	points []point
}

// point is one of them.
type point struct {
	label string
	job   job
	in    input
	env   []string // of the worker, which is then one of its own
}

// curve measures all points, after a cold pass of each.
func (l *lab) curve(t *testing.T, r *Report, c curveSpec) {
	var shared *harness.Worker
	workers := make([]*harness.Worker, len(c.points))
	passes := make([]passesOf, len(c.points))
	for k, p := range c.points {
		if p.job.from != "" {
			l.fill(t, p.in)
		}
		if p.env == nil && shared != nil {
			workers[k] = shared
			continue
		}
		workers[k] = suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Properties: l.properties(), Env: p.env})
		workers[k].StartReady(t)
		if p.env == nil {
			shared = workers[k]
		}
	}
	one := func(k int) error {
		progress("%s/%s, pass %d", c.name, c.points[k].label, len(passes[k])+1)
		passes[k] = append(passes[k], l.run(t, workers[k], c.points[k].job))
		return nil
	}
	for k := range c.points {
		_ = one(k)
	}
	_ = Turns(len(c.points), *rounds, one)
	for k, p := range c.points {
		m := passes[k].measurement(c.name+"/"+p.label, Millrace)
		m.BytesPerRecord = recordBytes
		if p.in.lines != nil {
			m.BytesPerRecord = meanBytes(p.in.lines)
		}
		r.Results = append(r.Results, m)
		if workers[k].Running() {
			workers[k].Stop(t)
		}
	}
}

// recordBytes is about how long a record of the generator is.
const recordBytes = 167

func meanBytes(lines [][]byte) float64 {
	sum := 0
	for _, l := range lines {
		sum += len(l)
	}
	return float64(sum) / float64(len(lines))
}

var jsonNull = harness.Properties{"connector.class": blackhole}

var bytesNull = harness.Properties{"connector.class": blackhole, "value.converter": byteArrays, "key.converter": byteArrays}

// reads is a point of one sink of a topic.
func reads(label string, config harness.Properties, in input) point {
	return point{label: label, in: in, job: job{config: config, from: in.topic, partitions: in.partitions, records: in.records}}
}

func (l *lab) ordersIn(t testing.TB, partitions int) input {
	return input{topic: fmt.Sprintf("bench-orders-%d", partitions), lines: orders(t), records: *perPass, partitions: partitions, codec: kgo.NoCompression()}
}

// scaling are the curves that say how ours scales.
func (l *lab) scaling(t testing.TB) []curveSpec {
	cores := curveSpec{name: scalePrefix + "cores"}
	for _, n := range []string{"1", "2"} {
		p := reads(n, jsonNull.With(fiveProperties(t)), l.ordersIn(t, 1))
		p.env = []string{"GOMAXPROCS=" + n}
		cores.points = append(cores.points, p)
	}
	partitions := curveSpec{name: scalePrefix + "partitions"}
	for _, n := range []int{1, 8, 64} {
		partitions.points = append(partitions.points, reads(strconv.Itoa(n), jsonNull, l.ordersIn(t, n)))
	}
	fields := curveSpec{name: scalePrefix + "fields"}
	for _, n := range []int{10, 200, 2000} {
		lines := linesOf(t, records.Wide(n, 2048*10/n+64))
		fields.points = append(fields.points, reads(strconv.Itoa(n), jsonNull, sized("bench-fields-", n, lines)))
	}
	asJSON, asBytes := curveSpec{name: scalePrefix + "record-bytes-json"}, curveSpec{name: scalePrefix + "record-bytes-raw"}
	for _, n := range []int{50, 1024, 100 * 1024} {
		lines := linesOf(t, records.Sized(n, 4_000_000/n+64))
		asJSON.points = append(asJSON.points, reads(strconv.Itoa(n), jsonNull, sized("bench-bytes-", n, lines)))
		asBytes.points = append(asBytes.points, reads(strconv.Itoa(n), bytesNull, sized("bench-bytes-", n, lines)))
	}
	connectors := curveSpec{name: scalePrefix + "connectors"}
	for _, n := range []int{1, 100} {
		in := input{topic: fmt.Sprintf("bench-connectors-%d", n), lines: orders(t), records: *perPass / n, partitions: 1, codec: kgo.NoCompression()}
		p := reads(strconv.Itoa(n), jsonNull, in)
		p.job.connectors = n
		connectors.points = append(connectors.points, p)
	}
	return []curveSpec{cores, partitions, fields, asJSON, asBytes, connectors}
}

// sized is a topic of records of about as many bytes together as all others of its curve.
func sized(prefix string, n int, lines [][]byte) input {
	return input{topic: prefix + strconv.Itoa(n), lines: lines, records: max(100, int(float64(*curveBytes)/meanBytes(lines))), partitions: 1, codec: kgo.NoCompression()}
}

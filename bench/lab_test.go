//go:build bench || soak

package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/bench/meter"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/e2e/harness"
)

var (
	suite    = &harness.Suite{}
	perPass  = flag.Int("records", 1_000_000, "records of one pass of the original's worker, and of a point of a curve")
	jsonFile = flag.String("results", "", "file of results (lines of JSON) that the run is added to")
)

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }

// progress says what is being measured: a run takes minutes.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// datagen is a source of generated records.
const datagen = "io.millrace.connect.datagen.DatagenSourceConnector"

const passMax = 5 * time.Minute

// lab is a broker and the topics that were filled on it, for whole workers.
type lab struct {
	broker *harness.Broker
	kafka  *harness.Kafka
	filled map[string]bool
}

func newLab(t *testing.T, checks string) *lab {
	t.Helper()
	broker := suite.SharedBroker(t, checks)
	return &lab{broker: broker, kafka: harness.NewKafka(t, broker.Bootstrap), filled: map[string]bool{}}
}

// input is a topic that sinks read.
type input struct {
	topic      string
	lines      [][]byte // values, again and again
	records    int
	partitions int
	codec      kgo.CompressionCodec
}

// orders are the records that everything is measured with.
func orders(t testing.TB) [][]byte {
	t.Helper()
	s, err := records.SetOf("schemaless")
	if err != nil {
		t.Fatal(err)
	}
	return linesOf(t, s)
}

func linesOf(t testing.TB, s records.Set) [][]byte {
	t.Helper()
	var text bytes.Buffer
	if err := s.Write(&text); err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
}

// fill writes the topic, once: batches of up to a megabyte, in all partitions alike.
func (l *lab) fill(t testing.TB, in input) {
	t.Helper()
	if l.filled[in.topic] {
		return
	}
	l.filled[in.topic] = true
	progress("fill %s with %d records", in.topic, in.records)
	l.kafka.CreateTopic(in.topic, int32(in.partitions), map[string]string{"max.message.bytes": "4194304"})
	client, err := kgo.NewClient(kgo.SeedBrokers(l.broker.Bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(3<<20),
		kgo.ProducerLinger(5*time.Millisecond), kgo.ProducerBatchCompression(in.codec))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const together = 8192
	for n := 0; n < in.records; n += together {
		var batch []*kgo.Record
		for k := n; k < min(n+together, in.records); k++ {
			batch = append(batch, &kgo.Record{Topic: in.topic, Partition: int32(k * in.partitions / in.records), Value: in.lines[k%len(in.lines)]})
		}
		if err := client.ProduceSync(context.Background(), batch...).FirstErr(); err != nil {
			t.Fatalf("fill %s: %v", in.topic, err)
		}
	}
}

// properties are those of every worker.
func (l *lab) properties() harness.Properties {
	return harness.Properties{
		"bootstrap.servers":              l.broker.Bootstrap,
		"key.converter":                  "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter.schemas.enable": "false",
		"offset.storage.file.filename":   "offsets",
		"offset.flush.interval.ms":       "100",
	}
}

// theName stands for the connector's name in a job's config.
const theName = "{name}"

// job is what connectors move in one pass.
type job struct {
	config     harness.Properties
	connectors int                           // of that config, each with all of from
	from       string                        // the topic that sinks read; empty for sources
	partitions int                           // of from
	to         func(connector string) string // the topic that a source fills, by its connector's name
	records    int                           // of each connector
}

// pass is what one pass took.
type pass struct {
	ns        float64 // processor time a record
	perSecond float64
	peak      int64 // resident bytes
}

// run runs a job once in a worker that runs already.
func (l *lab) run(t testing.TB, w *harness.Worker, j job) pass {
	t.Helper()
	var names []string
	for range max(1, j.connectors) {
		name := harness.Unique(t, "bench")
		names = append(names, name)
		if j.from == "" {
			l.kafka.CreateTopic(j.to(name), 1, nil)
		}
	}
	resetPeak(t, w.PID())
	used, began := processCPU(t, w.PID()), time.Now()
	for _, name := range names {
		config := harness.Properties{"tasks.max": "1", "name": name}.With(j.config)
		if j.from != "" && config["topics"] == "" {
			config["topics"] = j.from
		}
		for k, v := range config {
			if v == theName {
				config[k] = name
			}
		}
		w.Create(t, name, config)
	}
	for _, name := range names {
		harness.Eventually(t, passMax, name+" has moved all records", func(ctx context.Context) (bool, error) {
			n, err := l.moved(ctx, j, name)
			if err == nil && n < int64(j.records) {
				err = fmt.Errorf("%d of %d are moved", n, j.records)
			}
			return n >= int64(j.records), err
		})
	}
	took, cpu := time.Since(began), processCPU(t, w.PID())-used
	p := pass{ns: float64(cpu) / float64(len(names)*j.records), perSecond: float64(len(names)*j.records) / took.Seconds(), peak: peakMemory(t, w.PID())}
	for _, name := range names {
		w.Do(t, "DELETE", "/connectors/"+name, "")
		if j.from == "" {
			l.kafka.DeleteTopic(j.to(name))
		}
	}
	return p
}

// moved is how many records a connector has moved: what is committed of a sink's group, what a source's topic holds.
func (l *lab) moved(ctx context.Context, j job, name string) (int64, error) {
	if j.from == "" {
		return l.kafka.Count(ctx, j.to(name))
	}
	offsets, err := l.kafka.Committed(ctx, "connect-"+name, j.from)
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for _, at := range offsets {
		sum += max(0, at)
	}
	return sum, nil
}

// passes are those of one case on one side; the first is the cold one.
type passesOf []pass

// measurement is the median of the warm passes.
func (p passesOf) measurement(name string, side Side) Measurement {
	m := Measurement{Case: name, Side: side, ColdNsPerRecord: p[0].ns}
	var ns, rates []float64
	for _, one := range p[1:] {
		ns, rates = append(ns, one.ns), append(rates, one.perSecond)
		m.PeakRSSBytes = max(m.PeakRSSBytes, one.peak)
	}
	m.setCPU(ns)
	m.RecordsPerSec = meter.Median(rates)
	return m
}

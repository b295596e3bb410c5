//go:build bench

package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/bench/meter"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/e2e/harness"
)

var (
	suite    = &harness.Suite{}
	perPass  = flag.Int("records", 1_000_000, "records of one pass of a whole worker")
	passes   = flag.Int("passes", 4, "passes of a whole worker; the first is reported as cold")
	only     = flag.String("only", "", "run only cases whose name contains this text")
	jsonFile = flag.String("json", "", "write the report as JSON to this file too")
)

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }

// TestCompare measures everything on both sides, one after the other, and prints the table.
func TestCompare(t *testing.T) {
	r := &Report{Machine: machine(), Started: time.Now().UTC().Format("2006-01-02 15:04 UTC"), Kafka: "4.3.1", Records: *perPass}
	t.Cleanup(func() { write(t, r) })
	inProcess(t, r)
	javaInProcess(t, r)
	peersInProcess(t, r)
	for _, side := range []harness.Side{harness.Java, harness.Millrace} {
		workerCases(t, r, side)
	}
	captureCases(t, r)
}

func wanted(name string) bool { return strings.Contains(name, *only) }

// progress says what is being measured: a run takes minutes.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func write(t *testing.T, r *Report) {
	if err := r.WriteTable(os.Stdout); err != nil {
		t.Error(err)
	}
	if *jsonFile == "" {
		return
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*jsonFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(text)) {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
				model = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores %s, %s", runtime.NumCPU(), model, runtime.Version())
}

func inProcess(t *testing.T, r *Report) {
	// One thread against one thread; the collector's own threads count.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	schemas := codectest.NewSchemas()
	defer schemas.Close()
	of := []func() ([]Case, error){func() ([]Case, error) { return RegistryCases(schemas, wanted) }}
	for _, set := range records.Sets() {
		of = append(of, func() ([]Case, error) { return casesOf(set) })
	}
	for _, some := range of {
		cases, err := some()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if !wanted(c.Name) {
				continue
			}
			progress("%s: %s", Millrace, c.Name)
			cpu, wall, err := meter.Measure(c.Records, c.Pass)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			allocations, err := meter.Allocations(c.Records, c.Pass)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			r.Results = append(r.Results, Measurement{Case: c.Name, Side: Millrace, NsPerRecord: cpu, RecordsPerSec: 1e9 / wall, BytesPerRecord: c.BytesPerRecord, Allocations: allocations})
		}
	}
}

// casesOf returns all cases of a data set in process, none where none is wanted.
func casesOf(set records.Set) (all []Case, err error) {
	names, err := caseNames(set)
	if err != nil || !slices.ContainsFunc(names, wanted) {
		return nil, err
	}
	for _, of := range []func(records.Set) ([]Case, error){ConverterCases, ChainCases, TransformCases} {
		cases, err := of(set)
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	return all, nil
}

// caseNames are the names of what casesOf returns.
func caseNames(set records.Set) (names []string, err error) {
	specs, err := transformSpecs()
	if err != nil {
		return nil, err
	}
	for _, s := range specs {
		if s.isFor(set.Name) {
			names = append(names, s.caseName(set))
		}
	}
	for _, step := range append(converterSteps, chainSteps...) {
		names = append(names, caseName(step, set))
	}
	return names, nil
}

// chosenSets are the data sets of which some case is wanted.
func chosenSets(t *testing.T) []records.Set {
	return slices.DeleteFunc(records.Sets(), func(s records.Set) bool {
		names, err := caseNames(s)
		if err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(names, wanted)
	})
}

// javaInProcess runs the original converters and transforms: bench/java/run.sh prints a JSON line for each case.
func javaInProcess(t *testing.T, r *Report) {
	var names []string
	for _, m := range r.Results {
		if m.Side == Millrace && javaHas(m.Case) {
			names = append(names, m.Case)
		}
	}
	if len(names) == 0 {
		return
	}
	dir := t.TempDir()
	sets := chosenSets(t)
	if slices.ContainsFunc(registryNames(), wanted) && !slices.ContainsFunc(sets, func(s records.Set) bool { return s.Name == "envelope" }) {
		set, err := envelopeSet()
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, set)
	}
	if err := records.WriteFiles(dir, sets); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join("java", "run.sh"), append([]string{dir}, names...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("the original's converters: %v", err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var m struct {
			Case  string  `json:"case"`
			Ns    float64 `json:"ns_per_record"`
			Wall  float64 `json:"wall_ns_per_record"`
			Bytes float64 `json:"bytes_per_record"`
			JDK   string  `json:"jdk"`
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatalf("bench/java: %q: %v", lines.Text(), err)
		}
		progress("%s: %s", Java, m.Case)
		r.JDK = m.JDK
		r.Results = append(r.Results, Measurement{Case: m.Case, Side: Java, NsPerRecord: m.Ns, RecordsPerSec: 1e9 / m.Wall, BytesPerRecord: m.Bytes})
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("bench/java: %v", err)
	}
}

// javaHas reports whether bench/java measures a case.
func javaHas(name string) bool {
	step, _, _ := strings.Cut(name, "/")
	return slices.Contains([]string{"json", "transform", "avro", "protobuf"}, step)
}

// peersInProcess runs the readers of Avro in Go by other people, into whatever they make of a record: bench/peers prints a JSON line for each.
func peersInProcess(t *testing.T, r *Report) {
	if !wanted("avro/decode") {
		return
	}
	schemas := codectest.NewSchemas()
	defer schemas.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "records.avro"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(WriteAvro(file, schemas), file.Close()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", ".", file.Name())
	cmd.Dir, cmd.Stderr = "peers", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bench/peers: %v", err)
	}
	for line := range bytes.Lines(out) {
		var m Measurement
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("bench/peers: %q: %v", line, err)
		}
		progress("%s: %s", m.Side, m.Case)
		r.Results = append(r.Results, m)
	}
}

// pipeline is a connector that a whole worker runs once per pass.
type pipeline struct {
	name  string
	class map[harness.Side]harness.Properties
	// reads: a sink of the prepared topic. Otherwise a source that writes a topic of its own per pass.
	reads bool
}

var pipelines = []pipeline{
	{name: "worker/topic-json-null", reads: true, class: map[harness.Side]harness.Properties{
		harness.Java:     {"connector.class": "millrace.bench.plugins.NullSinkConnector"},
		harness.Millrace: {"connector.class": "io.millrace.connect.blackhole.BlackholeSinkConnector"},
	}},
	{name: "worker/generate-json-topic", class: map[harness.Side]harness.Properties{
		harness.Java:     {"connector.class": "millrace.bench.plugins.OrderSourceConnector"},
		harness.Millrace: {"connector.class": "io.millrace.connect.datagen.DatagenSourceConnector", "schema": "orders"},
	}},
}

const passMax = 5 * time.Minute

func workerCases(t *testing.T, r *Report, side harness.Side) {
	if !wanted("worker/") && !strings.HasPrefix(*only, "worker/") {
		return
	}
	broker := suite.SharedBroker(t, "whole workers")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	input := fill(t, kafka)
	props := harness.Properties{
		"bootstrap.servers":              broker.Bootstrap,
		"key.converter":                  "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter.schemas.enable": "false",
		"offset.storage.file.filename":   "offsets",
		"offset.flush.interval.ms":       "500",
	}
	if side == harness.Java {
		plugins, err := filepath.Abs(filepath.Join("java", "target", "plugins"))
		if err != nil {
			t.Fatal(err)
		}
		props["plugin.path"] = plugins
		r.WorkerJDK = javaVersion(t)
	}
	w := suite.NewWorker(t, side, harness.WorkerConfig{Properties: props, Warm: true, Heap: "2g"})
	idle := Measurement{Case: IdleCase, Side: Side(side)}
	began := time.Now()
	w.StartReady(t)
	idle.StartSeconds = time.Since(began).Seconds()
	m := memory(t, w)
	idle.IdleRSSBytes, idle.IdleAnonBytes = m.RSS, m.Anonymous
	r.Results = append(r.Results, idle)
	for _, p := range pipelines {
		if wanted(p.name) {
			r.Results = append(r.Results, p.measure(t, kafka, w, side, input))
		}
	}
	w.Stop(t)
}

// javaVersion is the version of the Java that workers run on.
func javaVersion(t *testing.T) string {
	t.Helper()
	java, err := harness.FindJava(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), java, "-version").CombinedOutput()
	if err != nil {
		t.Fatalf("%s -version: %v", java, err)
	}
	if _, rest, ok := strings.Cut(string(out), `"`); ok {
		version, _, _ := strings.Cut(rest, `"`)
		return version
	}
	return strings.TrimSpace(string(out))
}

func memory(t *testing.T, w *harness.Worker) harness.Memory {
	t.Helper()
	m, err := harness.MemoryOf(w.PID())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inputTopic is filled once for both sides.
var inputTopic string

// fill writes the records of the benchmark, as often as a pass needs, into a topic of one partition.
func fill(t *testing.T, kafka *harness.Kafka) string {
	t.Helper()
	if inputTopic != "" {
		return inputTopic
	}
	var text bytes.Buffer
	if err := records.Write(&text, false); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
	topic := harness.Unique(t, "bench-in")
	kafka.CreateTopic(topic, 1, nil)
	progress("fill %s with %d records", topic, *perPass)
	for n := 0; n < *perPass; {
		batch := make([]harness.Record, 0, len(lines))
		for _, l := range lines {
			if n < *perPass {
				batch = append(batch, harness.Record{Topic: topic, Value: l})
				n++
			}
		}
		kafka.Produce(batch...)
	}
	inputTopic = topic
	return topic
}

// measure runs a connector several times in the same worker, each over all records.
func (p pipeline) measure(t *testing.T, kafka *harness.Kafka, w *harness.Worker, side harness.Side, input string) Measurement {
	t.Helper()
	out := Measurement{Case: p.name, Side: Side(side)}
	var cpus, rates []float64
	for pass := range *passes {
		progress("%s: %s, pass %d of %d", side, p.name, pass+1, *passes)
		name := harness.Unique(t, "bench")
		config := harness.Properties{"tasks.max": "1", "name": name}.With(p.class[side])
		topic := input
		if p.reads {
			config["topics"] = input
		} else {
			topic = name
			kafka.CreateTopic(topic, 1, nil)
			config["topic"], config["count"], config["records"] = topic, fmt.Sprint(*perPass), fmt.Sprint(*perPass)
		}
		used, err := harness.CPU(w.PID())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		w.Create(t, name, config)
		harness.Eventually(t, passMax, name+" has moved all records", func(ctx context.Context) (bool, error) {
			if m := memory(t, w); m.RSS > out.PeakRSSBytes {
				out.PeakRSSBytes = m.RSS
			}
			n, err := p.moved(ctx, kafka, name, topic)
			return n >= int64(*perPass), err
		})
		took := time.Since(began)
		now, err := harness.CPU(w.PID())
		if err != nil {
			t.Fatal(err)
		}
		w.Do(t, "DELETE", "/connectors/"+name, "")
		cpu := float64(now-used) / float64(*perPass)
		if pass == 0 {
			out.ColdNsPerRecord = cpu
			continue
		}
		cpus, rates = append(cpus, cpu), append(rates, float64(*perPass)/took.Seconds())
	}
	out.NsPerRecord, out.RecordsPerSec = meter.Median(cpus), meter.Median(rates)
	return out
}

// moved is how many records a pass has moved: what is committed of a sink's group, what a source's topic holds.
func (p pipeline) moved(ctx context.Context, kafka *harness.Kafka, name, topic string) (int64, error) {
	if !p.reads {
		return kafka.Count(ctx, topic)
	}
	offsets, err := kafka.Admin().FetchOffsets(ctx, "connect-"+name)
	if err != nil {
		return 0, err
	}
	o, ok := offsets.Lookup(topic, 0)
	if !ok {
		return 0, nil
	}
	return o.At, nil
}

func registryNames() (names []string) {
	for _, f := range registryFormats {
		for _, step := range registrySteps {
			names = append(names, f.name+"/"+step)
		}
	}
	return names
}

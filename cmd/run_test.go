package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/kafka/embedded"
)

const waitMax = 30 * time.Second

func startBroker(t *testing.T) string {
	t.Helper()
	b, err := embedded.Start(embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b.Bootstrap()
}

// running is the program in a goroutine.
type running struct {
	out  *buffer
	code chan int
	stop context.CancelFunc
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{out: &buffer{}, code: make(chan int, 1), stop: cancel}
	go func() { r.code <- run(ctx, r.out, args...) }()
	t.Cleanup(cancel)
	return r
}

// end stops the program and returns its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	return r.ended(t)
}

// ended waits until the program ends by itself.
func (r *running) ended(t *testing.T) int {
	t.Helper()
	select {
	case code := <-r.code:
		return code
	case <-time.After(waitMax):
		t.Fatalf("it still runs; its output:\n%s", r.out)
		return 0
	}
}

// eventually polls ok, which sees everything that the program has done so far.
func (r *running) eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(waitMax)
	for !ok() {
		select {
		case <-tick.C:
		case code := <-r.code:
			t.Fatalf("it ended with %d before %s; its output:\n%s", code, what, r.out)
		case <-limit:
			t.Fatalf("no sign of %s; its output:\n%s", what, r.out)
		}
	}
}

var restURL = regexp.MustCompile(`http://127\.0\.0\.1:[1-9][0-9]*/`)

// get asks the REST API of a program whose output names it, without keeping the connection.
func (r *running) get(t *testing.T, path string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, restURL.FindString(r.out.String())+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	return res.StatusCode
}

func standaloneFile(t *testing.T, broker, dir string) string {
	t.Helper()
	return workerFile(t, "bootstrap.servers="+broker+"\nkey.converter=org.apache.kafka.connect.storage.StringConverter\n"+
		"value.converter=org.apache.kafka.connect.storage.StringConverter\nlisteners=http://127.0.0.1:0\noffset.flush.interval.ms=50\n"+
		"offset.storage.file.filename="+filepath.Join(dir, "offsets")+"\nplugin.path=/usr/share/java\nmillrace.stage.row.max=1\n")
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStandalone_MovesLinesAndStops(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	write(t, in, "one\ntwo\n")
	args := []string{
		"standalone", standaloneFile(t, startBroker(t), dir),
		write(t, filepath.Join(dir, "source.properties"), "name=in\nconnector.class=FileStreamSource\ntopic=lines\nfile="+in+"\n"),
		write(t, filepath.Join(dir, "sink.json"), `{"name":"out","config":{"connector.class":"FileStreamSink","topics":"lines","file":"`+out+`"}}`),
	}
	arrived := func(want string) func() bool {
		return func() bool {
			text, _ := os.ReadFile(out) // it may not be there yet
			return string(text) == want
		}
	}
	r := start(t, args...)
	r.eventually(t, "two lines", arrived("one\ntwo\n"))
	var names []string
	if code := r.get(t, "connectors", &names); code != http.StatusOK || strings.Join(names, " ") != "in out" {
		t.Errorf("connectors: %d, %q", code, names)
	}
	r.eventually(t, "health", func() bool { return r.get(t, "health", nil) == http.StatusOK })
	if code := r.get(t, "metrics", nil); code != http.StatusOK {
		t.Errorf("metrics: %d", code)
	}
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	at := -1
	for _, want := range []string{
		"Kafka Connect worker initializing ...", "Kafka version: 4.3.1", "plugin.path is not searched",
		"key=millrace.stage.row.max nearest=millrace.stage.rows.max", "Kafka cluster ID: millrace-embedded", "Kafka Connect worker initialization took",
		"Kafka Connect starting", "REST resources initialized; server is started and ready to handle requests", "Kafka Connect started",
		"Created connector in", "Created connector out", "told to stop", "Kafka Connect stopping", "Herder stopped", "Kafka Connect stopped",
	} {
		i := strings.Index(r.out.String(), want)
		if i < at {
			t.Errorf("%q is not there, or out of its order", want)
		}
		at = i
	}
	if !strings.Contains(r.out.String(), "Herder started") {
		t.Error("no line says that the herder has started")
	}

	write(t, in, "one\ntwo\nthree\n")
	r = start(t, args...)
	r.eventually(t, "the third line", arrived("one\ntwo\nthree\n"))
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "one\ntwo\nthree\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestStandalone_EndsOnItsOwn(t *testing.T) {
	broker := startBroker(t)
	dir := t.TempDir()
	worker := standaloneFile(t, broker, dir)
	broken := write(t, filepath.Join(dir, "broken"), "text that is no map")
	source := write(t, filepath.Join(dir, "source"), "name=in\nconnector.class=FileStreamSource\ntopic=lines\nfile=none\n")
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"listener", []string{"--set", "listeners=nonsense", worker}, 2, "Listener doesn't have the right format (protocol://hostname:port)."},
		{"port in use", []string{"--set", "listeners=http://" + broker, worker}, 2, "Unable to initialize REST server"},
		{"open listener", []string{"--rest-security=strict", "--set", "listeners=http://:0", worker}, 2, "lets everybody in who reaches it"},
		{"offsets file", []string{"--set", "offset.storage.file.filename=" + broken, worker}, 3, "Failed to start Connect"},
		{"connector file", []string{worker, "none.json"}, 3, "Stopping after connector error: open none.json"},
		{"connector class", []string{worker, write(t, filepath.Join(dir, "c"), "name=c1\ntopic=x\n")}, 3, "Connector config {name=c1, topic=x} contains no connector type"},
		{"same name", []string{worker, source, source}, 3, "Connector in already exists"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, append([]string{"standalone"}, c.args...)...)
			if code := r.ended(t); code != c.code || !strings.Contains(r.out.String(), c.says) {
				t.Errorf("exit code %d, want %d; want %s in\n%s", code, c.code, c.says, r.out)
			}
		})
	}
}

// Variables are replaced in the worker file and in connector files, and flags win over the file. What a
// provider knows is shown nowhere.
func TestStandalone_Variables(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in"), "one\n")
	secrets := write(t, filepath.Join(dir, "secrets.properties"), "brokers="+startBroker(t)+"\ntopic=CANARY-topic\npassword=CANARY\n")
	worker := workerFile(t, "bootstrap.servers=${f:"+secrets+":brokers}\nconfig.providers=f\nconfig.providers.f.class=FileConfigProvider\n"+
		"key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=NoSuch\nlisteners=http://127.0.0.1:0\n"+
		"offset.storage.file.filename="+filepath.Join(dir, "offsets")+"\nadmin.sasl.jaas.config=${f:"+secrets+":password}\n")
	r := start(t, "standalone", "--set", "value.converter=org.apache.kafka.connect.storage.StringConverter", "--log-level=TRACE", worker,
		write(t, filepath.Join(dir, "source"), "name=in\nconnector.class=FileStreamSource\ntopic=${f:"+secrets+":topic}\nfile="+filepath.Join(dir, "in")+"\n"),
		write(t, filepath.Join(dir, "sink"), "name=out\nconnector.class=FileStreamSink\ntopics=CANARY-topic\nfile="+filepath.Join(dir, "out")+"\n"))
	r.eventually(t, "the line", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "out")) // it may not be there yet
		return string(text) == "one\n"
	})
	var config map[string]string
	if r.get(t, "connectors/in/config", &config); config["topic"] != "${f:"+secrets+":topic}" {
		t.Errorf("config %q", config)
	}
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if text := strings.ReplaceAll(r.out.String(), "CANARY-topic", ""); strings.Contains(text, "CANARY") {
		t.Errorf("%s", text)
	}
}

// A signal that comes while the brokers are being asked ends the program cleanly.
func TestStandalone_StopsWhileItStarts(t *testing.T) {
	r := start(t, "standalone", "--set", "default.api.timeout.ms=60000", workerFile(t, goodWorker))
	r.eventually(t, "a try to connect", func() bool { return strings.Contains(r.out.String(), "connection refused") })
	if code := r.end(t); code != 0 || !strings.Contains(r.out.String(), "told to stop before the worker had started") {
		t.Errorf("exit code %d\n%s", code, r.out)
	}
}

func TestDev_DemoMovesRecordsAndCleansUp(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	r := start(t, "dev", "--demo")
	moved := func(path string) func() bool {
		return func() bool {
			matches, _ := filepath.Glob(filepath.Join(os.TempDir(), "millrace-dev-*", path)) // the pattern is well formed
			if len(matches) != 1 {
				return false
			}
			f, err := os.Open(matches[0])
			if err != nil {
				return false
			}
			defer f.Close()
			line, err := bufio.NewReader(f).ReadString('\n')
			return err == nil && strings.Contains(line, "line 1 of the demonstration")
		}
	}
	r.eventually(t, "a line at the end of the pipeline", moved("out.txt"))
	r.eventually(t, "four connectors that run", func() bool { return running4(t, r) })
	r.eventually(t, "a line of the live view", func() bool { return strings.Contains(r.out.String(), "connector=demo-load-source state=running") })
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, r.out)
	}
	if !regexp.MustCompile(`stopped: [1-9][0-9,]* records written to Kafka by sources, [1-9][0-9,]* handed to sinks\n`).MatchString(r.out.String()) {
		t.Errorf("the end does not say how much was moved:\n%s", r.out)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// running4 says whether there are four connectors, each with a task, all of which run.
func running4(t *testing.T, r *running) bool {
	t.Helper()
	type instance struct{ State string }
	var all map[string]struct {
		Status struct {
			Connector instance
			Tasks     []instance
		}
	}
	if code := r.get(t, "connectors?expand=status", &all); code != http.StatusOK || len(all) != 4 {
		return false
	}
	for _, c := range all {
		if c.Status.Connector.State != "RUNNING" || len(c.Status.Tasks) != 1 || c.Status.Tasks[0].State != "RUNNING" {
			return false
		}
	}
	return true
}

// With --data a second start goes on where the first ended.
func TestDev_KeepsItsData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	connectors := t.TempDir()
	source := write(t, filepath.Join(connectors, "source"), "name=in\nconnector.class=FileStreamSource\ntopic=lines\nfile="+in+"\n")
	sink := write(t, filepath.Join(connectors, "sink"), "name=out\nconnector.class=FileStreamSink\ntopics=lines\nfile="+out+"\n")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, line := range []string{"first\n", "second\n"} {
		text += line
		write(t, in, text)
		r := start(t, "dev", "--data", dir, source, sink)
		r.eventually(t, "the line", func() bool {
			have, _ := os.ReadFile(out) // it may not be there yet
			return strings.Contains(string(have), strings.TrimSpace(line))
		})
		if code := r.end(t); code != 0 {
			t.Fatalf("exit code %d\n%s", code, r.out)
		}
	}
	if have, err := os.ReadFile(out); err != nil || string(have) != "\"first\"\n\"second\"\n" && string(have) != "first\nsecond\n" {
		t.Errorf("%q, %v", have, err)
	}
	r := start(t, "dev", "--data", dir, filepath.Join(connectors, "none"))
	if code := r.ended(t); code != exitConnector || !strings.Contains(r.out.String(), "none") {
		t.Errorf("exit code %d\n%s", code, r.out)
	}
}

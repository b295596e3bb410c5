//go:build e2e

package e2e

import (
	"context"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

var original = flag.Bool("original", false, "check on the Java worker too what tests of ours alone expect; takes minutes")

// endMax is how long a worker that cannot start may take to say so.
const endMax = 90 * time.Second

// startup is a worker that must not start: what is wrong with it, and how the original ends.
type startup struct {
	name string
	with harness.Properties // on top of a good worker file; "" as value removes the key
	raw  string             // further lines of the worker file, as they are
	file string             // text of a connector file; none when empty
	json bool               // it is a .json file
	args []string           // instead of all files
	code int
	says string // in its output
}

// connector file texts.
const goodSource = "name=c1\nconnector.class=FileStreamSource\ntopic=startup\nfile=in.txt\n"

var startups = []startup{
	{name: "no arguments", args: []string{}, code: 1, says: "worker.properties"},
	{name: "help", args: []string{"--help"}, code: 1, says: "worker.properties"},
	{name: "worker file missing", args: []string{"none.properties"}, code: 2, says: "none.properties"},
	{name: "no brokers", with: harness.Properties{"bootstrap.servers": ""}, code: 2, says: `Missing required configuration "bootstrap.servers" which has no default value.`},
	{name: "no offsets file", with: harness.Properties{"offset.storage.file.filename": ""}, code: 2, says: `Missing required configuration "offset.storage.file.filename" which has no default value.`},
	{name: "unknown converter", with: harness.Properties{"key.converter": "NoSuch"}, code: 2, says: "Invalid value NoSuch for configuration key.converter: Class NoSuch could not be found."},
	{name: "text for a number", with: harness.Properties{"offset.flush.interval.ms": "soon"}, code: 2, says: "Invalid value soon for configuration offset.flush.interval.ms: Not a number of type LONG"},
	{name: "broken escape", raw: "a=\\u12\n", code: 2, says: `Malformed \uxxxx encoding.`},
	{name: "listener without a port", with: harness.Properties{"listeners": "nonsense"}, code: 2, says: "Listener doesn't have the right format (protocol://hostname:port)."},
	{name: "no listener", raw: "listeners=\n", code: 2, says: "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443."},
	{name: "broker not there", with: harness.Properties{"bootstrap.servers": "127.0.0.1:1", "request.timeout.ms": "500", "default.api.timeout.ms": "1000"}, code: 2,
		says: "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties."},
	{name: "broker without a port", with: harness.Properties{"bootstrap.servers": "no-colon"}, code: 2, says: "Invalid url in bootstrap.servers: no-colon"},
	{name: "broker that does not resolve", with: harness.Properties{"bootstrap.servers": "nohost.invalid:9092"}, code: 2, says: "No resolvable bootstrap urls given in bootstrap.servers"},
	{name: "connector without name", file: "connector.class=FileStreamSource\ntopic=startup\n", code: 3, says: "is missing the mandatory 'name' configuration"},
	{name: "connector without class", file: "name=c1\ntopic=startup\n", code: 3, says: "Connector config {name=c1, topic=startup} contains no connector type"},
	{name: "connector of an unknown class", file: "name=c1\nconnector.class=NoSuch\n", code: 3, says: "Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: "},
	{name: "connector with a broken value", file: goodSource + "tasks.max=0\n", code: 3, says: "Invalid value 0 for configuration tasks.max: Value must be at least 1"},
	{name: "connector of cut JSON", file: `{"name":"c1",`, json: true, code: 3, says: "is missing the mandatory 'name' configuration"},
}

// TestStartup_EndsAsTheOriginal checks exit codes and what is said.
func TestStartup_EndsAsTheOriginal(t *testing.T) {
	broker := suite.SharedBroker(t, "that our program ends as the original on bad input")
	eachSide(t, func(t *testing.T, side harness.Side) {
		for _, c := range startups {
			t.Run(c.name, func(t *testing.T) { c.check(t, side, broker) })
		}
		t.Run("port in use", func(t *testing.T) { checkPortInUse(t, side, broker) })
		t.Run("two connectors of a name", func(t *testing.T) { checkSameName(t, side, broker) })
	})
}

func startupProperties(broker *harness.Broker) harness.Properties {
	return harness.Properties{
		"bootstrap.servers":            broker.Bootstrap,
		"key.converter":                "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":              "org.apache.kafka.connect.storage.StringConverter",
		"offset.storage.file.filename": "offsets",
	}
}

func (c startup) check(t *testing.T, side harness.Side, broker *harness.Broker) {
	props := startupProperties(broker)
	for k, v := range c.with {
		if props[k] = v; v == "" {
			delete(props, k)
		}
	}
	config := harness.WorkerConfig{Properties: props, Dir: t.TempDir(), Args: c.args}
	if c.file != "" {
		name := "c.properties"
		if c.json {
			name = "c.json"
		}
		if err := os.WriteFile(filepath.Join(config.Dir, name), []byte(c.file), 0o644); err != nil {
			t.Fatal(err)
		}
		config.Connectors = []string{name}
	}
	w := suite.NewWorker(t, side, config)
	if c.raw != "" {
		text, err := os.ReadFile(w.File)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.File, append(text, c.raw...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ends(t, w, c.code, c.says)
}

// ends starts w and checks how it ends by itself.
func ends(t *testing.T, w *harness.Worker, code int, says string) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), endMax, errors.New("still running"))
	defer cancel()
	w.Start(t)
	got, err := w.Wait(ctx)
	if err != nil {
		w.Kill()
		t.Fatal(err)
	}
	if got != code {
		t.Errorf("exit code %d, the original's is %d", got, code)
	}
	if !strings.Contains(w.Output(), says) {
		t.Errorf("its output does not say %q", says)
	}
}

func checkPortInUse(t *testing.T, side harness.Side, broker *harness.Broker) {
	w := suite.NewWorker(t, side, harness.WorkerConfig{Properties: startupProperties(broker)})
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", w.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ends(t, w, 2, "Unable to initialize REST server")
}

func checkSameName(t *testing.T, side harness.Side, broker *harness.Broker) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "c.properties"), []byte(goodSource), 0o644); err != nil {
		t.Fatal(err)
	}
	w := suite.NewWorker(t, side, harness.WorkerConfig{Properties: startupProperties(broker), Dir: dir, Connectors: []string{"c.properties", "c.properties"}})
	ends(t, w, 3, "Connector c1 already exists")
}

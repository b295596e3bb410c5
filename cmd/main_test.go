package cmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/cmd/bundled"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buffer is a writer that tests may read while the program writes.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// run runs the program until it ends, or ctx does.
func run(ctx context.Context, out *buffer, args ...string) int {
	p := &program{plugins: bundled.Plugins(), stdout: out, stderr: out, exit: func(int) {}}
	return p.run(ctx, append([]string{"millrace"}, args...))
}

func workerFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "worker.properties")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

const goodWorker = "bootstrap.servers=127.0.0.1:1\nkey.converter=StringConverter\nvalue.converter=JsonConverter\noffset.storage.file.filename=offsets\nlisteners=http://127.0.0.1:0\ndefault.api.timeout.ms=300\n"

func TestRun_EndsBeforeAnythingStarts(t *testing.T) {
	for name, c := range map[string]struct {
		args  []string
		lines string // of the worker file, after the good ones; standalone with it when there are no args
		code  int
		says  string
	}{
		"no command":        {args: []string{}, code: 0, says: "Usage:"},
		"help":              {args: []string{"--help"}, code: 0, says: "standalone"},
		"unknown command":   {args: []string{"stand"}, code: 1, says: `unknown command "stand"`},
		"version":           {args: []string{"version"}, code: 0, says: "as Kafka Connect 4.3.1"},
		"plugins":           {args: []string{"plugins"}, code: 0, says: "org.apache.kafka.connect.file.FileStreamSourceConnector"},
		"config":            {args: []string{"config"}, code: 0, says: "| `--set key=value` |"},
		"config of plugin":  {args: []string{"config", "FileStreamSource"}, code: 0, says: "batch.size"},
		"unknown plugin":    {args: []string{"config", "Nothing"}, code: 1, says: "Nothing"},
		"distributed":       {args: []string{"distributed"}, code: 1, says: "worker.properties"},
		"distributed file":  {args: []string{"distributed", "none.properties"}, code: 2, says: "none.properties"},
		"standalone":        {args: []string{"standalone"}, code: 1, says: "worker.properties"},
		"standalone help":   {args: []string{"standalone", "--help"}, code: 1, says: "worker.properties"},
		"unknown flag":      {args: []string{"standalone", "--no", "w"}, code: 1, says: "unknown flag: --no"},
		"wrong flag":        {args: []string{"standalone", "--stage-rows-max=0", "w"}, code: 1, says: "Value must be at least 1"},
		"no file":           {args: []string{"standalone", "none.properties"}, code: 2, says: "none.properties"},
		"no file is needed": {args: []string{"standalone", ""}, code: 2, says: `Missing required configuration "bootstrap.servers" which has no default value.`},
		"unknown converter": {lines: "key.converter=NoSuch", code: 2, says: "Invalid value NoSuch for configuration key.converter: Class NoSuch could not be found."},
		"no number":         {lines: "offset.flush.interval.ms=soon", code: 2, says: "Invalid value soon for configuration offset.flush.interval.ms: Not a number of type LONG"},
		"broken escape":     {lines: `a=\u12`, code: 2, says: `Malformed \uxxxx encoding.`},
		"no listener":       {lines: "listeners=", code: 2, says: "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443."},
		"broker":            {lines: "bootstrap.servers=no-colon", code: 2, says: "Invalid url in bootstrap.servers: no-colon"},
		"unknown broker":    {lines: "bootstrap.servers=nohost.invalid:9092", code: 2, says: "No resolvable bootstrap urls given in bootstrap.servers"},
		"silent broker":     {lines: "request.timeout.ms=200", code: 2, says: "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties."},
		"provider":          {lines: "config.providers=x\nconfig.providers.x.class=com.example.P", code: 2, says: "com.example.P"},
		"reporter":          {lines: "metric.reporters=com.example.R", code: 2, says: "Invalid value com.example.R for configuration metric.reporters"},
		"policy":            {lines: "connector.client.config.override.policy=Some", code: 2, says: "connector.client.config.override.policy"},
		"sasl":              {lines: "security.protocol=SASL_SSL", code: 2, says: "Could not find a 'KafkaClient' entry in the JAAS configuration."},
	} {
		t.Run(name, func(t *testing.T) {
			args := c.args
			if args == nil {
				args = []string{"standalone", workerFile(t, goodWorker+c.lines+"\n")}
			}
			out := &buffer{}
			if code := run(t.Context(), out, args...); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, want %d; want %s in\n%s", code, c.code, c.says, out)
			}
		})
	}
}

// System properties of Java come from KAFKA_OPTS, as with Kafka's scripts.
func TestRun_ReadsKafkaOpts(t *testing.T) {
	t.Setenv("KAFKA_OPTS", "-Xmx1g -Djava.security.auth.login.config=/none/jaas.conf")
	out := &buffer{}
	code := run(t.Context(), out, "standalone", workerFile(t, goodWorker+"security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n"))
	if code != exitStart || !strings.Contains(out.String(), "java.security.auth.login.config: open /none/jaas.conf") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// A secret in the worker file reaches no line.
func TestRun_KeepsSecrets(t *testing.T) {
	const secret = "CANARY"
	out := &buffer{}
	run(t.Context(), out, "standalone", "--log-level", "TRACE", workerFile(t, goodWorker+
		"ssl.truststore.password="+secret+"\nproducer.sasl.jaas.config=x required password="+secret+";\nmillrace.my.token="+secret+"\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=u password=\""+secret+"\";\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n"))
	if !strings.Contains(out.String(), "Failed to connect to and describe Kafka cluster") || strings.Contains(out.String(), secret) {
		t.Errorf("%s", out)
	}
}

// docs/config.md is what the program says of itself.
func TestReferences_AreCurrent(t *testing.T) {
	for _, name := range []string{"config", "metrics"} {
		page, err := os.ReadFile("../docs/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		out := &buffer{}
		if code := run(t.Context(), out, name); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		if out.String() != string(page) {
			t.Errorf("docs/%s.md is stale: make docs writes it anew", name)
		}
	}
}

package cmd

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/cmd/bundled"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/engine/migrate"
	"github.com/millrace/millrace/internal/kafka"
)

const (
	javaSource = `{"name": "jdbc", "connector.class": "io.acme.JdbcSourceConnector", "transforms": "x", "transforms.x.type": "io.acme.Mask$Value", "connection.password": "hunter2"}`
	goodSource = `{"name": "lines", "connector.class": "FileStreamSource", "topic": "t", "file": "f"}`
)

// folder writes connector files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMigrateCheck_Folder(t *testing.T) {
	worker := workerFile(t, goodWorker)
	dir := folder(t, map[string]string{"a.json": javaSource, "b.properties": "name=lines\nconnector.class=FileStreamSource\ntopic=t\nfile=f\n"})
	out := &buffer{}
	if code := run(t.Context(), out, "migrate", "check", worker, "--connectors", dir); code != exitUsage {
		t.Fatalf("code %d\n%s", code, out)
	}
	want := "CONNECTOR  KIND       KEY                WHY\n" +
		"jdbc       connector  connector.class    no connector class io.acme.JdbcSourceConnector is part of this program\n" +
		"jdbc       transform  transforms.x.type  no transform class io.acme.Mask$Value is part of this program\n\n" +
		worker + ": the worker starts here; " + dir + ": of 2 connectors 1 cannot run here\n"
	if out.String() != want {
		t.Errorf("output\n%s\nwant\n%s", out, want)
	}
	out = &buffer{}
	if code := run(t.Context(), out, "migrate", "check", worker, "--connectors", folder(t, map[string]string{"b.json": goodSource}), "--output", "json"); code != 0 {
		t.Fatalf("code %d\n%s", code, out)
	}
	var r migrateReport
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil || r.Connectors != 1 || r.Obstacles == nil || len(r.Obstacles) > 0 {
		t.Errorf("report %+v, %v\n%s", r, err, out)
	}
}

func TestMigrateCheck_WorkerOfTheOriginal(t *testing.T) {
	worker := workerFile(t, goodWorker+`key.converter=io.confluent.connect.Fancy
config.providers=vault,env,file
config.providers.vault.class=com.acme.VaultConfigProvider
config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
config.providers.env.param.allowlist.pattern=(
config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
offset.flush.interval.ms=soon
rest.extension.classes=com.acme.Audit
producer.interceptor.classes=com.acme.Trace
consumer.partition.assignment.strategy=com.acme.Assignor
`)
	out := &buffer{}
	if code := run(t.Context(), out, "migrate", "check", worker, "--connectors", folder(t, map[string]string{"b.json": goodSource}), "--output", "json"); code != exitUsage {
		t.Fatalf("code %d\n%s", code, out)
	}
	var r migrateReport
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range r.Obstacles {
		if o.Connector != "" {
			t.Errorf("%+v: the connector is not to blame", o)
		}
		got = append(got, string(o.Kind)+" "+o.Key+" "+o.Class)
	}
	want := []string{
		"config provider config.providers.vault.class com.acme.VaultConfigProvider", "converter key.converter io.confluent.connect.Fancy",
		"key config.providers.env.param.allowlist.pattern ", "key consumer.partition.assignment.strategy ", "key offset.flush.interval.ms ",
		"key producer.interceptor.classes ", "key rest.extension.classes com.acme.Audit",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("obstacles\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), out)
	}
}

func TestMigrateCheck_RESTOfAJavaWorker(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); r.URL.String() != "/kafka/connectors?expand=info" || user != "ann" || password != "secret" {
			t.Errorf("request %s of %s", r.URL, user)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"jdbc": {"info": {"name": "jdbc", "config": ` + javaSource + `, "tasks": [], "type": "source"}}}`))
	}))
	defer server.Close()
	defer http.DefaultClient.CloseIdleConnections()
	address := strings.Replace(server.URL, "http://", "http://ann:secret@", 1) + "/kafka"
	out := &buffer{}
	if code := run(t.Context(), out, "migrate", "check", workerFile(t, goodWorker), "--rest", address); code != exitUsage {
		t.Fatalf("code %d\n%s", code, out)
	}
	for _, want := range []string{"jdbc       connector  connector.class", "http://ann:xxxxx@", "of 1 connectors 1 cannot run here"} {
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "secret") {
			t.Errorf("output lacks %q, or has a secret:\n%s", want, out)
		}
	}
	status = http.StatusForbidden
	out = &buffer{}
	if code := run(t.Context(), out, "migrate", "check", workerFile(t, goodWorker), "--rest", address); code != exitStart || !strings.Contains(out.String(), "403 Forbidden") {
		t.Errorf("code %d\n%s", code, out)
	}
}

// clusterFile is a worker file without brokers.
const clusterFile = "group.id=g\nkey.converter=JsonConverter\nvalue.converter=JsonConverter\nlisteners=http://127.0.0.1:0\nconfig.storage.topic=configs\n" +
	"offset.storage.topic=offsets\nstatus.storage.topic=statuses\nconfig.storage.replication.factor=1\noffset.storage.replication.factor=1\nstatus.storage.replication.factor=1\n"

// putConnectors writes connectors into the config topic of a worker file.
func putConnectors(t *testing.T, worker string, configs ...string) *store.ConfigStore {
	t.Helper()
	props, err := readWorkerFile(worker, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.NewConfigStore(store.Options{Properties: props, NewClient: kafka.Clients{}.New, Logger: slog.New(slog.DiscardHandler)}, func([]store.ConfigChange) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, config := range configs {
		c, err := flatJSON([]byte(config))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutConnector(t.Context(), c["name"], c, ""); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestMigrateCheck_ConfigTopic(t *testing.T) {
	worker := workerFile(t, "bootstrap.servers="+startBroker(t)+"\n"+clusterFile)
	out := &buffer{}
	if code := run(t.Context(), out, "migrate", "check", worker); code != exitStart || !strings.Contains(out.String(), "topic configs: the topic does not exist") {
		t.Fatalf("code %d\n%s", code, out)
	}

	s := putConnectors(t, worker, javaSource, goodSource)
	out = &buffer{}
	if code := run(t.Context(), out, "migrate", "check", worker); code != exitUsage || !strings.Contains(out.String(), "topic configs: of 2 connectors 1 cannot run here") {
		t.Fatalf("code %d\n%s", code, out)
	}
	if err := s.RemoveConnector(t.Context(), "jdbc"); err != nil {
		t.Fatal(err)
	}
	out = &buffer{}
	if code := run(t.Context(), out, "migrate", "check", worker); code != 0 || !strings.Contains(out.String(), "topic configs: of 1 connectors 0 cannot run here") {
		t.Fatalf("code %d\n%s", code, out)
	}
}

func TestMigrateCheck_CannotBeMade(t *testing.T) {
	worker := workerFile(t, goodWorker)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no worker file":      {[]string{filepath.Join(t.TempDir(), "none")}, exitStart, "no such file"},
		"no place":            {[]string{worker}, exitStart, "say where connectors are with --connectors or --rest"},
		"no folder":           {[]string{worker, "--connectors", filepath.Join(t.TempDir(), "none")}, exitStart, "no such file"},
		"no connector":        {[]string{worker, "--connectors", folder(t, map[string]string{"a": "x"})}, exitStart, "is missing the mandatory 'name' configuration"},
		"the same name twice": {[]string{worker, "--connectors", folder(t, map[string]string{"a": goodSource, "b": goodSource})}, exitStart, `another file of the folder has a connector "lines" too`},
		"no URL":              {[]string{worker, "--rest", "localhost:8083"}, exitStart, "want the URL of a worker"},
		"two places":          {[]string{worker, "--rest", "http://x", "--connectors", "y"}, exitUsage, "none of the others can be"},
		"no output":           {[]string{worker, "--output", "xml"}, exitUsage, `--output "xml" is neither text nor json`},
	} {
		out := &buffer{}
		if code := run(t.Context(), out, append([]string{"migrate", "check"}, c.args...)...); code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: code %d, want %d\n%s", name, code, c.code, out)
		}
	}
}

func TestLacking_IsWhatAWorkerThatJoinsCannotRun(t *testing.T) {
	p := &program{plugins: bundled.Plugins()}
	w := p.foreignWorker(map[string]string{"bootstrap.servers": "127.0.0.1:1", "key.converter": "JsonConverter", "value.converter": "JsonConverter", "offset.storage.file.filename": "f"}, nil)
	worker, err := w.engine(p)
	if err != nil {
		t.Fatal(err)
	}
	defer worker.Close(t.Context())
	list, err := lacking(t.Context(), worker, p.plugins, map[string]map[string]string{
		"bad value": {"name": "bad value", "connector.class": "FileStreamSource", "tasks.max": "many"}, // Java refuses it too
		"jdbc":      {"name": "jdbc", "connector.class": "io.acme.JdbcSourceConnector"},
	})
	if err != nil || len(list) != 1 || list[0].Connector != "jdbc" || list[0].Kind != migrate.Connector {
		t.Errorf("%+v, %v", list, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lacking(ended, worker, p.plugins, map[string]map[string]string{"a": {"name": "a", "x": "${file:/f:k}"}}); err == nil {
		t.Error("an ended context is no error")
	}
}

func TestDistributed_DoesNotJoinWhatItCannotRun(t *testing.T) {
	worker := workerFile(t, "bootstrap.servers="+startBroker(t)+"\n"+clusterFile)
	putConnectors(t, worker, javaSource, goodSource)
	out := &buffer{}
	if code := run(t.Context(), out, "distributed", worker); code != exitStart {
		t.Fatalf("code %d\n%s", code, out)
	}
	for _, want := range []string{"connector=jdbc", "class=io.acme.JdbcSourceConnector", "class=io.acme.Mask$Value", "--join-anyway"} {
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "hunter2") {
			t.Errorf("the log lacks %q, or has a secret:\n%s", want, out)
		}
	}
	r := start(t, "distributed", "--join-anyway", worker)
	r.eventually(t, "the worker starts", func() bool { return strings.Contains(r.out.String(), "Kafka Connect started") })
	if code := r.end(t); code != 0 {
		t.Errorf("code %d\n%s", code, r.out)
	}
}

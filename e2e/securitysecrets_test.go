//go:build e2e

package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// secrets are canaries by the place where they are put. The name of a place begins with how far it may come:
//
//	stored-    literally in the config of a connector: Connect stores it, and shows it to who may change it
//	resolved-  behind a config provider: never stored, never shown
//	path-      behind a config provider too, as the name of a file: a name is no secret, and stands in errors as in Connect
//	worker-    in the worker's file, its key stores, and what these name
//	sent-      in requests that are refused
type secrets map[string]string

func (s secrets) put(place string) string {
	if s[place] == "" {
		s[place] = "Canary0" + strings.ReplaceAll(place, "-", "0") + "0x7"
	}
	return s[place]
}

// in returns the places whose canary is in text: as it is, in a URL, or in base64 alone or as a password.
func (s secrets) in(text string) []string {
	var found []string
	for place, secret := range s {
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("editor:" + secret))} {
			if strings.Contains(text, form) {
				found = append(found, place)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// tells says whether an output may hold the canary of a place, as the original's does: the whole list of exceptions.
func tells(output, place string) bool {
	kind, _, _ := strings.Cut(place, "-")
	switch kind {
	case "stored": // GET connectors, config and tasks, and answers to changes: as stored; where it is stored
		return output == "topic of configs" || strings.HasPrefix(output, "editor: ") && !regexp.MustCompile("/(status|health|validate|metrics|offsets|topics|dlq)").MatchString(output)
	case "path": // the trace of a failure
		return output == "log" || output == "topic of statuses" || regexp.MustCompile("(editor|viewer): .*(status|restart)").MatchString(output)
	}
	return false
}

// TestSecurity_NothingTellsASecret places a canary wherever secrets stand, runs connectors that work and such that
// fail on them, and searches everything that comes out: the log at TRACE, every endpoint of the REST API for who may
// change and who may only look, metrics, internal topics, dead letters, and what the commands print.
func TestSecurity_NothingTellsASecret(t *testing.T) {
	s := secrets{}
	passwords := map[string]string{}
	for _, user := range []string{"worker", "admin", "producer", "consumer"} {
		passwords[user] = s.put("worker-login-" + user)
	}
	broker := startSecured(t, passwords)
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	vault := file("vault.properties", fmt.Sprintf("db=%s\njaas=%s required username=\"producer\" password=\"%s\";\nfile=%s\nwrong=%s\n",
		s.put("resolved-db"), scramModule, passwords["producer"], filepath.Join(dir, "missing", s.put("path-file"), "out"), s.put("resolved-wrong")))
	t.Setenv("CANARY_E2E", s.put("resolved-env"))
	t.Setenv("HIDDEN_E2E", s.put("worker-environment"))
	users := file("users.properties", "viewer="+s.put("worker-viewer")+"\neditor="+s.put("worker-editor")+"\n")
	t.Setenv("KAFKA_OPTS", "-Djava.security.auth.login.config="+file("jaas.conf",
		"KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file=\""+users+"\"; };\n"+
			"KafkaClient { "+plainModule+" required username=\"x\" password=\""+s.put("worker-jaas-file")+"\"; };\n"))

	stores, trusted := keyStores(t, s.put("worker-keystore"))
	cluster := suite.NewCluster(t, broker.Bootstrap, stores.With(broker.workerKeys(passwords)).With(harness.Properties{
		"bootstrap.servers": broker.address, "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
		"listeners.https.ssl.client.auth": "none",
		"rest.extension.classes":          basicExtension,
		"millrace.rest.role.view":         "viewer *", "millrace.rest.role.edit": "editor *",
		"config.providers": "vault,env", "config.providers.vault.class": "org.apache.kafka.common.config.provider.FileConfigProvider", "config.providers.vault.param.allowed.paths": dir,
		"config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider", "config.providers.env.param.allowlist.pattern": "CANARY_.*",
		// What plugins of other makers read, and what is a mistake.
		"value.converter.schema.registry.url": "http://reader:" + s.put("worker-url") + "@127.0.0.1:9", "value.converter.basic.auth.user.info": "reader:" + s.put("worker-user-info"),
		"vault.token": s.put("worker-token"), "millrace.my.password": s.put("worker-unknown"), "producer.sasl.oauthbearer.client.credentials.client.secret": s.put("worker-client-secret"),
	}))
	w := cluster.Add(harness.Millrace, harness.WorkerConfig{Flags: []string{"--log-level=TRACE"}})
	overHTTPS(t, w, "")
	w.Start(t)
	client := (&authority{pool: trusted}).client(t)
	viewer, editor := asUser(client, "viewer", s["worker-viewer"]), asUser(client, "editor", s["worker-editor"])
	editor.await(t, w, "the worker is healthy", "/health", func(status int, _ string) bool { return status == 200 })

	outputs := map[string]string{}
	send := func(who string, c caller, method, path, body string) (int, string) {
		t.Helper()
		status, answer, err := c.do(t.Context(), method, "https://"+w.Address+path, body)
		if err != nil {
			t.Fatal(err)
		}
		outputs[who+": "+method+" "+path] += fmt.Sprintf("%d %s\n", status, answer)
		return status, answer
	}

	topic, letters := harness.Unique(t, "orders"), harness.Unique(t, "dead")
	broker.kafka.CreateTopic(topic, 1, nil)
	const forged = "\x1b[2J\r\n[2026-11-26 00:00:00,000] INFO FORGED (x)\n\u202e"
	broker.kafka.Produce(
		harness.Record{Topic: topic, Value: []byte(`{"a":1}`)}, harness.Record{Topic: topic, Value: []byte(`{no`)},
		harness.Record{Topic: topic, Key: []byte(forged), Value: []byte("{" + forged), Headers: []harness.Header{{Key: forged, Value: []byte(forged)}}},
		harness.Record{Topic: topic, Value: []byte(`{"a":"` + strings.Repeat("\x1b", 1<<19))},
		harness.Record{Topic: topic, Value: []byte(`{"a":2}`)},
	)
	sink := func(more map[string]string) map[string]string {
		c := map[string]string{"connector.class": "FileStreamSink", "topics": topic, "file": filepath.Join(dir, "out"), "tasks.max": "1"}
		for k, v := range more {
			c[k] = v
		}
		return c
	}
	broken := func(place string) string {
		return scramModule + ` required username="producer" password="` + s.put(place) + `;`
	}
	connectors := map[string]map[string]string{
		// It works, and has secrets that nobody reads.
		"good": sink(map[string]string{
			"errors.tolerance": "all", "errors.log.enable": "true", "errors.log.include.messages": "true",
			"errors.deadletterqueue.topic.name": letters, "errors.deadletterqueue.topic.replication.factor": "1", "errors.deadletterqueue.context.headers.enable": "true",
			"db.password": s.put("stored-password"), "connection.url": "jdbc:postgresql://u:" + s.put("stored-url") + "@h/d?ssl=true&password=" + s.put("stored-parameter"),
			"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false", "value.converter.basic.auth.user.info": "u:" + s.put("stored-converter"),
			"db.pass": "${vault:" + vault + ":db}", "api.token": "${env:CANARY_E2E}", "not.allowed": "${env:HIDDEN_E2E}",
			"producer.override.sasl.jaas.config": "${vault:" + vault + ":jaas}", "producer.override.sasl.mechanism": "SCRAM-SHA-512",
			"consumer.override.sasl.jaas.config": scramModule + ` required username="consumer" password="` + passwords["consumer"] + `";`,
			// CVE-2024-31141: clients of Java took providers from their own settings too.
			"consumer.override.config.providers": "own", "consumer.override.config.providers.own.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
			"consumer.override.client.id": "${own:" + vault + ":db}", "consumer.override.client.rack": "${own:" + vault + ":wrong}",
		}),
		// Its file is in a folder that is not there.
		"lost": sink(map[string]string{"file": "${vault:" + vault + ":file}", "db.password": s.put("stored-lost")}),
		// It logs in with a wrong password.
		"refused": sink(map[string]string{"consumer.override.sasl.jaas.config": scramModule + ` required username="consumer" password="` + s.put("stored-login") + `";`, "consumer.override.default.api.timeout.ms": "2000"}),
		// And it opens a key store with a wrong one.
		"closed": sink(map[string]string{
			"consumer.override.ssl.keystore.type": "PKCS12", "consumer.override.ssl.keystore.location": stores["listeners.https.ssl.keystore.location"],
			"consumer.override.ssl.keystore.password": s.put("stored-keystore"), "consumer.override.ssl.key.password": "${vault:" + vault + ":wrong}",
		}),
		// A secret where a transform wants something else.
		"cast": sink(map[string]string{"transforms": "c", "transforms.c.type": "org.apache.kafka.connect.transforms.Cast$Value", "transforms.c.spec": "a:int32", "transforms.c.secret.key": s.put("stored-transform"), "errors.log.enable": "true"}),
	}
	// The password of the consumer stands in the worker's file too: here it is stored.
	s["stored-consumer"] = passwords["consumer"]
	delete(s, "worker-login-consumer")
	for name, config := range connectors {
		if status, answer := send("editor", editor, http.MethodPut, "/connectors/"+name+"/config", jsonText(t, config)); status != 201 {
			t.Fatalf("%s: %d %s", name, status, answer)
		}
	}
	for name, state := range map[string]string{"good": "RUNNING", "lost": "FAILED", "closed": "FAILED", "cast": "FAILED"} {
		editor.await(t, w, name+" is "+state, "/connectors/"+name+"/tasks/0/status", func(_ int, answer string) bool { return strings.Contains(answer, `"state":"`+state) })
	}
	harness.Eventually(t, securedMax, "the wrong password is refused", func(context.Context) (bool, error) {
		return strings.Contains(w.Output(), "authentication"), nil
	})
	broker.kafka.WaitCount(letters, 3, securedMax)

	// What is refused.
	bad := []struct{ method, path, body string }{
		{"POST", "/connectors", `{"name":"x","config":{"password":"` + s.put("sent-no-class") + `"}}`},
		{"POST", "/connectors", `{"name":"x","config":{"connector.class":"No","password":"` + s.put("sent-class") + `"}}`},
		{"POST", "/connectors", `{"name":"x","config":{"connector.class":"FileStreamSink","password":"` + s.put("sent-torn")},
		{"POST", "/connectors", `{"name":"x","password":"` + s.put("sent-member") + `"}`},
		{"PUT", "/connectors/x/config", `{"connector.class":"FileStreamSink","name":"y","db.password":"` + s.put("sent-name") + `"}`},
		{"PUT", "/connectors/x/config", jsonText(t, sink(map[string]string{"consumer.override.security.protocol": "SASL_SSL", "consumer.override.sasl.mechanism": "PLAIN", "consumer.override.sasl.jaas.config": broken("sent-jaas")}))},
		{"PUT", "/connectors/x/config", jsonText(t, sink(map[string]string{"errors.retry.timeout": "x", "db.password": s.put("sent-invalid"), "consumer.override.fetch.min.bytes": "1"}))},
		{"PUT", "/connectors/x/config", `{"connector.class":"FileStreamSink","topics":"t","file":null,"db.password":{"a":"` + s.put("sent-object") + `"}}`},
		{"PUT", "/connector-plugins/FileStreamSink/config/validate", jsonText(t, sink(map[string]string{
			"db.password": s.put("sent-validate"), "connection.url": "https://u:" + s.put("sent-validate-url") + "@h/", "consumer.override.sasl.jaas.config": broken("sent-validate-jaas"),
			"consumer.override.ssl.keystore.password": s.put("sent-validate-key"), "value.converter": "JsonConverter", "value.converter.db.password": s.put("sent-validate-converter"), "x": "${vault:" + vault + ":db}",
		}))},
		{"PUT", "/connector-plugins/FileStreamSink/config/validate", `{"password":"` + s.put("sent-validate-none") + `"}`},
		{"PATCH", "/connectors/good/offsets", `{"offsets":[{"partition":{"password":"` + s.put("sent-offsets") + `"},"offset":null}]}`},
		{"PUT", "/admin/loggers/" + "org.a", `{"level":"` + "NONE" + `"}`},
		{"PUT", "/connectors/" + url.PathEscape(forged) + "/config", jsonText(t, sink(nil))},
		{"PUT", "/connectors/x/config", jsonText(t, sink(map[string]string{"connector.class": forged}))},
		{"DELETE", "/connectors/" + url.PathEscape("y"+forged), ""},
		{"GET", "/connectors?password=" + s.put("sent-query"), ""},
		{"DELETE", "/connectors/none?token=" + s.put("sent-delete"), ""},
	}
	for _, r := range bad {
		if status, _ := send("refused", editor, r.method, r.path, r.body); r.method != "GET" && !strings.Contains(r.path, "validate") && (status < 400 || status >= 600) {
			t.Errorf("%s %s %s: %d", r.method, r.path, r.body, status)
		}
	}
	for _, c := range []caller{asUser(client, "editor", s.put("sent-password")), {client, http.Header{"Authorization": {"Bearer " + s.put("sent-bearer")}}}, {client, http.Header{"Authorization": {s.put("sent-scheme")}}}} {
		if status, _ := send("stranger", c, "GET", "/connectors", ""); status != 401 {
			t.Errorf("a stranger gets %d", status)
		}
	}

	// Everything there is to read, as both.
	paths := []string{"/", "/health", "/connectors", "/connectors?expand=info&expand=status", "/connector-plugins?connectorsOnly=false", "/connector-plugins/FileStreamSink/config", "/admin/loggers", "/metrics", "/none"}
	for name := range connectors {
		for _, p := range []string{"", "/config", "/status", "/health", "/topics", "/offsets", "/tasks", "/tasks/0/status"} {
			paths = append(paths, "/connectors/"+name+p)
		}
	}
	for _, p := range []string{"", "/letters/0@0", "/letters/0@1", "/letters/0@0/explain", "/replay"} {
		paths = append(paths, "/connectors/good/dlq"+p)
	}
	for _, p := range paths {
		send("editor", editor, http.MethodGet, p, "")
		send("viewer", viewer, http.MethodGet, p, "")
	}
	for _, r := range []string{"PUT /connectors/lost/pause", "PUT /connectors/lost/resume", "POST /connectors/lost/restart?includeTasks=true&onlyFailed=true", "PUT /connectors/lost/stop", "DELETE /connectors/lost/offsets", "DELETE /connectors/lost"} {
		method, path, _ := strings.Cut(r, " ")
		send("editor", editor, method, path, "")
	}
	send("editor", editor, http.MethodPatch, "/connectors/good/config", `{"db.password":"`+s.put("stored-patched")+`"}`)

	// What the commands print.
	connector := file("good.json", jsonText(t, with(connectors["good"], "name", "good")))
	sample := file("sample.json", `{"topic":"`+topic+`","value":{"a":1}}`+"\n")
	for _, args := range [][]string{
		{"explain", connector, "--worker", w.File, "--sample", sample}, {"explain", connector, "--worker", w.File, "--output", "json"}, {"explain", connector},
		{"explain", file("cast.json", jsonText(t, with(connectors["cast"], "name", "cast"))), "--worker", w.File},
		{"preview", connector, "--worker", w.File, "--from", sample}, {"preview", connector, "--worker", w.File, "--topic", topic, "--output", "json"},
		{"migrate", "check", w.File}, {"migrate", "check", "--output", "json", w.File},
		{"dlq", "list", connector, "--worker", w.File}, {"dlq", "show", connector, "0@0", "--worker", w.File}, {"dlq", "show", connector, "0@0", "--worker", w.File, "--output", "json"},
		{"dlq", "show", connector, "0@1", "--worker", w.File}, {"dlq", "show", connector, "0@2", "--worker", w.File}, {"dlq", "explain", connector, "0@1", "--worker", w.File},
		{"dlq", "explain", connector, "0@0", "--worker", w.File}, {"dlq", "replay", connector, "--dry-run", "--worker", w.File},
		{"distributed", "--set", "session.timeout.ms=" + s.put("sent-flag"), w.File},
	} {
		out, err := exec.CommandContext(t.Context(), suite.Program(t), args...).CombinedOutput()
		if len(out) == 0 {
			t.Errorf("%s printed nothing: %v", args, err)
		}
		outputs[strings.Join(args[:2], " ")] += string(out)
	}
	// The name of the flag's key is no secret's.
	delete(s, "sent-flag")

	for topic, name := range map[string]string{"config.storage.topic": "topic of configs", "status.storage.topic": "topic of statuses", "offset.storage.topic": "topic of offsets"} {
		outputs[name] = recordTexts(broker.kafka.Consume(cluster.Property(topic)))
	}
	outputs["dead letters"] = recordTexts(broker.kafka.Consume(letters))
	w.Stop(t)
	outputs["log"] = w.Output()

	// Nothing that a record or a request holds leaves its line, or drives a terminal.
	for output, text := range outputs {
		if strings.HasPrefix(output, "topic of") || output == "dead letters" || strings.Contains(output, ": ") {
			continue // bytes as they are, or JSON
		}
		longest := 0
		for line := range strings.SplitSeq(text, "\n") {
			longest = max(longest, len(line))
			if strings.HasPrefix(line, "[2026-11-26 00:00:00,000]") || strings.ContainsAny(line, "\x1b\r\u202e") {
				t.Errorf("%s: a line is %.300q", output, line)
			}
		}
		if output == "log" && longest > 64<<10 {
			t.Errorf("%s: a line has %d bytes", output, longest)
		}
	}
	// What must be there is: the search finds what it looks for.
	for output, must := range map[string][]string{
		"log":                                 {"DEBUG", s["path-file"], "authentication"},
		"topic of configs":                    {s["stored-password"], s["stored-url"], s["stored-patched"]},
		"editor: GET /connectors/good/config": {s["stored-password"], s["stored-url"], s["stored-parameter"]},
		"viewer: GET /connectors/lost/status": {s["path-file"]},
		"viewer: GET /connectors/good/config": {`"db.password":"[hidden]"`, "[hidden]@h/d?ssl=true&password=[hidden]", "${vault:"},
		"dlq show":                            {"JsonConverter"},
		"editor: GET /metrics":                {"kafka_connect"},
	} {
		for _, text := range must {
			if !strings.Contains(outputs[output], text) {
				t.Errorf("%s has no %s: %s", output, text, outputs[output][:min(len(outputs[output]), 2000)])
			}
		}
	}
	for output, text := range outputs {
		for _, place := range s.in(text) {
			if !tells(output, place) {
				at := strings.Index(text, s[place])
				t.Errorf("%s tells %s: …%s…", output, place, text[max(0, at-300):min(len(text), at+100)])
			}
		}
	}
}

// recordTexts is everything that records hold.
func recordTexts(partitions [][]harness.Record) string {
	var b strings.Builder
	for _, records := range partitions {
		for _, r := range records {
			fmt.Fprintf(&b, "%s=%s", r.Key, r.Value)
			for _, h := range r.Headers {
				fmt.Fprintf(&b, " %s=%s", h.Key, h.Value)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

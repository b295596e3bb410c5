//go:build soak

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestSecurity_MixedCluster is what a worker of Java has of TestSecurity_ClusterThatLetsNobodyInUnasked: a broker that
// asks who it is, https, the password extension, signed requests among workers; each side leads once.
func TestSecurity_MixedCluster(t *testing.T) {
	broker := startSecured(t, securedPasswords)
	option := "-Djava.security.auth.login.config=" + basicFiles(t, "ops=pw1\nviewer=pw2\n")
	t.Setenv("KAFKA_OPTS", option)
	t.Setenv("JAVA_TOOL_OPTIONS", option)
	stores, trusted := keyStores(t, "secret-of-worker")
	client := (&authority{pool: trusted}).client(t)
	ops, viewer := asUser(client, "ops", "pw1"), asUser(client, "viewer", "pw2")
	for _, c := range []struct{ leader, follower harness.Side }{{harness.Java, harness.Millrace}, {harness.Millrace, harness.Java}} {
		t.Run(string(c.leader)+" leads", func(t *testing.T) {
			keys := broker.workerKeys(securedPasswords)
			delete(keys, "admin.sasl.jaas.config")
			cluster := suite.NewCluster(t, broker.Bootstrap, stores.With(keys).With(harness.Properties{
				"bootstrap.servers": broker.address, "connect.protocol": "sessioned", "rest.extension.classes": basicExtension,
			}))
			var workers []*harness.Worker
			for _, side := range []harness.Side{c.leader, c.follower} {
				wc := harness.WorkerConfig{}
				if side == harness.Millrace {
					wc.Properties = harness.Properties{"millrace.rest.role.view": "viewer *", "millrace.rest.role.edit": "ops *"}
				}
				w := cluster.Add(side, wc)
				overHTTPS(t, w, "admin.sasl.jaas.config="+plainModule+" required \\\n  username=\"admin\" \\\n  password=\""+securedPasswords["admin"]+"\";\n")
				w.Start(t)
				ops.await(t, w, "it is healthy", "/health", func(status int, _ string) bool { return status == 200 })
				workers = append(workers, w)
			}
			follower := workers[1]
			if status, answer := ops.ask(t, follower, "DELETE", "/connectors/none?forward=false", ""); status != 409 {
				t.Fatalf("the worker that came later leads: %d %s", status, answer)
			}
			dir := t.TempDir()
			topic, letters := harness.Unique(t, "orders"), harness.Unique(t, "dead")
			for n := range 4 {
				file := filepath.Join(dir, fmt.Sprint("in", n))
				if err := os.WriteFile(file, []byte("1\n{no\n2\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				body := jsonText(t, map[string]string{
					"connector.class": "FileStreamSource", "topic": topic, "file": file, "topic.creation.default.replication.factor": "1", "topic.creation.default.partitions": "1",
				})
				if status, answer := ops.ask(t, follower, "PUT", fmt.Sprintf("/connectors/orders-%d/config", n), body); status != 201 {
					t.Fatalf("%d %s", status, answer)
				}
			}
			body := jsonText(t, map[string]string{
				"connector.class": "FileStreamSink", "topics": topic, "file": filepath.Join(dir, "out"), "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
				"errors.tolerance": "all", "errors.deadletterqueue.topic.name": letters, "errors.deadletterqueue.topic.replication.factor": "1",
			})
			if status, answer := ops.ask(t, follower, "PUT", "/connectors/sink/config", body); status != 201 {
				t.Fatalf("%d %s", status, answer)
			}
			here := 0
			for _, name := range []string{"orders-0", "orders-1", "orders-2", "orders-3", "sink"} {
				if ops.running(t, follower, name) == follower.Address {
					here++
				}
			}
			if here == 0 {
				t.Error("the worker that does not lead runs no connector: no task configs were handed to the leader")
			}
			broker.kafka.WaitCount(letters, 4, securedMax)
			for _, r := range []struct {
				who          caller
				method, path string
				status       int
			}{
				{viewer, "GET", "/connectors/orders-0/status", 200},
				{asUser(client, "viewer", "pw1"), "GET", "/connectors/orders-0/status", 401},
				{caller{client: client}, "DELETE", "/connectors/orders-0", 401},
				{caller{client: client}, "POST", "/connectors/orders-0/tasks", 400},
				{caller{client: client}.signed("AAAA"), "PUT", "/connectors/orders-0/fence", 403},
				{ops, "POST", "/connectors/orders-0/restart?includeTasks=true", 202},
				{ops, "DELETE", "/connectors/orders-0", 204},
			} {
				body := ""
				if r.method == http.MethodPost && strings.HasSuffix(r.path, "/tasks") {
					body = "[]"
				}
				if status, answer := r.who.ask(t, follower, r.method, r.path, body); status != r.status {
					t.Errorf("%s %s: %d %s", r.method, r.path, status, answer)
				}
			}
		})
	}
}

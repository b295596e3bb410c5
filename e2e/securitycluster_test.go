//go:build e2e || soak

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// securedPasswords are those of the users of a securedBroker.
var securedPasswords = map[string]string{"worker": "pass of worker", "admin": "pass=of;admin", "producer": `pass "of" producer`, "consumer": "pass-of-consumer"}

// basicFiles writes users and the JAAS file that names them for the extension, and returns the latter's path.
func basicFiles(t *testing.T, users string) string {
	t.Helper()
	dir := t.TempDir()
	jaas, file := filepath.Join(dir, "jaas.conf"), filepath.Join(dir, "users")
	for path, text := range map[string]string{
		file: users,
		jaas: "KafkaConnect {\n  org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required\n  file=\"" + file + "\";\n};\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return jaas
}

const basicExtension = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension"

// asUser is a caller who has a password.
func asUser(client *http.Client, user, password string) caller {
	return caller{client, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}}}
}

// issuer signs tokens, and serves the key for that.
type issuer struct {
	key *ecdsa.PrivateKey
	url string // of the keys
}

const issuerName = "https://login.example/realm"

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{}
	var err error
	if i.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	point, err := i.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	code := base64.RawURLEncoding.EncodeToString
	set := fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","kid":"k","use":"sig","x":%q,"y":%q}]}`, code(point[1:33]), code(point[33:]))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, set) }))
	t.Cleanup(s.Close)
	i.url = s.URL + "/keys"
	return i
}

// token is a token for an hour with the given claims on top.
func (i *issuer) token(t *testing.T, claims map[string]any) string {
	t.Helper()
	all := map[string]any{"iss": issuerName, "aud": "connect", "sub": "somebody", "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range claims {
		all[k] = v
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	code := base64.RawURLEncoding.EncodeToString
	signed := code([]byte(`{"alg":"ES256","kid":"k"}`)) + "." + code(text)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + code(signature)
}

func (i *issuer) caller(t *testing.T, client *http.Client, claims map[string]any) caller {
	return caller{client, http.Header{"Authorization": {"Bearer " + i.token(t, claims)}}}
}

// TestSecurity_ClusterThatLetsNobodyInUnasked runs two strict workers whose listeners ask for certificates, and
// passwords or tokens, on a broker that asks who it is. All is asked of the worker that does not lead.
func TestSecurity_ClusterThatLetsNobodyInUnasked(t *testing.T) {
	broker := startSecured(t, securedPasswords)
	login := newIssuer(t)
	t.Setenv("KAFKA_OPTS", "-Djava.security.auth.login.config="+basicFiles(t, "ops=pw1\nviewer=pw2\n"))
	workerCert := broker.trusted.issue(t, "worker")
	keys := broker.workerKeys(securedPasswords)
	delete(keys, "admin.sasl.jaas.config")
	cluster := suite.NewCluster(t, broker.Bootstrap, broker.trusted.keyStore("listeners.https.", workerCert).With(broker.trusted.keyStore("admin.listeners.https.", workerCert)).With(keys).With(harness.Properties{
		"bootstrap.servers": broker.address, "connect.protocol": "sessioned", "millrace.rest.security": "strict",
		"listeners.https.ssl.client.auth": "required", "admin.listeners.https.ssl.client.auth": "required",
		"rest.extension.classes":    basicExtension,
		"millrace.rest.oidc.issuer": issuerName, "millrace.rest.oidc.audience": "connect", "millrace.rest.oidc.jwks": login.url,
		"millrace.rest.role.view": "user:viewer orders-*, group:support *", "millrace.rest.role.operate": "user:ops orders-*", "millrace.rest.role.edit": "group:platform *, token:ci test-*",
	}))
	workers := make([]*harness.Worker, 2)
	admins := make([]string, 2)
	client := broker.trusted.client(t, broker.trusted.issue(t, "client"))
	platform := login.caller(t, client, map[string]any{"groups": []string{"platform"}})
	for i := range workers {
		port, err := suite.FreePort()
		if err != nil {
			t.Fatal(err)
		}
		admins[i] = fmt.Sprintf("127.0.0.1:%d", port)
		workers[i] = cluster.Add(harness.Millrace, harness.WorkerConfig{Properties: harness.Properties{"admin.listeners": "https://" + admins[i]}})
		// As documented for worker files.
		overHTTPS(t, workers[i], "admin.sasl.jaas.config="+plainModule+" required \\\n  username=\"admin\" \\\n  password=\""+securedPasswords["admin"]+"\";\n")
		workers[i].Start(t)
		platform.await(t, workers[i], "it is healthy", "/health", func(status int, _ string) bool { return status == 200 })
	}
	leader, follower := workers[0], workers[1]
	if status, answer := platform.ask(t, follower, "DELETE", "/connectors/none?forward=false", ""); status != 409 {
		t.Fatalf("the worker that came later leads: %d %s", status, answer)
	}

	// Who has no certificate speaks to nobody.
	if status, _, err := platform.with(broker.trusted.client(t)).do(t.Context(), "GET", "https://"+follower.Address+"/", ""); err == nil {
		t.Errorf("without a certificate: %d", status)
	}
	if status, _, err := platform.with(broker.trusted.client(t, newAuthority(t).issue(t, "worker"))).do(t.Context(), "GET", "https://"+follower.Address+"/", ""); err == nil {
		t.Errorf("with a stranger's certificate: %d", status)
	}

	dir := t.TempDir()
	topic, letters := harness.Unique(t, "orders"), harness.Unique(t, "dead")
	source := func(n int) string {
		file := filepath.Join(dir, fmt.Sprint("in", n))
		if err := os.WriteFile(file, []byte("1\n{no\n2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return jsonText(t, map[string]string{
			"connector.class": "FileStreamSource", "topic": topic, "file": file, "topic.creation.default.replication.factor": "1", "topic.creation.default.partitions": "1",
		})
	}
	sink := map[string]string{
		"connector.class": "FileStreamSink", "topics": topic, "file": filepath.Join(dir, "out"), "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
		"errors.tolerance": "all", "errors.deadletterqueue.topic.name": letters, "errors.deadletterqueue.topic.replication.factor": "1", "errors.deadletterqueue.context.headers.enable": "true",
	}
	ops, viewer := asUser(client, "ops", "pw1"), asUser(client, "viewer", "pw2")
	expired := login.caller(t, client, map[string]any{"groups": []string{"platform"}, "exp": time.Now().Add(-time.Hour).Unix()})
	other := login.caller(t, client, map[string]any{"groups": []string{"platform"}, "aud": "mail"})
	forged := newIssuer(t).caller(t, client, map[string]any{"groups": []string{"platform"}})
	ci := login.caller(t, client, map[string]any{"sub": "ci"})
	nobody := caller{client: client}
	for i, c := range []struct {
		who                caller
		method, path, body string
		status             int
	}{
		{platform, "PUT", "/connectors/orders-1/config", source(1), 201},
		{platform, "PUT", "/connectors/orders-2/config", source(2), 201},
		{platform, "PUT", "/connectors/orders-3/config", source(3), 201},
		{platform, "PUT", "/connectors/orders-sink/config", jsonText(t, sink), 201},
		{platform, "PUT", "/connectors/orders-4/config", jsonText(t, with(sink, "consumer.override.max.poll.records", "1")), 400}, // strict: no overrides
		{ci, "PUT", "/connectors/test-1/config", source(4), 201},
		{ci, "PUT", "/connectors/orders-4/config", source(4), 403},
		{ci, "POST", "/connectors", `{"name":"orders-4","config":` + source(4) + `}`, 403},
		{ci, "GET", "/connectors/orders-1", "", 403},
		{ci, "DELETE", "/connectors/test-1", "", 204},
		{viewer, "GET", "/connectors/orders-1/config", "", 200},
		{viewer, "GET", "/connectors/test-1", "", 403},
		{viewer, "PUT", "/connectors/orders-1/stop", "", 403},
		{viewer, "DELETE", "/connectors/orders-1", "", 403},
		{ops, "POST", "/connectors/orders-2/restart?includeTasks=true", "", 202},
		{ops, "PUT", "/connectors/orders-3/stop", "", 204},
		{ops, "PUT", "/connectors/orders-3/resume", "", 202},
		{ops, "DELETE", "/connectors/orders-3", "", 403},
		{ops, "PATCH", "/connectors/orders-3/config", `{"batch.size":"5"}`, 403},
		{asUser(client, "ops", "pw2"), "GET", "/connectors", "", 401},
		{expired, "GET", "/connectors", "", 401},
		{other, "DELETE", "/connectors/orders-1", "", 401},
		{forged, "DELETE", "/connectors/orders-1", "", 401},
		{nobody, "GET", "/connectors", "", 401},
		{nobody, "DELETE", "/connectors/orders-1", "", 401},
		{nobody, "PUT", "/connectors/orders-1/fence", "", 400},
		{platform, "POST", "/connectors/orders-1/tasks", `[{"file":"/etc/passwd"}]`, 400},
		{nobody.signed("AAAA"), "POST", "/connectors/orders-1/tasks", `[{"file":"/etc/passwd"}]`, 403},
		{nobody.signed("AAAA"), "PUT", "/connectors/orders-1/fence", "", 403},
	} {
		if status, answer := c.who.ask(t, follower, c.method, c.path, c.body); status != c.status {
			t.Errorf("%d: %s %s: %d %s", i, c.method, c.path, status, answer)
		}
	}
	// Admin listeners ask the same.
	for i, w := range []struct {
		who    caller
		status int
	}{{platform, 200}, {ops, 403}, {viewer, 403}, {nobody, 401}} {
		if status, answer, err := w.who.do(t.Context(), "GET", "https://"+admins[1]+"/admin/loggers", ""); status != w.status {
			t.Errorf("admin %d: %d %s, %v", i, status, answer, err)
		}
	}

	// The work runs, on both; its topics were made by who may.
	on := map[string]bool{}
	for _, name := range []string{"orders-1", "orders-2", "orders-3", "orders-sink"} {
		on[platform.running(t, follower, name)] = true
	}
	if !on[leader.Address] || !on[follower.Address] {
		t.Errorf("only %v work", on)
	}
	broker.kafka.WaitCount(letters, 3, securedMax)
	harness.Eventually(t, securedMax, "the lines are in the file", func(context.Context) (bool, error) {
		text, err := os.ReadFile(filepath.Join(dir, "out"))
		return strings.Count(string(text), "\n") >= 6, err
	})
}

// with is the same caller at another client.
func (c caller) with(client *http.Client) caller { return caller{client, c.header} }

// signed is a caller that signs as workers do, with a MAC that is none.
func (c caller) signed(mac string) caller {
	return caller{c.client, http.Header{"X-Connect-Authorization": {mac}, "X-Connect-Request-Signature-Algorithm": {"HmacSHA256"}}}
}

//go:build e2e || soak

package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/e2e/harness"
)

// storePassword is that of key stores and trust stores.
const storePassword = "store-secret"

// mechanisms is a broker with a listener for each way of authentication.
type mechanisms struct {
	*harness.Broker
	kafka              *harness.Kafka
	trusted            *authority
	login, token, mtls string // addresses of the listeners
	dir                string
	keytool            string
	tokens             *httptest.Server
}

func startMechanisms(t *testing.T) *mechanisms {
	t.Helper()
	const checks = "every way of authentication"
	java, err := harness.FindJava(t.Context())
	harness.Need(t, err, checks)
	m := &mechanisms{trusted: newAuthority(t), dir: t.TempDir(), keytool: filepath.Join(filepath.Dir(java), "keytool")}
	for _, address := range []*string{&m.login, &m.token, &m.mtls} {
		port, err := suite.FreePort()
		if err != nil {
			t.Fatal(err)
		}
		*address = "127.0.0.1:" + strconv.Itoa(port)
	}
	m.tokens = httptest.NewServer(http.HandlerFunc(unsecuredToken))
	t.Cleanup(m.tokens.Close)
	// Key stores of keytool sign themselves: the broker trusts their certificates beside the authority's.
	trust := m.trusted.pem
	for _, kind := range []string{"JKS", "PKCS12"} {
		m.tool(t, "-genkeypair", "-alias", "client", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN="+kind, "-storetype", kind, "-keystore", m.store("key", kind), "-keypass", storePassword)
		trust += m.tool(t, "-exportcert", "-rfc", "-alias", "client", "-storetype", kind, "-keystore", m.store("key", kind))
		ca := filepath.Join(m.dir, "ca.pem")
		if err := os.WriteFile(ca, []byte(m.trusted.pem), 0o644); err != nil {
			t.Fatal(err)
		}
		m.tool(t, "-importcert", "-noprompt", "-alias", "ca", "-file", ca, "-storetype", kind, "-keystore", m.store("trust", kind))
	}
	listeners := ",LOGIN://" + m.login + ",TOKEN://" + m.token + ",MTLS://" + m.mtls
	identity := m.trusted.issue(t, "broker")
	m.Broker = suite.StartBroker(t, m.trusted.keyStore("listener.name.token.", identity).
		With(m.trusted.keyStore("listener.name.mtls.", identity)).With(harness.Properties{
		"listeners":                                          "PLAINTEXT://$client" + listeners + ",CONTROLLER://$controller",
		"advertised.listeners":                               "PLAINTEXT://$client" + listeners,
		"listener.security.protocol.map":                     "PLAINTEXT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,TOKEN:SASL_SSL,MTLS:SSL,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name":                         "PLAINTEXT",
		"listener.name.login.sasl.enabled.mechanisms":        "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		"listener.name.login.plain.sasl.jaas.config":         plainModule + ` required user_anna="pw;1";`,
		"listener.name.login.scram-sha-256.sasl.jaas.config": scramModule + " required;",
		"listener.name.login.scram-sha-512.sasl.jaas.config": scramModule + " required;",
		"listener.name.token.sasl.enabled.mechanisms":        "OAUTHBEARER",
		"listener.name.token.oauthbearer.sasl.jaas.config":   oauthModule + ` required unsecuredLoginStringClaim_sub="broker";`,
		"listener.name.mtls.ssl.client.auth":                 "required",
		"listener.name.mtls.ssl.truststore.certificates":     trust,
	}), checks)
	m.kafka = harness.NewKafka(t, m.Bootstrap)
	ctx, cancel := context.WithTimeout(t.Context(), securedMax)
	defer cancel()
	for _, mechanism := range []kadm.ScramMechanism{kadm.ScramSha256, kadm.ScramSha512} {
		if _, err := m.kafka.Admin().AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{{User: "anna", Mechanism: mechanism, Iterations: 4096, Password: "pw;1"}}); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

const oauthModule = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"

// unsecuredToken answers the client credentials grant of anna with a token that nobody signed.
func unsecuredToken(w http.ResponseWriter, r *http.Request) {
	if id, secret, _ := r.BasicAuth(); id != "anna" || secret != "pw;1" || r.FormValue("grant_type") != "client_credentials" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	now := time.Now().Unix()
	encode := base64.RawURLEncoding.EncodeToString
	token := encode([]byte(`{"alg":"none"}`)) + "." + encode(fmt.Appendf(nil, `{"sub":"anna","iat":%d,"exp":%d}`, now, now+3600)) + "."
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer","expires_in":3600}`, token)
}

// tool runs keytool and returns what it prints.
func (m *mechanisms) tool(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), m.keytool, append(args, "-storepass", storePassword)...).Output()
	if err != nil {
		t.Fatalf("keytool %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (m *mechanisms) store(what, kind string) string {
	return filepath.Join(m.dir, what+"."+strings.ToLower(kind))
}

// clients are the keys of clients, by name.
func (m *mechanisms) clients(t *testing.T) map[string]harness.Properties {
	t.Helper()
	password := func(mechanism, module string) harness.Properties {
		return harness.Properties{
			"bootstrap.servers": m.login, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism,
			"sasl.jaas.config": module + ` required username="anna" password="pw;1";`,
		}
	}
	files := func(kind string) harness.Properties {
		return harness.Properties{
			"bootstrap.servers": m.mtls, "security.protocol": "SSL",
			"ssl.keystore.type": kind, "ssl.keystore.location": m.store("key", kind), "ssl.keystore.password": storePassword, "ssl.key.password": storePassword,
			"ssl.truststore.type": kind, "ssl.truststore.location": m.store("trust", kind), "ssl.truststore.password": storePassword,
		}
	}
	return map[string]harness.Properties{
		"plain":     password("PLAIN", plainModule),
		"scram-256": password("SCRAM-SHA-256", scramModule),
		"scram-512": password("SCRAM-SHA-512", scramModule),
		"oauth": m.trusted.trustStore("").With(harness.Properties{
			"bootstrap.servers": m.token, "security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER",
			"sasl.oauthbearer.token.endpoint.url": m.tokens.URL,
			"sasl.jaas.config":                    oauthModule + ` required clientId="anna" clientSecret="pw;1";`,
		}),
		"mtls-pem":    m.trusted.keyStore("", m.trusted.issue(t, "client")).With(harness.Properties{"bootstrap.servers": m.mtls, "security.protocol": "SSL"}),
		"mtls-jks":    files("JKS"),
		"mtls-pkcs12": files("PKCS12"),
	}
}

// TestMechanisms sends a line through a source and a sink for every way of authentication that clients have, to a real
// broker.
func TestMechanisms(t *testing.T) {
	t.Parallel() // waits more than it works
	m := startMechanisms(t)
	dir := t.TempDir()
	w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Dir: dir, Properties: harness.Properties{
		"bootstrap.servers": m.Bootstrap, "offset.storage.file.filename": "offsets", "key.converter": stringConverter, "value.converter": stringConverter,
		"millrace.sasl.oauthbearer.allowed.urls": m.tokens.URL,
	}})
	w.StartReady(t)
	clients := m.clients(t)
	for name, client := range clients {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("by "+name+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		m.kafka.CreateTopic(name, 1, nil)
		source := harness.Properties{"connector.class": "FileStreamSource", "file": name, "topic": name}
		sink := harness.Properties{"connector.class": "FileStreamSink", "file": name + ".out", "topics": name}
		for k, v := range client {
			source["producer.override."+k], sink["consumer.override."+k] = v, v
		}
		w.Create(t, "source-"+name, source)
		w.Create(t, "sink-"+name, sink)
	}
	for name := range clients {
		harness.Eventually(t, runMax, "a line comes out by "+name, func(context.Context) (bool, error) {
			text, err := os.ReadFile(filepath.Join(dir, name+".out"))
			return string(text) == "by "+name+"\n", err
		})
		w.WaitState(t, "source-"+name, "RUNNING", 1)
		w.WaitState(t, "sink-"+name, "RUNNING", 1)
	}
	m.refuse(t)
}

// refuse starts workers whose password is wrong: they end at once, though they may wait for brokers longer than the
// test does.
func (m *mechanisms) refuse(t *testing.T) {
	for _, name := range []string{"plain", "scram-512"} {
		t.Run(name+", wrong password", func(t *testing.T) {
			client := m.clients(t)[name]
			client["sasl.jaas.config"] = strings.Replace(client["sasl.jaas.config"], "pw;1", "CANARY", 1)
			w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Properties: client.With(harness.Properties{
				"offset.storage.file.filename": "offsets", "key.converter": stringConverter, "value.converter": stringConverter, "default.api.timeout.ms": "600000",
			})})
			w.Start(t)
			ctx, cancel := context.WithTimeout(t.Context(), runMax)
			defer cancel()
			if code, err := w.Wait(ctx); err != nil || code != 2 {
				t.Fatalf("exit code %d, %v", code, err)
			}
			if log := w.Tail(30); !strings.Contains(log, "SASL_AUTHENTICATION_FAILED") || strings.Contains(log, "CANARY") {
				t.Errorf("the log says\n%s", log)
			}
		})
	}
}

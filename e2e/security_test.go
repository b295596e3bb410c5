//go:build e2e || soak

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/e2e/harness"
)

// securedMax is how long workers may take until they tell what is waited for.
const securedMax = 90 * time.Second

// authority signs the certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
	pool *x509.CertPool
}

// pair is a private key and its certificate, as PEM.
type pair struct{ key, cert string }

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	var der []byte
	a.key, der = signed(t, template, nil)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pem = pemText("CERTIFICATE", der)
	a.pool.AddCert(a.cert)
	return a
}

// signed makes a key and its certificate, signed by a, or by itself where a is nil.
func signed(t *testing.T, template *x509.Certificate, a *authority) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, by := template, key
	if a != nil {
		parent, by = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

// issue makes a certificate for the loopback, and for who shows it as a client.
func (a *authority) issue(t *testing.T, name string) pair {
	t.Helper()
	key, der := signed(t, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{pemText("PRIVATE KEY", pkcs8), pemText("CERTIFICATE", der)}
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// keyStore are the keys of an identity and of the authority that it trusts.
func (a *authority) keyStore(prefix string, p pair) harness.Properties {
	return a.trustStore(prefix).With(harness.Properties{
		prefix + "ssl.keystore.type": "PEM", prefix + "ssl.keystore.key": p.key, prefix + "ssl.keystore.certificate.chain": p.cert,
	})
}

func (a *authority) trustStore(prefix string) harness.Properties {
	return harness.Properties{prefix + "ssl.truststore.type": "PEM", prefix + "ssl.truststore.certificates": a.pem}
}

// client trusts the authority, and shows the certificates of certs.
func (a *authority) client(t *testing.T, certs ...pair) *http.Client {
	t.Helper()
	c := &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12}
	for _, p := range certs {
		k, err := tls.X509KeyPair([]byte(p.cert), []byte(p.key))
		if err != nil {
			t.Fatal(err)
		}
		c.Certificates = append(c.Certificates, k)
	}
	return &http.Client{Timeout: 100 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: c}}
}

// securedBroker has, beside the listener of the test, one for clients that log in over TLS. Topics are not made by
// themselves, and the users producer and consumer may make none.
type securedBroker struct {
	*harness.Broker
	kafka   *harness.Kafka
	trusted *authority
	address string // of the listener where clients log in
}

// startSecured starts the broker. passwords are those of worker and admin, who log in by PLAIN, and of producer and
// consumer, who log in by SCRAM.
func startSecured(t *testing.T, passwords map[string]string) *securedBroker {
	t.Helper()
	port, err := suite.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	b := &securedBroker{trusted: newAuthority(t), address: fmt.Sprintf("127.0.0.1:%d", port)}
	const listener = "listener.name.secured."
	plain := plainModule + ` required`
	for _, user := range []string{"worker", "admin"} {
		plain += fmt.Sprintf(" user_%s=%q", user, passwords[user])
	}
	b.Broker = suite.StartBroker(t, b.trusted.keyStore(listener, b.trusted.issue(t, "broker")).With(harness.Properties{
		"listeners":                                 "PLAINTEXT://$client,SECURED://" + b.address + ",CONTROLLER://$controller",
		"advertised.listeners":                      "PLAINTEXT://$client,SECURED://" + b.address,
		"listener.security.protocol.map":            "PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name":                "PLAINTEXT",
		listener + "sasl.enabled.mechanisms":        "PLAIN,SCRAM-SHA-512",
		listener + "plain.sasl.jaas.config":         plain + ";",
		listener + "scram-sha-512.sasl.jaas.config": scramModule + " required;",
		"authorizer.class.name":                     "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"super.users":                               "User:ANONYMOUS",
		"allow.everyone.if.no.acl.found":            "true",
		"auto.create.topics.enable":                 "false",
	}), "clusters whose brokers ask who it is")
	b.kafka = harness.NewKafka(t, b.Bootstrap)
	ctx, cancel := context.WithTimeout(t.Context(), securedMax)
	defer cancel()
	adm := b.kafka.Admin()
	for _, user := range []string{"producer", "consumer"} {
		if _, err := adm.AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{{User: user, Mechanism: kadm.ScramSha512, Iterations: 4096, Password: passwords[user]}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, acl := range []*kadm.ACLBuilder{
		kadm.NewACLs().Allow("User:*").AllowHosts().Topics("*").Clusters().Operations(kadm.OpAll).ResourcePatternType(kadm.ACLPatternLiteral),
		kadm.NewACLs().Deny("User:producer", "User:consumer").DenyHosts().Topics("*").Clusters().Operations(kadm.OpCreate).ResourcePatternType(kadm.ACLPatternLiteral),
	} {
		if _, err := adm.CreateACLs(ctx, acl); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

const (
	plainModule = "org.apache.kafka.common.security.plain.PlainLoginModule"
	scramModule = "org.apache.kafka.common.security.scram.ScramLoginModule"
)

// login are the keys behind prefix with which a client logs in.
func (b *securedBroker) login(prefix, module, user, password string) harness.Properties {
	mechanism := "PLAIN"
	if module == scramModule {
		mechanism = "SCRAM-SHA-512"
	}
	return b.trusted.trustStore(prefix).With(harness.Properties{
		prefix + "security.protocol": "SASL_SSL", prefix + "sasl.mechanism": mechanism,
		// As it stands in many a worker file: on lines of its own.
		prefix + "sasl.jaas.config": fmt.Sprintf("%s required \n  username=%q \n  password=%q;", module, user, password),
	})
}

// workerKeys are the keys of a worker that logs in as worker, and whose connectors' clients as producer, consumer
// and admin.
func (b *securedBroker) workerKeys(passwords map[string]string) harness.Properties {
	return b.login("", plainModule, "worker", passwords["worker"]).
		With(b.login("admin.", plainModule, "admin", passwords["admin"])).
		With(b.login("producer.", scramModule, "producer", passwords["producer"])).
		With(b.login("consumer.", scramModule, "consumer", passwords["consumer"]))
}

// caller sends requests to a worker over https, as somebody.
type caller struct {
	client *http.Client
	header http.Header
}

func (c caller) do(ctx context.Context, method, url, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// await asks until the answer is one that ok takes.
func (c caller) await(t *testing.T, w *harness.Worker, what, path string, ok func(status int, answer string) bool) string {
	t.Helper()
	var text string
	harness.Eventually(t, securedMax, what, func(ctx context.Context) (bool, error) {
		if !w.Running() {
			t.Fatalf("%s ended with %s:\n%s", w.Name, w.End(), w.Tail(40))
		}
		status, answer, err := c.do(ctx, http.MethodGet, "https://"+w.Address+path, "")
		if err != nil {
			return false, err
		}
		text = answer
		return ok(status, answer), fmt.Errorf("%d %s", status, answer)
	})
	return text
}

// ask sends a request, again as long as the cluster distributes its work.
func (c caller) ask(t *testing.T, w *harness.Worker, method, path, body string) (status int, answer string) {
	t.Helper()
	harness.Eventually(t, securedMax, method+" "+path, func(ctx context.Context) (bool, error) {
		var err error
		status, answer, err = c.do(ctx, method, "https://"+w.Address+path, body)
		if err == nil && strings.Contains(answer, "momentarily") {
			err = fmt.Errorf("%d %s", status, answer)
		}
		return err == nil, err
	})
	return status, answer
}

// running waits until a connector and its task run, and returns the address of the connector's worker.
func (c caller) running(t *testing.T, w *harness.Worker, name string) string {
	t.Helper()
	var s harness.State
	c.await(t, w, name+" runs", "/connectors/"+name+"/status", func(_ int, answer string) bool {
		s = harness.State{}
		return json.Unmarshal([]byte(answer), &s) == nil && s.Connector.State == "RUNNING" && len(s.Tasks) == 1 && s.Tasks[0].State == "RUNNING"
	})
	return s.Connector.WorkerID
}

// with is a copy of config with one more key.
func with(config map[string]string, key, value string) map[string]string {
	all := map[string]string{key: value}
	for k, v := range config {
		all[k] = v
	}
	return all
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

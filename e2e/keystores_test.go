//go:build e2e || soak

package e2e

import (
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// keyStores makes a key with a certificate for the loopback in a PKCS12 store, of both sides' workers, and returns
// the worker keys that name it and the certificate for the test's client.
func keyStores(t *testing.T, password string) (harness.Properties, *x509.CertPool) {
	t.Helper()
	java, err := harness.FindJava(t.Context())
	harness.Need(t, err, "that workers ask each other over https")
	dir := t.TempDir()
	store, cert := filepath.Join(dir, "worker.p12"), filepath.Join(dir, "worker.pem")
	keytool := func(args ...string) {
		t.Helper()
		args = append(args, "-alias", "worker", "-keystore", store, "-storepass", password, "-storetype", "PKCS12")
		if out, err := exec.CommandContext(t.Context(), filepath.Join(filepath.Dir(java), "keytool"), args...).CombinedOutput(); err != nil {
			t.Fatalf("keytool: %v\n%s", err, out)
		}
	}
	keytool("-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=worker", "-ext", "san=ip:127.0.0.1", "-validity", "2")
	keytool("-exportcert", "-rfc", "-file", cert)
	pem, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(pem) {
		t.Fatal("keytool wrote no certificate")
	}
	// A store with the key alone trusts nobody: the certificate stands in one of its own.
	store = filepath.Join(dir, "trusted.p12")
	keytool("-importcert", "-noprompt", "-file", cert)
	return harness.Properties{
		"listeners.https.ssl.keystore.type": "PKCS12", "listeners.https.ssl.keystore.location": filepath.Join(dir, "worker.p12"),
		"listeners.https.ssl.keystore.password": password, "listeners.https.ssl.key.password": password,
		"listeners.https.ssl.truststore.type": "PKCS12", "listeners.https.ssl.truststore.location": store,
		"listeners.https.ssl.truststore.password": password, "listeners.https.ssl.client.auth": "requested",
	}, trusted
}

// overHTTPS makes the listener of a worker https, and appends more to its file.
func overHTTPS(t *testing.T, w *harness.Worker, more string) {
	t.Helper()
	text, err := os.ReadFile(w.File)
	if err != nil {
		t.Fatal(err)
	}
	secure := strings.Replace(string(text), "listeners=http://", "listeners=https://", 1)
	if secure == string(text) {
		t.Fatalf("no listener in %s", text)
	}
	if err := os.WriteFile(w.File, []byte(secure+more), 0o600); err != nil {
		t.Fatal(err)
	}
}

package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestClientKey reads keys as Java's driver takes them: PKCS-8 in DER is ours to read, PEM that of pgconn.
func TestClientKey(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	chain := file("client.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	for _, c := range []struct {
		key   string
		own   bool
		wrong string
	}{
		{"", false, ""},
		{file("client.pk8", der), true, ""},
		{file("client.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), false, ""},
		{file("broken.pk8", []byte("none")), false, "database.sslkey"},
		{file("broken.p12", []byte("none")), false, "database.sslkey"},
		{filepath.Join(dir, "missing.pk8"), false, "database.sslkey"},
	} {
		a := address{sslKey: c.key, sslCert: chain}
		got, err := a.clientKey()
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s: %v", c.key, err)
			}
			continue
		}
		if err != nil || (got != nil) != c.own {
			t.Errorf("%s: %v, %v", c.key, got != nil, err)
		}
		if got != nil {
			config := &pgconn.Config{TLSConfig: &tls.Config{}, Fallbacks: []*pgconn.FallbackConfig{{TLSConfig: &tls.Config{}}, {}}}
			identified(config, got)
			if len(config.TLSConfig.Certificates) != 1 || len(config.Fallbacks[0].TLSConfig.Certificates) != 1 {
				t.Error("a way of connecting has no certificate")
			}
		}
	}
}

//go:build e2e && soak

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// postgresTLS are the files of a server that takes TLS alone from users other than postgres: relay with a password, cert
// with a certificate.
type postgresTLS struct {
	root, certificate, key string // of clients; the key as Java's driver takes it
	settings               []string
}

func newPostgresTLS(t *testing.T) *postgresTLS {
	t.Helper()
	dir, err := os.MkdirTemp("", "millrace-tls-") // the server's user cannot look into t's
	if err == nil {
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca, caKey := newCertificate(t, "authority", nil, nil)
	server, serverKey := newCertificate(t, "127.0.0.1", ca, caKey)
	client, clientKey := newCertificate(t, "cert", ca, caKey)
	text := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	der := func(k *ecdsa.PrivateKey) []byte {
		raw, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	p := &postgresTLS{root: file("root.crt", text(ca)), certificate: file("client.crt", text(client)), key: file("client.pk8", der(clientKey))}
	own := file("server.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der(serverKey)}))
	giveToPostgres(t, own)
	rules := file("pg_hba.conf", []byte("host all postgres 127.0.0.1/32 trust\nhostssl all relay 127.0.0.1/32 scram-sha-256\nhostssl all cert 127.0.0.1/32 cert\n"))
	p.settings = []string{"ssl=on", "ssl_cert_file=" + file("server.crt", text(server)), "ssl_key_file=" + own, "ssl_ca_file=" + p.root, "hba_file=" + rules}
	return p
}

// giveToPostgres lets the server alone read a key: it refuses to start otherwise.
func giveToPostgres(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		return
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(who.Uid)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, uid, -1); err != nil {
		t.Fatal(err)
	}
}

// newCertificate makes one that by has signed, or itself where there is none.
func newCertificate(t *testing.T, name string, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), BasicConstraintsValid: true, IsCA: by == nil, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	if by == nil {
		by, byKey = form, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, form, by, &key.PublicKey, byKey)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return made, key
}

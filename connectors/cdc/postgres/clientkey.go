package postgres

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka/keystore"
)

// clientKey is database.sslkey where it is in a form of Java's driver: a key in DER (.pk8), or a PKCS12 store (.p12,
// .pfx), which has the certificate too. nil: it is PEM text, which pgconn reads, or there is none.
// Source: pgjdbc's LibPQFactory, LazyKeyManager, PKCS12KeyManager.
func (a *address) clientKey() (*tls.Certificate, error) {
	if a.sslKey == "" {
		return nil, nil
	}
	text, err := os.ReadFile(a.sslKey)
	if err != nil {
		return nil, config.NewException("database.sslkey", "database.sslkey: "+err.Error())
	}
	source := keystore.Source{Type: keystore.PEM, HasKey: true, HasCertificates: true}
	switch password := a.sslPassword.Reveal(); {
	case bytes.Contains(text, []byte("-----BEGIN ")):
		return nil, nil
	case strings.HasSuffix(a.sslKey, ".p12") || strings.HasSuffix(a.sslKey, ".pfx"):
		source = keystore.Source{Type: keystore.PKCS12, Path: a.sslKey, Password: password, HasPassword: true}
	default:
		chain, err := os.ReadFile(a.sslCert)
		if err != nil {
			return nil, config.NewException("database.sslcert", "database.sslcert: "+err.Error())
		}
		source.Certificates, source.Key = string(chain), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}))
		source.KeyPassword, source.HasKeyPassword = password, password != ""
	}
	certificate, err := source.Identity()
	if err != nil {
		return nil, config.NewException("database.sslkey", "database.sslkey: "+a.sslKey+": "+err.Error())
	}
	return certificate, nil
}

// identified gives every way of connecting with TLS a client certificate.
func identified(c *pgconn.Config, certificate *tls.Certificate) {
	own := func(t *tls.Config) {
		if t != nil {
			t.Certificates = []tls.Certificate{*certificate}
		}
	}
	own(c.TLSConfig)
	for _, f := range c.Fallbacks {
		own(f.TLSConfig)
	}
}

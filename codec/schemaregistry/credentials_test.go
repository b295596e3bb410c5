package schemaregistry

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
)

func TestCredentials_Basic(t *testing.T) {
	const secret = "p:w%"
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("anna:"+secret))
	s := newServer(t)
	for name, c := range map[string]struct {
		url   string
		pairs []string
	}{
		"URL":          {strings.Replace(s.URL, "//", "//anna:p%3Aw%25@", 1), nil},
		"USER_INFO":    {s.URL, []string{keyBasicSource, "USER_INFO", keyUserInfo, "anna:" + secret}},
		"prefixed":     {s.URL, []string{clientPrefix + keyBasicSource, "USER_INFO", keyUserInfo, "else", keyOldUserInfo, "anna:" + secret}},
		"SASL_INHERIT": {s.URL, []string{keyBasicSource, "SASL_INHERIT", "sasl.jaas.config", `org.apache.kafka.common.security.plain.PlainLoginModule required username="anna" password="` + secret + `";`}},
	} {
		r := open(t, c.url, Options{}, c.pairs...)
		if _, err := r.Write("t", schema(`"int"`)); err != nil {
			t.Fatal(err)
		}
		if got := s.take()[0].header.Get("Authorization"); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCredentials_StaticToken(t *testing.T) {
	s := newServer(t)
	r := open(t, s.URL, Options{}, keyBearerSource, "STATIC_TOKEN", keyBearerToken, "tok", keyBearerPool, "pool-1", keyBearerCluster, "lsrc-1",
		"request.header.X-Team", "data", "request.header.Content-Type", "text/plain")
	if _, err := r.Write("t", schema(`"int"`)); err != nil {
		t.Fatal(err)
	}
	h := s.take()[0].header
	for name, want := range map[string]string{
		"Authorization": "Bearer tok", "Confluent-Identity-Pool-Id": "pool-1", "target-sr-cluster": "lsrc-1", "X-Team": "data", "Content-Type": contentType,
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// jwt is a token that nobody signed.
func jwt(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

// TestCredentials_OAuth fetches a token, and the next one before the first expires.
func TestCredentials_OAuth(t *testing.T) {
	now := time.Unix(10_000, 0)
	fetched := 0
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if id != "app" || secret != "s3cret" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "registry" {
			t.Errorf("%s %s %v", id, secret, r.Form)
		}
		fetched++
		_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":3600}`, jwt(fmt.Sprintf(`{"sub":"app","n":%d,"exp":%d}`, fetched, now.Add(time.Hour).Unix())))
	}))
	defer issuer.Close()
	s := newServer(t)
	r := open(t, s.URL, Options{}, keyBearerSource, "OAUTHBEARER", keyBearerIssuer, issuer.URL, keyBearerID, "app", keyBearerSecret, "s3cret", keyBearerScope, "registry", keyBearerBuffer, "600")
	clock := now
	o := &oauth{http: r.client.http, now: func() time.Time { return clock }, buffer: 10 * time.Minute}
	props := clientProps{keyBearerIssuer: issuer.URL, keyBearerID: "app", keyBearerSecret: "s3cret", keyBearerScope: "registry"}
	if err := o.configure(props); err != nil {
		t.Fatal(err)
	}
	r.client.auth.bearer = o.get
	for i, at := range []struct {
		after   time.Duration
		fetched int
	}{{0, 1}, {49 * time.Minute, 1}, {50 * time.Minute, 2}} {
		clock = now.Add(at.after)
		if _, err := r.Write("t", schema(fmt.Sprintf(`{"type":"int","n":%d}`, i))); err != nil {
			t.Fatal(err)
		}
		if fetched != at.fetched {
			t.Errorf("after %v: %d tokens", at.after, fetched)
		}
	}
	if got := s.take()[2].header.Get("Authorization"); got != "Bearer "+jwt(fmt.Sprintf(`{"sub":"app","n":2,"exp":%d}`, now.Add(time.Hour).Unix())) {
		t.Errorf("%s", got)
	}
}

// TestCredentials_OAuthRefused: an issuer that says no is final and no row's fault; one that is away is an outage.
func TestCredentials_OAuthRefused(t *testing.T) {
	s := newServer(t)
	answer := http.StatusUnauthorized
	token := "opaque"
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(answer)
		_, _ = fmt.Fprintf(w, `{"access_token":%q}`, token)
	}))
	defer issuer.Close()
	for _, c := range []struct {
		status      int
		token, want string
	}{
		{401, "", authenticationException},
		{503, "", networkException},
		{200, "opaque", authenticationException},
		{200, jwt(`{"exp":1}`), authenticationException},
		{200, jwt(`{"sub":"a","exp":1}`), authenticationException},
	} {
		answer, token = c.status, c.token
		r := open(t, s.URL, Options{}, keyBearerSource, "OAUTHBEARER", keyBearerIssuer, issuer.URL, keyBearerID, "app", keyBearerSecret, "s3cret")
		_, err := r.Write("t", schema(`"int"`))
		err = r.WriteError("t", err)
		if got := chain(err); !strings.HasPrefix(got, c.want+": ") || !AllRows(err) || strings.Contains(got, "s3cret") || c.token != "" && strings.Contains(got, c.token) {
			t.Errorf("%d %s: %s", c.status, c.token, got)
		}
	}
	if n := len(s.take()); n > 0 {
		t.Errorf("asked %d times without a token", n)
	}
}

// TestTLS: a certificate of ours for a server that demands one, and a server's name that is compared.
func TestTLS(t *testing.T) {
	ca := authority(t)
	plain := newServer(t)
	secure := httptest.NewUnstartedServer(plain.Config.Handler)
	secure.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool(), Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1")}}
	secure.TLS.ClientCAs.AddCert(ca.cert)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	trust := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trust, ca.pem, 0o600); err != nil {
		t.Fatal(err)
	}
	key, certs := ca.issuePEM(t, "client")
	trusted := []string{clientPrefix + "ssl.truststore.type", "PEM", clientPrefix + "ssl.truststore.location", trust, keyMaxRetries, "0"}
	ours := append(slices.Clone(trusted), clientPrefix+"ssl.keystore.type", "PEM", clientPrefix+"ssl.keystore.key", key, clientPrefix+"ssl.keystore.certificate.chain", certs)
	if _, err := open(t, secure.URL, Options{}, ours...).Write("t", schema(`"int"`)); err != nil {
		t.Errorf("%v", err)
	}
	_, port, _ := net.SplitHostPort(secure.Listener.Addr().String())
	other := "https://localhost:" + port
	if _, err := open(t, other, Options{}, append(ours, clientPrefix+"ssl.endpoint.identification.algorithm", "")...).Write("t", schema(`"int"`)); err != nil {
		t.Errorf("without comparing names: %v", err)
	}
	for name, c := range map[string]struct {
		url   string
		pairs []string
	}{"no certificate": {secure.URL, trusted}, "unknown authority": {secure.URL, []string{keyMaxRetries, "0"}}, "another name": {other, ours}} {
		r := open(t, c.url, Options{}, c.pairs...)
		_, err := r.Write("t", schema(`"int"`))
		if got := chain(r.WriteError("t", err)); !strings.HasPrefix(got, networkException) || !AllRows(err) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// ca is a certificate authority of one test.
type ca struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func authority(t *testing.T) *ca {
	t.Helper()
	c := &ca{cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}}
	var der []byte
	var err error
	if c.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
		der, err = x509.CreateCertificate(rand.Reader, c.cert, c.cert, &c.key.PublicKey, c.key)
	}
	if err == nil {
		c.cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return c
}

func (c *ca) issue(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, certs := c.issuePEM(t, name)
	pair, err := tls.X509KeyPair([]byte(certs), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func (c *ca) issuePEM(t *testing.T, name string) (key, certs string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		tmpl.IPAddresses = []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, c.cert, &private.PublicKey, c.key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

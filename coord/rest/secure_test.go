package rest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pair is a key and a certificate that signs itself, as PEM text and ready for use.
type pair struct {
	key, cert string
	tls       tls.Certificate
}

func newPair(t *testing.T, name string) pair {
	return newPairFor(t, name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

// newPairFor is a pair that is good for a time.
func newPairFor(t *testing.T, name string, from, to time.Time) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p := pair{
		key:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})),
		cert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
	}
	if p.tls, err = tls.X509KeyPair([]byte(p.cert), []byte(p.key)); err != nil {
		t.Fatal(err)
	}
	return p
}

// secureClient trusts the server and shows the certificates.
func secureClient(server pair, version uint16, certs ...tls.Certificate) *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(server.cert))
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certs, MinVersion: tls.VersionTLS10, MaxVersion: version},
	}}
}

// serverProps name the key of a server in PEM.
func serverProps(p pair, prefix string) map[string]string {
	return map[string]string{
		"listeners":                           "https://127.0.0.1:0",
		prefix + "keystore.type":              "PEM",
		prefix + "keystore.key":               p.key,
		prefix + "truststore.type":            "PEM",
		prefix + "keystore.certificate.chain": p.cert,
	}
}

func TestHTTPS(t *testing.T) {
	server, client, stranger := newPair(t, "server"), newPair(t, "client"), newPair(t, "stranger")
	expired := newPairFor(t, "client", time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	early := newPairFor(t, "client", time.Now().Add(time.Hour), time.Now().Add(2*time.Hour))
	cases := []struct {
		name    string
		props   map[string]string
		version uint16 // the most that the client speaks
		certs   []tls.Certificate
		ok      bool
	}{
		{"plain", nil, tls.VersionTLS13, nil, true},
		{"older client", nil, tls.VersionTLS12, nil, true},
		{"older client where only the newer is on", map[string]string{"ssl.enabled.protocols": "TLSv1.3"}, tls.VersionTLS12, nil, false},
		{"only the older", map[string]string{"ssl.protocol": "TLSv1.2"}, tls.VersionTLS13, nil, true},
		{"suites of the older", map[string]string{"ssl.cipher.suites": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"}, tls.VersionTLS13, nil, true},
		{"suites of the newer", map[string]string{"ssl.cipher.suites": "TLS_AES_128_GCM_SHA256"}, tls.VersionTLS12, nil, false},
		{"certificate required, none given", map[string]string{"ssl.client.auth": "required"}, tls.VersionTLS13, nil, false},
		{"certificate required and given", map[string]string{"ssl.client.auth": "required"}, tls.VersionTLS13, []tls.Certificate{client.tls}, true},
		{"certificate required, one that has expired given", map[string]string{"ssl.client.auth": "required", "ssl.truststore.certificates": expired.cert}, tls.VersionTLS13, []tls.Certificate{expired.tls}, false},
		{"certificate required, one of tomorrow given", map[string]string{"ssl.client.auth": "required", "ssl.truststore.certificates": early.cert}, tls.VersionTLS13, []tls.Certificate{early.tls}, false},
		{"certificate requested, one that has expired given", map[string]string{"ssl.client.auth": "requested", "ssl.truststore.certificates": expired.cert}, tls.VersionTLS13, []tls.Certificate{expired.tls}, false},
		{"a client of TLS 1.1", nil, tls.VersionTLS11, nil, false},
		{"certificate required, a stranger's given", map[string]string{"ssl.client.auth": "required"}, tls.VersionTLS13, []tls.Certificate{stranger.tls}, false},
		{"certificate requested, none given", map[string]string{"ssl.client.auth": "requested"}, tls.VersionTLS13, nil, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			props := serverProps(server, "ssl.")
			props["ssl.truststore.certificates"] = client.cert
			for k, v := range c.props {
				props[k] = v
			}
			s := newServer(t, props)
			s.Ready(&fakeHerder{}, newLoggers())
			s.Serve()
			if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
				t.Errorf("advertised is %s", s.URL())
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL()+"connectors/n/config", strings.NewReader(`{"a":"b"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			resp, err := secureClient(server, c.version, c.certs...).Do(r)
			if err == nil {
				defer resp.Body.Close()
			}
			if c.ok != (err == nil) {
				t.Fatalf("got %v", err)
			}
			if c.ok && (resp.StatusCode != 201 || resp.Header.Get("Location") != s.URL()+"connectors/n" || resp.Proto != "HTTP/1.1") {
				t.Errorf("got %s %s %v", resp.Proto, resp.Status, resp.Header)
			}
		})
	}
}

func TestHTTPS_KeysOfListenersReplaceAllOthers(t *testing.T) {
	server := newPair(t, "server")
	props := serverProps(server, "listeners.https.ssl.")
	props["ssl.client.auth"] = "required" // not for the listeners: they have keys of their own
	props["ssl.provider"] = "BC"
	s := newServer(t, props)
	s.Ready(&fakeHerder{}, newLoggers())
	s.Serve()
	if got := get(t, secureClient(server, tls.VersionTLS13), "GET", s.URL()); got.code != 200 {
		t.Errorf("got %d", got.code)
	}
}

func TestHTTPS_AdminListenersHaveTheirOwnKeys(t *testing.T) {
	server, admin := newPair(t, "server"), newPair(t, "admin")
	props := serverProps(server, "listeners.https.ssl.")
	for k, v := range serverProps(admin, "admin.listeners.https.ssl.") {
		props[k] = v
	}
	props["admin.listeners"] = "https://127.0.0.1:0"
	s := newServer(t, props)
	s.Ready(&fakeHerder{}, newLoggers())
	s.Serve()
	if got := get(t, secureClient(admin, tls.VersionTLS13), "GET", "https://"+s.Addresses()[1]+"/admin/loggers/root"); got.code != 200 {
		t.Errorf("got %d", got.code)
	}
	if got := get(t, secureClient(server, tls.VersionTLS13), "GET", s.URL()+"connectors"); got.code != 200 {
		t.Errorf("got %d", got.code)
	}
}

func TestStrict_TakesWhatAsksForCertificatesOrStaysAtHome(t *testing.T) {
	server := newPair(t, "server")
	props := serverProps(server, "ssl.")
	props["ssl.client.auth"], props["listeners"], props["millrace.rest.security"] = "required", "https://0.0.0.0:0,http://127.0.0.1:0", "strict"
	newServer(t, props)
	props["ssl.client.auth"] = "requested"
	if _, err := New(Options{Properties: props, Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "https://0.0.0.0:0") {
		t.Errorf("got %v", err)
	}
}

// basicFiles writes a JAAS file and a file of users, and returns the former's path.
func basicFiles(t *testing.T, users string) string {
	t.Helper()
	dir := t.TempDir()
	jaas, file := filepath.Join(dir, "jaas.conf"), filepath.Join(dir, "users")
	for path, text := range map[string]string{
		file: users,
		jaas: "/* two */ Other { x.y required a=\"};\"; };\n// mine\nKafkaConnect {\n\torg.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule REQUIRED\n\tfile=\"" + file + "\"; # the users\n};\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return jaas
}

func TestBasicAuth(t *testing.T) {
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	jaas := basicFiles(t, "ann=p:w\\u00fc\nbob=\n")
	s := newServer(t, map[string]string{"rest.extension.classes": basicAuthClass},
		func(o *Options) { o.JAAS, o.Metrics = jaas, http.NotFoundHandler() })
	s.Ready(&fakeHerder{}, newLoggers())
	cases := []struct {
		request, auth string
		status        int
	}{
		{"GET /connectors", "", 401},
		{"GET /connectors", basic("ann:p:wü"), 200},
		{"GET /connectors", "basic " + basic("ann:p:wü")[len("Basic "):], 200},
		{"GET /connectors", basic("bob:"), 200},
		{"GET /connectors", basic("ann:p"), 401},
		{"GET /connectors", basic("eve:p:wü"), 401},
		{"GET /connectors", basic("eve:"), 401},
		{"GET /connectors", basic(":p"), 401},
		{"GET /connectors", basic("ann"), 401},
		{"GET /connectors", "Basic ann:p", 401},
		{"GET /connectors", "Bearer " + basic("ann:p:wü")[len("Basic "):], 401},
		{"GET /admin/loggers", "", 401},
		{"GET /metrics", "", 401},
		// Matching comes first, and workers sign what they ask each other.
		{"GET /nothing", "", 404},
		{"PUT /connectors", "", 405},
		{"PUT /connectors/a/fence", "", 204},
		{"POST /connectors/a/tasks/", "", 400},
		{"GET /connectors/a/tasks", "", 401},
	}
	for _, c := range cases {
		request := c.request + " HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\n"
		if c.auth != "" {
			request += "Authorization: " + c.auth + "\r\n"
		}
		got := ask(t, s, request+"\r\n")
		if got.code != c.status {
			t.Errorf("%s with %q: %d, want %d", c.request, c.auth, got.code, c.status)
		}
		if c.status == 401 && (got.body != "User cannot access the resource." || got.header.Get("Www-Authenticate") != "") {
			t.Errorf("%s: %s %v", c.request, got.body, got.header)
		}
	}
}

func TestBasicAuth_EmptyFileLetsEverybodyIn(t *testing.T) {
	jaas := basicFiles(t, "# nobody\n")
	s := newServer(t, map[string]string{"rest.extension.classes": "BasicAuthSecurityRestExtension"}, func(o *Options) { o.JAAS = jaas })
	s.Ready(&fakeHerder{}, newLoggers())
	if got := ask(t, s, "GET /connectors HTTP/1.1\r\nHost: w\r\n\r\n"); got.code != 200 {
		t.Errorf("got %d", got.code)
	}
}

func TestBasicAuth_EmptyFileIsNoProtection(t *testing.T) {
	_, err := New(Options{
		Properties: map[string]string{"rest.extension.classes": "BasicAuthSecurityRestExtension", "listeners": "http://0.0.0.0:0", "millrace.rest.security": "strict"},
		Log:        slog.New(slog.DiscardHandler), JAAS: basicFiles(t, ""),
	})
	if err == nil || !strings.Contains(err.Error(), "lets everybody in") {
		t.Errorf("got %v", err)
	}
}

func TestJAASEntry(t *testing.T) {
	cases := []struct {
		text, module, file string // of the entry N
		says               string
	}{
		{`N{a.B required file='x y';};`, "a.B", "x y", ""},
		{"N { a.B optional file = x debug=\"true\" ; } ;", "a.B", "x", ""},
		{`M { c required; }; N { a.B sufficient; };`, "a.B", "", ""},
		{`N { a.B required file=x; c.D required; };`, "", "", "entry N: one login module"},
		{`N { a.B mandatory; };`, "", "", "must stand required"},
		{`N { a.B required; }`, "", "", "an entry must be of the form"},
		{`N { };`, "", "", "a login module must be of the form"},
		{`N { a.B required file="secret };`, "", "", "does not end"},
		{`N { a.B required secret; };`, "", "", "one login module with options"},
		{`M { a required; }; /* N`, "", "", "no entry N"},
		{``, "", "", "no entry N"},
		{`N`, "", "", "an entry must be of the form"},
	}
	for _, c := range cases {
		e, err := jaasEntry(c.text, "N")
		switch {
		case c.says == "" && (err != nil || e.module != c.module || e.options["file"] != c.file):
			t.Errorf("%s: %v, %v", c.text, e, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v, want %s", c.text, err, c.says)
		}
	}
}

func pemOf(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}) }

func TestStrict_WantsEncryptionToo(t *testing.T) {
	jaas := basicFiles(t, "ann=pw\n")
	props := serverProps(newPair(t, "server"), "ssl.")
	props["listeners"], props["rest.extension.classes"], props["millrace.rest.security"] = "https://0.0.0.0:0", basicAuthClass, "strict"
	newServer(t, props, func(o *Options) { o.JAAS = jaas })
	props["listeners"] = "http://0.0.0.0:0"
	if _, err := New(Options{Properties: props, Log: slog.New(slog.DiscardHandler), JAAS: jaas}); err == nil || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("%v", err)
	}
	// The extension is not called at admin listeners.
	props["listeners"], props["admin.listeners"] = "http://127.0.0.1:0", "https://0.0.0.0:0"
	if _, err := New(Options{Properties: props, Log: slog.New(slog.DiscardHandler), JAAS: jaas}); err == nil || !strings.Contains(err.Error(), "lets everybody in") {
		t.Errorf("%v", err)
	}
	props["millrace.rest.role.edit"] = "ann *"
	newServer(t, props, func(o *Options) { o.JAAS = jaas })
}

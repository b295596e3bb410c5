package rest

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/outbound"
)

// oidcProps are the keys for an issuer.
func oidcProps(issuer string, more ...string) map[string]string {
	p := map[string]string{issuerKey: issuer, audienceKey: "connect"}
	for i := 0; i < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

// liveToken is good now.
func liveToken(t testing.TB, s *signer, issuer string, changes map[string]any) string {
	all := map[string]any{"iss": issuer, "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range changes {
		all[k] = v
	}
	return s.token(t, all)
}

func TestOIDC_TheIssuerSaysWhereItsKeysAre(t *testing.T) {
	e := newEC(t, "e")
	mux := http.NewServeMux()
	issuer := httptest.NewTLSServer(mux)
	defer issuer.Close()
	name := issuer.URL + "/realm"
	mux.HandleFunc("/realm/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, name, issuer.URL+"/keys")
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/moved", http.StatusFound) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, keySetText(t, e)) })
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pemOf(issuer.Certificate().Raw), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newServer(t, oidcProps(name, caKey, ca, "millrace.rest.security", "strict", "millrace.rest.role.view", "group:ops a*"))
	h := &fakeHerder{}
	s.Ready(h, newLoggers())
	token := liveToken(t, e, name, nil)
	for _, c := range []struct {
		request, header string
		status          int
	}{
		{"GET /connectors/a", "Authorization: Bearer " + token, 200},
		{"GET /connectors/a", "Authorization: bearer   " + token, 200},
		{"GET /connectors/b", "Authorization: Bearer " + token, 403},
		{"DELETE /connectors/a", "Authorization: Bearer " + token, 403},
		{"GET /connectors/a", "Authorization: Bearer " + token + "x", 401},
		{"GET /connectors/a", "Authorization: Basic " + token, 401},
		{"GET /connectors/a", "Accept: */*", 401},
		{"PUT /connectors/a/fence", "X-Connect-Authorization: x", 400}, // strict: it is not signed
	} {
		got := ask(t, s, wire(c.request, "", c.header))
		if got.code != c.status {
			t.Errorf("%s with %.30s: %d %s", c.request, c.header, got.code, got.body)
		}
		if c.status == 401 && (got.header.Get("WWW-Authenticate") != "Bearer" || got.body != `{"error_code":401,"message":"User cannot access the resource."}`) {
			t.Errorf("%s: %v %s", c.request, got.header, got.body)
		}
	}
}

func TestOIDC_KeysFromAFileOrAURL(t *testing.T) {
	e := newEC(t, "e")
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(keySetText(t, e)), 0o600); err != nil {
		t.Fatal(err)
	}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/keys":
			_, _ = io.WriteString(w, keySetText(t, e))
		case "/away":
			http.Redirect(w, r, "http://localhost:1/keys", http.StatusFound)
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat(" ", keySetBytesMax+1))
		default:
			http.NotFound(w, r)
		}
	}))
	defer host.Close()
	for jwks, status := range map[string]int{file: 200, host.URL + "/keys": 200, host.URL + "/none": 503, host.URL + "/away": 503, host.URL + "/large": 503} {
		s := newServer(t, oidcProps(testIssuer, jwksKey, jwks))
		s.Ready(&fakeHerder{}, newLoggers())
		if got := ask(t, s, wire("GET /connectors", "", "Authorization: Bearer "+liveToken(t, e, testIssuer, nil))); got.code != status {
			t.Errorf("%s: %d %s", jwks, got.code, got.body)
		}
	}
}

func TestOIDC_BesidePasswordsAndCertificates(t *testing.T) {
	e, server, client := newEC(t, "e"), newPair(t, "server"), newPair(t, "worker-1")
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(keySetText(t, e)), 0o600); err != nil {
		t.Fatal(err)
	}
	props := serverProps(server, "ssl.")
	props["ssl.client.auth"], props["ssl.truststore.certificates"] = "requested", client.cert
	for k, v := range oidcProps(testIssuer, jwksKey, file, "millrace.rest.role.edit", "cert:worker-1 *", "millrace.rest.role.view", "ann *") {
		props[k] = v
	}
	bearer := "Bearer " + liveToken(t, e, testIssuer, nil)
	password := strings.TrimPrefix(basicHeader("ann"), "Authorization: ")
	jaas := basicFiles(t, "ann=pw\n")
	for _, passwords := range []bool{false, true} {
		all := map[string]string{}
		for k, v := range props {
			all[k] = v
		}
		if passwords {
			all["rest.extension.classes"] = basicAuthClass
		}
		s := newServer(t, all, func(o *Options) { o.JAAS = jaas })
		s.Ready(&fakeHerder{}, newLoggers())
		s.Serve()
		plain, certified := secureClient(server, 0), secureClient(server, 0, client.tls)
		with := map[bool]int{false: 401, true: 200}
		for _, c := range []struct {
			client *http.Client
			method string
			header []string
			status int
		}{
			{plain, "GET", nil, 401},
			{plain, "GET", []string{"Authorization", bearer}, 200},
			{plain, "DELETE", []string{"Authorization", bearer}, 403},
			{plain, "GET", []string{"Authorization", password}, with[passwords]},
			// A certificate is enough, unless Connect's extension wants a password.
			{certified, "DELETE", nil, map[bool]int{false: 204, true: 401}[passwords]},
			// What is shown besides must hold.
			{certified, "GET", []string{"Authorization", "Bearer x"}, 401},
			{certified, "DELETE", []string{"Authorization", bearer}, 403},
		} {
			if got := get(t, c.client, c.method, s.URL()+"connectors/a", c.header...); got.code != c.status {
				t.Errorf("passwords %v: %s with %.20q: %d %s, want %d", passwords, c.method, c.header, got.code, got.body, c.status)
			}
		}
	}
}

func TestOIDC_RefusesWhatCannotBe(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		props map[string]string
		says  string
	}{
		{map[string]string{issuerKey: testIssuer}, "needs millrace.rest.oidc.audience"},
		{map[string]string{audienceKey: "x"}, "have no effect without millrace.rest.oidc.issuer"},
		{map[string]string{jwksKey: "x"}, "have no effect without millrace.rest.oidc.issuer"},
		{oidcProps("http://issuer.example"), "it must be https"},
		{oidcProps("issuer"), "not a URL"},
		{oidcProps("https://u:p@issuer.example"), "not a URL"},
		{oidcProps("anything", jwksKey, "http://issuer.example/keys"), "it must be https"},
		{oidcProps("anything", jwksKey, "file:///keys"), "not a URL"},
		{oidcProps("anything", jwksKey, filepath.Join(dir, "none")), "Invalid value"},
		{oidcProps("anything", jwksKey, empty), "not a JSON Web Key Set"},
		{oidcProps(testIssuer, caKey, empty), "certificates in PEM"},
		{oidcProps(testIssuer, skewKey, "600001"), skewKey},
		{oidcProps(testIssuer, refreshKey, "1"), refreshKey},
		{oidcProps(testIssuer, userClaimKey, ""), userClaimKey},
		{map[string]string{"millrace.rest.role.view": "ann"}, "a grant is somebody and connectors"},
		{map[string]string{"millrace.rest.role.view": "ann *"}, "nobody can say who it is"},
		{map[string]string{"millrace.rest.rebalance.wait.ms": "-1"}, "millrace.rest.rebalance.wait.ms"},
		{map[string]string{"millrace.rest.security": "strict", "access.control.allow.origin": "*"}, "name the sites"},
		{oidcProps("anything", jwksKey, "http://localhost/keys", "listeners", "http://0.0.0.0:0", "millrace.rest.security", "strict"), "not encrypted"},
	} {
		props := map[string]string{"listeners": "http://127.0.0.1:0"}
		for k, v := range c.props {
			props[k] = v
		}
		s, err := New(Options{Properties: props, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			_ = s.Stop(t.Context())
		}
		var known *config.ConfigException
		if !errors.As(err, &known) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v, want %s", c.props, err, c.says)
		}
	}
}

func TestIssuer_WhatItSaysIsChecked(t *testing.T) {
	var answer string
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	defer host.Close()
	i := issuer{name: host.URL, http: outbound.NewClient(outbound.Options{Connect: peerDialMax})}
	for _, c := range []struct{ answer, says string }{
		{`{"issuer":"https://other","jwks_uri":"https://x/"}`, "another issuer's"},
		{`{"issuer":"` + host.URL + `","jwks_uri":"http://x.example/"}`, "it must be https"},
		{`{"issuer":"` + host.URL + `"}`, "not a URL"},
		{`x`, "not a JSON object"},
		{`{"issuer":"` + host.URL + `","jwks_uri":"` + host.URL + `"}`, "no key for RS256 or ES256"},
	} {
		answer = c.answer
		if _, err := i.keys(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.answer, err)
		}
	}
}

// Strict workers fetch no keys from where clouds keep those of their machines: tokens cannot be checked then.
func TestIssuer_MetadataIsNoIssuer(t *testing.T) {
	e := newEC(t, "e")
	for _, jwks := range []string{"https://169.254.169.254/latest/meta-data/iam", "https://[fd00:ec2::254]/keys", "https://[::ffff:169.254.169.254]/"} {
		var log strings.Builder
		s := newServer(t, oidcProps(testIssuer, jwksKey, jwks, "millrace.rest.security", "strict"), func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		s.Ready(&fakeHerder{}, newLoggers())
		got := ask(t, s, wire("GET /connectors", "", "Authorization: Bearer "+liveToken(t, e, testIssuer, nil)))
		if got.code != 503 || !strings.Contains(log.String(), "is an address of the link or of a cloud's metadata") {
			t.Errorf("%s: %d %s\n%s", jwks, got.code, got.body, log.String())
		}
	}
}

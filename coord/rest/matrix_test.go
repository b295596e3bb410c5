package rest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/coord"
)

// matrixUsers are who asks for everything; matrixGrants say what they may: edit what begins with a, and so on.
var matrixUsers = []string{"none", "view", "watch", "operate", "edit", "admin"}

func matrixGrants(kind string) map[string]string {
	return map[string]string{
		"millrace.rest.role.view":    kind + "view a*, " + kind + "watch *",
		"millrace.rest.role.operate": kind + "operate a*",
		"millrace.rest.role.edit":    kind + "edit a*, " + kind + "admin *",
	}
}

// endpoint is a request and who may send it.
type endpoint struct{ request, body, may string }

// endpoints are all of them: TestMatrix_HasEveryRoute compares them with the table of routes.
func endpoints() []endpoint {
	const (
		everybody = "none view watch operate edit admin"
		viewers   = "view watch operate edit admin"
		operators = "operate edit admin"
		editors   = "edit admin"
		allSeers  = "watch admin"
		admins    = "admin"
		config    = `{"connector.class":"C"}`
	)
	return []endpoint{
		{"GET /", "", everybody},
		{"GET /health", "", everybody},
		{"GET /connectors", "", everybody},
		{"GET /metrics", "", allSeers},
		{"GET /connectors/a", "", viewers},
		{"GET /connectors/a/config", "", viewers},
		{"GET /connectors/a/status", "", viewers},
		{"GET /connectors/a/health", "", viewers},
		{"GET /connectors/a/topics", "", viewers},
		{"GET /connectors/a/offsets", "", viewers},
		{"GET /connectors/a/tasks", "", viewers},
		{"GET /connectors/a/tasks/0/status", "", viewers},
		{"PUT /connectors/a/topics/reset", "", operators},
		{"PUT /connectors/a/pause", "", operators},
		{"PUT /connectors/a/resume", "", operators},
		{"PUT /connectors/a/stop", "", operators},
		{"POST /connectors/a/restart", "", operators},
		{"POST /connectors/a/restart?includeTasks=true", "", operators},
		{"POST /connectors/a/tasks/0/restart", "", operators},
		{"POST /connectors", `{"name":"a1","config":` + config + `}`, editors},
		{"POST /connectors", `{"name":"b1","config":` + config + `}`, admins},
		{"PUT /connectors/a/config", config, editors},
		{"PATCH /connectors/a/config", config, editors},
		{"DELETE /connectors/a", "", editors},
		{"PATCH /connectors/a/offsets", `{"offsets":[{"partition":{},"offset":null}]}`, editors},
		{"DELETE /connectors/a/offsets", "", editors},
		{"GET /connectors/a/dlq", "", operators},
		{"GET /connectors/a/dlq/letters/0@1", "", editors},
		{"GET /connectors/a/dlq/letters/0@1/explain", "", editors},
		{"GET /connectors/a/dlq/replay", "", viewers},
		{"POST /connectors/a/dlq/replay", `{"rate":"5"}`, editors},
		{"DELETE /connectors/a/dlq/replay", "", editors},
		{"GET /connectors/b/dlq", "", admins},
		{"GET /connector-plugins", "", viewers},
		{"GET /connector-plugins/C/config", "", viewers},
		{"PUT /connector-plugins/C/config/validate", config, editors},
		{"PUT /connector-plugins/C/config/validate", `{"connector.class":"C","name":"a"}`, editors},
		{"PUT /connector-plugins/C/config/validate", `{"connector.class":"C","name":"bb"}`, admins},
		{"GET /admin/loggers", "", allSeers},
		{"GET /admin/loggers/root", "", allSeers},
		{"PUT /admin/loggers/org.a", `{"level":"INFO"}`, admins},
		// Other connectors, also those that are not there: nothing tells them apart.
		{"GET /connectors/none", "", allSeers},
		{"GET /connectors/b/status", "", allSeers},
		{"PUT /connectors/b/pause", "", admins},
		{"DELETE /connectors/none", "", admins},
		// Workers sign what they ask each other.
		{"PUT /connectors/b/fence", "", everybody},
		{"POST /connectors/b/tasks", `[]`, everybody},
	}
}

// unsigned says whether workers ask for an endpoint, and prove themselves by signatures.
func (e endpoint) unsigned() bool {
	return strings.HasSuffix(e.request, "/fence") || strings.HasPrefix(e.request, "POST /connectors/b/tasks")
}

// allows says whether a user may send it.
func (e endpoint) allows(user string) bool { return slices.Contains(strings.Fields(e.may), user) }

// A route that the matrix has not is a door that nobody has tried.
func TestMatrix_HasEveryRoute(t *testing.T) {
	routes := slices.Concat((&api{}).mainResources(), (&api{}).adminResources())
	tried := map[string]bool{}
	for _, e := range endpoints() {
		method, target, _ := strings.Cut(e.request, " ")
		path, _, _ := strings.Cut(target, "?")
		if m := routes.find(path); m != nil {
			tried[method+" /"+strings.Join(m.path, "/")] = true
		} else if e.request != "GET /metrics" { // which is served in front of the table
			t.Errorf("%s is no route", e.request)
		}
	}
	for _, r := range routes {
		for method, m := range r.methods {
			if name := method + " /" + strings.Join(r.path, "/"); !tried[name] {
				t.Errorf("%s is not in the matrix", name)
			}
			// What needs no role is listed here by hand.
			if path := "/" + strings.Join(r.path, "/"); m.role == roleNone && !slices.Contains([]string{"/", "/health", "/connectors", "/connectors/{connector}/tasks", "/connectors/{connector}/fence"}, path) {
				t.Errorf("%s %s needs no role", method, path)
			}
			if m.open && m.role != roleNone {
				t.Errorf("%s %v: whoever is not asked who it is has no role", method, r.path)
			}
		}
	}
}

// proof is a way to say who one is: a server that takes it, and requests that give it.
type proof struct {
	name   string
	server func(t *testing.T, props map[string]string) *Server
	grants string // what a grant calls it
	give   func(t *testing.T, r *http.Request, user string)
}

// proofsOf are all ways that there are, and the certificate, token and password of matrixUsers.
func proofsOf(t *testing.T) []proof {
	t.Helper()
	e, cert := newEC(t, "e"), newPair(t, "server")
	keys := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(keys, []byte(keySetText(t, e)), 0o600); err != nil {
		t.Fatal(err)
	}
	users := ""
	for _, u := range matrixUsers {
		users += u + "=pw\n"
	}
	jaas := basicFiles(t, users)
	server := func(own map[string]string) func(*testing.T, map[string]string) *Server {
		return func(t *testing.T, props map[string]string) *Server {
			t.Helper()
			all := maps.Clone(own)
			maps.Copy(all, props)
			return newServer(t, all, func(o *Options) {
				o.JAAS = jaas
				o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "up 1") })
			})
		}
	}
	tls := serverProps(cert, "ssl.")
	tls["ssl.client.auth"], tls["ssl.truststore.certificates"] = "requested", cert.cert
	bearer := func(claims func(user string) map[string]any) func(*testing.T, *http.Request, string) {
		made := map[string]string{}
		return func(t *testing.T, r *http.Request, user string) {
			if made[user] == "" {
				made[user] = liveToken(t, e, testIssuer, claims(user))
			}
			r.Header.Set("Authorization", "Bearer "+made[user])
		}
	}
	return []proof{
		{"password", server(map[string]string{"rest.extension.classes": basicAuthClass}), "user:", func(_ *testing.T, r *http.Request, user string) { r.SetBasicAuth(user, "pw") }},
		{"token", server(oidcProps(testIssuer, jwksKey, keys)), "token:", bearer(func(user string) map[string]any { return map[string]any{"sub": user, "groups": []string{"admin"}} })},
		{"group", server(oidcProps(testIssuer, jwksKey, keys)), "group:", bearer(func(user string) map[string]any { return map[string]any{"sub": "admin", "groups": []string{"x", user}} })},
		{"certificate", server(tls), "cert:", func(_ *testing.T, r *http.Request, user string) { r.TLS = shown(user) }},
	}
}

// shown is a connection on which a client showed a certificate that was verified.
func shown(name string) *tls.ConnectionState {
	c := &x509.Certificate{Subject: pkix.Name{CommonName: name}}
	return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}, VerifiedChains: [][]*x509.Certificate{{c}}}
}

// askAs sends a request to the regular or the admin listeners, as a user, "" as nobody.
func (p proof) askAs(t *testing.T, s *Server, listener int, request, body, user string) reply {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire(request, body))))
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		p.give(t, r, user)
	}
	w := httptest.NewRecorder()
	s.servers[listener].Handler.ServeHTTP(w, r.WithContext(t.Context()))
	return readReply(t, w.Result())
}

// TestMatrix_EachRoleWithEachEndpoint asks for everything as everybody, by each way to say who one is, with both
// kinds of security. Whoever may ask gets what the herder answers; whoever may not gets 403, nobody 401, and the
// herder hears nothing of it.
func TestMatrix_EachRoleWithEachEndpoint(t *testing.T) {
	for _, p := range proofsOf(t) {
		for _, security := range []string{compatible, strict} {
			props := matrixGrants(p.grants)
			props[securityKey] = security
			s, h := p.server(t, props), &fakeHerder{health: coord.Health{Ready: true, Live: true}}
			s.Ready(h, newLoggers())
			for _, e := range endpoints() {
				for _, user := range matrixUsers {
					h.asked = nil
					got := p.askAs(t, s, 0, e.request, e.body, user)
					switch may := e.allows(user); {
					case e.unsigned() && security == strict:
						if got.code != 400 || !strings.Contains(got.body, "missing required signature") || len(h.asked) > 0 {
							t.Errorf("%s, strict: %s unsigned: %d %s", p.name, e.request, got.code, got.body)
						}
					case may && (got.code == 403 || got.code == 401):
						t.Errorf("%s, %s: %s as %s: %d %s", p.name, security, e.request, user, got.code, got.body)
					case !may && (got.code != 403 || !strings.Contains(got.body, " may not ") || len(h.asked) > 0):
						t.Errorf("%s, %s: %s as %s: %d %s, the herder heard %q", p.name, security, e.request, user, got.code, got.body, h.asked)
					}
				}
				if got := p.askAs(t, s, 0, e.request, e.body, ""); got.code != 401 && !e.unsigned() {
					t.Errorf("%s, %s: %s as nobody: %d %s", p.name, security, e.request, got.code, got.body)
				}
			}
		}
	}
}

// TestMatrix_AdminListeners asks at listeners of their own for everything: the loggers are there, for the same users,
// and nothing else is.
func TestMatrix_AdminListeners(t *testing.T) {
	for _, p := range proofsOf(t) {
		props := matrixGrants(p.grants)
		props["admin.listeners"] = "http://127.0.0.1:0"
		if p.name == "certificate" {
			cert := newPair(t, "admin")
			props["admin.listeners"] = "https://127.0.0.1:0"
			maps.Copy(props, map[string]string{
				"admin.listeners.https.ssl.keystore.type": "PEM", "admin.listeners.https.ssl.keystore.key": cert.key, "admin.listeners.https.ssl.keystore.certificate.chain": cert.cert,
				"admin.listeners.https.ssl.client.auth": "requested", "admin.listeners.https.ssl.truststore.type": "PEM", "admin.listeners.https.ssl.truststore.certificates": cert.cert,
			})
		}
		s, h := p.server(t, props), &fakeHerder{health: coord.Health{Ready: true, Live: true}}
		s.Ready(h, newLoggers())
		for _, e := range endpoints() {
			admin := strings.Contains(e.request, " /admin/")
			for _, user := range append([]string{""}, matrixUsers...) {
				h.asked = nil
				at, elsewhere := p.askAs(t, s, 1, e.request, e.body, user), p.askAs(t, s, 0, e.request, e.body, user)
				if !admin {
					if at.code != 404 {
						t.Errorf("%s: %s at the admin listener: %d %s", p.name, e.request, at.code, at.body)
					}
					continue
				}
				want := map[bool]int{true: 200, false: 403}[e.allows(user)]
				switch {
				case user == "":
					want = 401
				case want == 200 && strings.HasPrefix(e.request, "PUT"):
					want = at.code // what the loggers say
				}
				if at.code != want || at.code == 404 || elsewhere.code != 404 {
					t.Errorf("%s: %s as %q: %d, at the regular listener %d", p.name, e.request, user, at.code, elsewhere.code)
				}
			}
		}
	}
}

// TestMatrix_ForwardedRequests asks a worker that does not lead. What may not be is not even handed on, with and
// without a claim to come from a worker; what may be is judged by the leader again, by the same proof.
func TestMatrix_ForwardedRequests(t *testing.T) {
	for _, p := range proofsOf(t)[:3] {
		heard := &fakeHerder{health: coord.Health{Ready: true, Live: true}}
		leader := p.server(t, matrixGrants(p.grants))
		leader.Ready(heard, newLoggers())
		leader.Serve()
		follower := p.server(t, matrixGrants(p.grants))
		h := elsewhere(at(leader.URL()))
		h.health = heard.health
		follower.Ready(h, newLoggers())
		handedOn := 0
		for _, e := range endpoints() {
			for _, user := range append([]string{""}, matrixUsers...) {
				for _, query := range []string{"", "forward=true"} {
					request := e.request
					if query != "" {
						request += map[bool]string{true: "&", false: "?"}[strings.Contains(request, "?")] + query
					}
					heard.asked, h.asked = nil, nil
					got := p.askAs(t, follower, 0, request, e.body, user)
					refused := got.code == 401 || got.code == 403
					if refused == (e.allows(user) || e.unsigned()) || refused && len(h.asked)+len(heard.asked) > 0 {
						t.Errorf("%s: %s as %q: %d %s, heard here %q and at the leader %q", p.name, request, user, got.code, got.body, h.asked, heard.asked)
					}
					handedOn += len(heard.asked)
				}
			}
		}
		if handedOn == 0 {
			t.Errorf("%s: nothing reached the leader", p.name)
		}
		// And a leader whose roles differ has the last word.
		less := p.server(t, map[string]string{"millrace.rest.role.edit": p.grants + "nobody *"})
		less.Ready(heard, newLoggers())
		less.Serve()
		h = elsewhere(at(less.URL()))
		follower.Ready(h, newLoggers())
		heard.asked = nil
		if got := p.askAs(t, follower, 0, "DELETE /connectors/a", "", "admin"); got.code != 403 || len(heard.asked) > 0 {
			t.Errorf("%s: %d %s, the leader heard %q", p.name, got.code, got.body, heard.asked)
		}
	}
}

// TestMatrix_NoPathLeadsAround tries to reach connectors whose names do not begin with a, as who may edit those that
// do.
func TestMatrix_NoPathLeadsAround(t *testing.T) {
	s, h := roleServer(t, map[string]string{"millrace.rest.role.edit": "edit a*"})
	for _, c := range []struct{ request, body string }{
		{"DELETE /connectors/b", ""}, {"DELETE /connectors/%62", ""}, {"DELETE /connectors/b/", ""}, {"DELETE /connectors/b;a", ""}, {"DELETE /connectors/;a", ""},
		{"DELETE /connectors/a/../b", ""}, {"DELETE /connectors/./b", ""}, {"DELETE /connectors//b", ""}, {"DELETE //connectors/b", ""},
		{"DELETE /connectors/a%00b/../b", ""}, {"DELETE /connectors/A", ""}, {"DELETE /connectors/%20a", ""}, {"DELETE /connectors/\xc3\xa1", ""}, {"DELETE /CONNECTORS/b", ""},
		{"DELETE http://a/connectors/b", ""}, {"DELETE /connectors/b?connector=a", ""}, {"DELETE /connectors/b?name=a&forward=true", ""},
		{"PUT /connectors/b/config", `{"name":"a","connector.class":"C"}`}, {"PUT /connectors/a/config", `{"name":"b","connector.class":"C"}`},
		{"PUT /connectors/a/config", `{"name":"a","name":"b","connector.class":"C"}`},
		{"POST /connectors", `{"name":"b","config":{"name":"a","connector.class":"C"}}`}, {"POST /connectors", `{"name":"a","config":{"name":"b","connector.class":"C"}}`},
		{"POST /connectors", `{"name":"a","name":"b","config":{"connector.class":"C"}}`}, {"POST /connectors", `{"config":{"connector.class":"C"}}`}, {"POST /connectors", `{"name":null,"config":{"name":"b"}}`},
		{"PUT /connector-plugins/C/config/validate", `{"connector.class":"C","name":"b"}`}, {"PUT /connector-plugins/C/config/validate", `{"connector.class":"C","name":"a","name":"b"}`},
		{"POST /connectors/b/restart?includeTasks=true", ""}, {"POST /connectors/b/tasks/0/restart", ""}, {"DELETE /connectors/b/offsets", ""},
	} {
		for _, header := range []string{"X-HTTP-Method-Override: GET", "X-Forwarded-For: 127.0.0.1", "X-Original-URL: /connectors/a", "X-Connect-Authorization: AAAA"} {
			h.asked = nil
			got := ask(t, s, wire(c.request, c.body, basicHeader("edit"), header))
			about := strings.Join(h.asked, " ")
			if got.code < 400 || got.code >= 500 || strings.Contains(about, `"b"`) {
				t.Errorf("%s %s with %s: %d %s, the herder heard %s", c.request, c.body, header, got.code, got.body, about)
			}
		}
	}
}

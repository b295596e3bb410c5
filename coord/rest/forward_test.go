package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// elsewhere is a herder that sends every request for a name to url.
func elsewhere(url func() string) *fakeHerder {
	return &fakeHerder{fail: func() error { return &coord.ElsewhereError{Text: "Only the leader can do it.", URL: url()} }}
}

func at(url string) func() string { return func() string { return url } }

// serving starts a server with a herder.
func serving(t *testing.T, h coord.Herder, props map[string]string) *Server {
	t.Helper()
	s := newServer(t, props)
	s.Ready(h, newLoggers())
	s.Serve()
	return s
}

// wire makes a request; the body is JSON.
func wire(line, body string, headers ...string) string {
	text := line + " HTTP/1.1\r\nHost: first:8083\r\n"
	for _, h := range headers {
		text += h + "\r\n"
	}
	if body != "" {
		text += fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	return text + "\r\n" + body
}

func TestForward_TheLeaderAnswers(t *testing.T) {
	leader := &fakeHerder{}
	s := newServer(t, nil)
	s.Ready(elsewhere(at(serving(t, leader, nil).URL())), newLoggers())
	cases := []struct{ request, body, asked, status, answer string }{
		{"POST /connectors", `{"name":" n ","config":{"a":"b"}}`, `put "n" {a="b" name="n"} initial= replace=false`, "201", `{"name":"n","config":{"a":"b","name":"n"},"tasks":[],"type":"unknown"}`},
		{"POST /connectors", `{"name":"a","config":{"a":"b"}}`, `put "a" {a="b" name="a"} initial= replace=false`, "409", `{"error_code":409,"message":"Connector a already exists"}`},
		{"PUT /connectors/a/config", `{"a":1}`, `put "a" {a="1" name="a"} initial= replace=true`, "200", `{"name":"a","config":{"a":"1","name":"a"},"tasks":[],"type":"unknown"}`},
		{"PATCH /connectors/a/config", `{"a":null}`, `patch "a" {} without [a]`, "200", `{"name":"a","config":{},"tasks":[],"type":"source"}`},
		{"DELETE /connectors/a", "", `delete "a"`, "204", ""},
		{"DELETE /connectors/x%2Fy%25z%20%C3%A4;p=q", "", `delete "x/y%z ä"`, "204", ""},
		{"DELETE /connectors/none", "", `delete "none"`, "404", `{"error_code":404,"message":"Unknown connector none"}`},
		{"DELETE /connectors/broken", "", `delete "broken"`, "500", `{"error_code":500,"message":"disk full"}`},
		{"PUT /connectors/a/stop", "", `stop "a"`, "204", ""},
		{"POST /connectors/a/restart", "", `restart "a"`, "204", ""},
		{"POST /connectors/a/restart?includeTasks=TRUE&onlyFailed=no&x=y", "", `restart {Connector:a IncludeTasks:true OnlyFailed:false}`, "202", `{"name":"a"`},
		{"POST /connectors/a/tasks/3/restart", "", `restart task 3`, "204", ""},
		{"PATCH /connectors/a/offsets", `{"offsets":[{"partition":{"p":1},"offset":null}]}`, `alter "a" {p=int64(1)} at null`, "200", `{"message":"altered"}`},
		{"DELETE /connectors/a/offsets", "", `reset offsets "a"`, "200", `{"message":"reset"}`},
		{"PUT /connectors/a/fence", "", `fence "a" signed=false "" "" body=""`, "204", ""},
		{"POST /connectors/a/tasks", `[{"a":"b"}]`, `task configs "a" [{a="b"}] signed=false "" "" body="[{\"a\":\"b\"}]"`, "204", ""},
	}
	for _, c := range cases {
		leader.asked = nil
		got := ask(t, s, wire(c.request, c.body))
		if fmt.Sprint(got.code) != c.status || !strings.HasPrefix(got.body, c.answer) || c.answer == "" && got.body != "" {
			t.Errorf("%s: %d %s", c.request, got.code, got.body)
		}
		if len(leader.asked) != 1 || leader.asked[0] != c.asked {
			t.Errorf("%s: the leader was asked %q", c.request, leader.asked)
		}
		if l := got.header.Get("Location"); (c.status == "201") != (l == "http://first:8083/connectors/n") {
			t.Errorf("%s: Location %s", c.request, l)
		}
	}
	// Pausing is done where it is asked for, and reading too.
	if got := ask(t, s, wire("PUT /connectors/a/pause", "")); got.code != 500 || !strings.Contains(got.body, "Only the leader can do it.") {
		t.Errorf("pause: %d %s", got.code, got.body)
	}
	if got := ask(t, s, wire("GET /connectors/a/config", "")); got.code != 500 || !strings.Contains(got.body, "Only the leader can do it.") {
		t.Errorf("config: %d %s", got.code, got.body)
	}
}

func TestForward_TwoHopsAtMost(t *testing.T) {
	var urls [3]string
	var workers [3]*fakeHerder
	for i := range workers {
		workers[i] = elsewhere(func() string { return urls[(i+1)%3] })
	}
	for i := range workers {
		urls[i] = serving(t, workers[i], nil).URL()
	}
	cases := []struct {
		query string
		hops  string // how often each worker is asked
	}{{"", "1 1 1"}, {"?forward=true", "1 1 0"}, {"?forward=false", "1 0 0"}, {"?forward=x", "1 0 0"}}
	for _, c := range cases {
		for _, w := range workers {
			w.asked = nil
		}
		got := get(t, newClient(), "DELETE", urls[0]+"connectors/a"+c.query)
		if got.code != 409 || got.body != `{"error_code":409,"message":"Cannot complete request because of a conflicting operation (e.g. worker rebalance)"}` {
			t.Errorf("%q: %d %s", c.query, got.code, got.body)
		}
		if hops := fmt.Sprint(len(workers[0].asked), len(workers[1].asked), len(workers[2].asked)); hops != c.hops {
			t.Errorf("%q: asked %s times, want %s", c.query, hops, c.hops)
		}
	}
}

func TestForward_SaysWhatFails(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + l.Addr().String() + "/"
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	starting := newServer(t, nil)
	starting.Serve()
	odd := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", dead)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	cases := []struct {
		name, url, says string
		status          int
	}{
		{"no leader is known", "", "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.", 409},
		{"nobody listens", dead, "IO Error trying to forward REST request: ", 500},
		{"it starts", starting.URL(), "IO Error trying to forward REST request: ", 500},
		{"no URL", "ftp://x", "IO Error trying to forward REST request: ", 500},
		{"a redirect", odd(307, ""), "Unexpected status code when handling forwarded request: 307", 500},
		{"no JSON", odd(200, "<html>"), "IO Error trying to forward REST request: ", 500},
		{"an error that is none", odd(404, `{"message":"x"}`), "IO Error trying to forward REST request: ", 500},
		{"an error", odd(503, `{"error_code":503,"message":"later"}`), "later", 503},
		{"an empty answer", odd(200, ""), "", 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, nil)
			s.Ready(elsewhere(at(c.url)), newLoggers())
			if got := ask(t, s, wire("DELETE /connectors/a", "")); got.code != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("%d %s", got.code, got.body)
			}
		})
	}
}

func TestForward_AWorkerThatIsSilentCostsTheTimeOfARequest(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newServer(t, nil)
	s.handler.max = 30 * time.Millisecond // nothing is compared with the clock
	h := elsewhere(at("http://" + l.Addr().String()))
	h.stage = "The worker is currently waiting."
	s.Ready(h, newLoggers())
	if got := ask(t, s, wire("DELETE /connectors/a", "")); got.code != 500 || got.body != `{"error_code":500,"message":"Request timed out. The worker is currently waiting."}` {
		t.Errorf("%d %s", got.code, got.body)
	}
}

func TestForward_DuringARebalance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		h := &fakeHerder{fail: func() error {
			tries++
			if tries < 5 {
				return &coord.ElsewhereError{Text: "only the leader can do that"}
			}
			return nil
		}}
		s := newServer(t, nil)
		s.Ready(h, newLoggers())
		if got := ask(t, s, wire("DELETE /connectors/a", "")); got.code != 409 || !strings.Contains(got.body, "no known leader URL") || tries != 1 {
			t.Errorf("%d %s after %d tries", got.code, got.body, tries)
		}
		if got := ask(t, s, wire("GET /connectors/a/offsets", "")); got.code != 500 || !strings.Contains(got.body, "only the leader can do that") {
			t.Errorf("%d %s", got.code, got.body)
		}
		s.handler.rebalanceWait = time.Second
		s.Ready(h, newLoggers())
		if got := ask(t, s, wire("DELETE /connectors/a", "")); got.code != 204 || tries != 5 {
			t.Errorf("%d %s after %d tries", got.code, got.body, tries)
		}
		tries = -100
		started := time.Now()
		if got := ask(t, s, wire("DELETE /connectors/a", "")); got.code != 409 || time.Since(started) < time.Second || time.Since(started) > 2*time.Second {
			t.Errorf("%d %s after %v", got.code, got.body, time.Since(started))
		}
	})
}

// recorder keeps the requests that it gets, as they were on the wire.
func recorder(t *testing.T) (url string, requests func() []*http.Request) {
	t.Helper()
	var mu sync.Mutex
	var all []*http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, r)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []*http.Request {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

func TestForward_TakesOnlyAuthorizationAndSignaturesAlong(t *testing.T) {
	url, requests := recorder(t)
	s := newServer(t, nil)
	s.Ready(elsewhere(at(url+"/proxied/")), newLoggers())
	ask(t, s, wire("PUT /connectors/a/stop?forward=true&x=y", "", "Authorization: Basic x", "Cookie: c", "X-Forwarded-For: f", "Accept-Encoding: br",
		"X-Connect-Authorization: AAAA", "X-Connect-Request-Signature-Algorithm: HmacSHA256"))
	r := requests()[0]
	if r.RequestURI != "/proxied/connectors/a/stop?forward=false" {
		t.Errorf("asked for %s", r.RequestURI)
	}
	r.Header.Del("Content-Length")
	want := "Accept Authorization User-Agent X-Connect-Authorization X-Connect-Request-Signature-Algorithm"
	if names := strings.Join(slices.Sorted(maps.Keys(r.Header)), " "); names != want {
		t.Errorf("headers %s", names)
	}
	if r.Header.Get("Authorization") != "Basic x" || r.Header.Get("User-Agent") != "kafka-connect" || r.Header.Get("Accept") != "application/json" {
		t.Errorf("headers %v", r.Header)
	}
}

func TestPeers_SignWhatTheyAsk(t *testing.T) {
	key, err := group.KeyPolicy{Algorithm: "HmacSHA256"}.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	sign := func(body []byte) (coord.Signature, error) {
		mac, err := key.Sign("HmacSHA256", body)
		return coord.Signature{Algorithm: "HmacSHA256", MAC: mac}, err
	}
	h := &verifier{key: key}
	leader := serving(t, h, map[string]string{"millrace.rest.security": "strict"})
	c := NewClient(nil, slog.New(slog.DiscardHandler))
	defer c.Close()
	ctx := context.Background()
	if err := c.PutTaskConfigs(ctx, leader.URL(), "a/b", []map[string]string{{"k": "<ä>"}, {}}, sign); err != nil || h.asked != `a/b [map[k:<ä>] map[]]` {
		t.Errorf("%v, asked %s", err, h.asked)
	}
	if err := c.PutTaskConfigs(ctx, leader.URL(), "a", nil, sign); err != nil || h.asked != `a []` {
		t.Errorf("%v, asked %s", err, h.asked)
	}
	if err := c.FenceZombies(ctx, leader.URL(), "c", sign); err != nil || h.asked != "fence c" {
		t.Errorf("%v, asked %s", err, h.asked)
	}
	var known *coord.RequestError
	// With strict also groups that do not sign must.
	if err := c.FenceZombies(ctx, leader.URL(), "c", nil); !errors.As(err, &known) || known.Status != 400 || known.Text != "Internal request missing required signature" {
		t.Errorf("unsigned: %v", err)
	}
	wrong := func([]byte) (coord.Signature, error) {
		return coord.Signature{Algorithm: "HmacSHA256", MAC: []byte("x")}, nil
	}
	if err := c.FenceZombies(ctx, leader.URL(), "c", wrong); !errors.As(err, &known) || known.Status != 403 || known.Text != "Internal request contained invalid signature." {
		t.Errorf("wrong: %v", err)
	}
	if err := c.FenceZombies(ctx, leader.URL(), "c", func([]byte) (coord.Signature, error) { return coord.Signature{}, errors.New("no key") }); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("no key: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := c.FenceZombies(ended, leader.URL(), "c", sign); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

// verifier is a leader that checks signatures.
type verifier struct {
	fakeHerder
	key   *group.SessionKey
	asked string
}

func (v *verifier) PutTaskConfigs(_ context.Context, name string, configs []map[string]string, s coord.Signature) error {
	v.asked = fmt.Sprint(name, " ", configs)
	return group.Verify(s, v.key, []string{"HmacSHA256"})
}

func (v *verifier) FenceZombies(_ context.Context, name string, s coord.Signature) error {
	v.asked = "fence " + name
	return group.Verify(s, v.key, []string{"HmacSHA256"})
}

func TestPeers_HTTPS(t *testing.T) {
	server, client, stranger := newPair(t, "server"), newPair(t, "client"), newPair(t, "stranger")
	props := serverProps(server, "listeners.https.ssl.")
	props["listeners.https.ssl.client.auth"], props["listeners.https.ssl.truststore.certificates"] = "required", client.cert
	leader := &fakeHerder{}
	address := serving(t, leader, props).URL()
	expired := newPairFor(t, "server", time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	late := serverProps(expired, "listeners.https.ssl.")
	lateAddress := serving(t, leader, late).URL()
	with := func(own, trusted pair, more ...string) map[string]string {
		p := map[string]string{
			"listeners.https.ssl.keystore.type": "PEM", "listeners.https.ssl.keystore.key": own.key, "listeners.https.ssl.keystore.certificate.chain": own.cert,
			"listeners.https.ssl.truststore.type": "PEM", "listeners.https.ssl.truststore.certificates": trusted.cert,
			"ssl.keystore.location": "/not/read/since/others/are/there",
		}
		for i := 0; i < len(more); i += 2 {
			p["listeners.https."+more[i]] = more[i+1]
		}
		return p
	}
	byName := strings.Replace(address, "127.0.0.1", "localhost", 1) // which the certificate does not have
	cases := []struct {
		name  string
		props map[string]string
		url   string
		says  string // "" = it works
	}{
		{"both know each other", with(client, server), address, ""},
		{"the leader is a stranger", with(client, stranger), address, "certificate"},
		{"the worker is a stranger", with(stranger, server), address, "IO Error"},
		{"no certificate is shown", map[string]string{"ssl.truststore.type": "PEM", "ssl.truststore.certificates": server.cert}, address, "IO Error"},
		{"another name", with(client, server), byName, "certificate"},
		{"names are not compared", with(client, server, "ssl.endpoint.identification.algorithm", ""), byName, ""},
		{"a stranger when names are not compared", with(client, stranger, "ssl.endpoint.identification.algorithm", ""), byName, "certificate"},
		{"the leader's certificate has expired", with(client, expired), lateAddress, "expired"},
		{"and names are not compared", with(client, expired, "ssl.endpoint.identification.algorithm", ""), lateAddress, "expired"},
		{"a way to compare names that is not known", with(client, server, "ssl.endpoint.identification.algorithm", "ldaps"), address, "listeners.https.ssl.endpoint.identification.algorithm"},
		{"a key that is none", with(pair{key: "x", cert: "y"}, server), address, "listeners.https.ssl.keystore"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			client := NewClient(c.props, slog.New(slog.DiscardHandler))
			defer client.Close()
			err := client.FenceZombies(t.Context(), c.url, "a", nil)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
	// A worker without https reads no keys for it.
	plain := NewClient(map[string]string{"ssl.keystore.location": "/none"}, slog.New(slog.DiscardHandler))
	defer plain.Close()
	if err := plain.FenceZombies(t.Context(), serving(t, &fakeHerder{}, nil).URL(), "a", nil); err != nil {
		t.Error(err)
	}
}

func TestPeers_RefuseWhatHasNoEnd(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 1<<20)
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	c := NewClient(nil, slog.New(slog.DiscardHandler))
	defer c.Close()
	if err := c.FenceZombies(t.Context(), s.URL, "a", nil); err == nil || !strings.Contains(err.Error(), "has more than") {
		t.Errorf("%v", err)
	}
}

// Connections are used again: a worker is asked often.
func TestPeers_KeepConnections(t *testing.T) {
	var mu sync.Mutex
	opened := 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		if state == http.StateNew {
			opened++
		}
	}
	s.Start()
	defer s.Close()
	c := NewClient(nil, slog.New(slog.DiscardHandler))
	defer c.Close()
	for range 5 {
		if err := c.FenceZombies(t.Context(), s.URL, "a", nil); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if opened != 1 {
		t.Errorf("%d connections", opened)
	}
}

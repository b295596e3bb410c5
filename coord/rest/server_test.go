package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord"
)

func TestNew_RefusesWhatCannotBe(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	basic := map[string]string{"rest.extension.classes": "BasicAuthSecurityRestExtension"}
	cases := []struct {
		props map[string]string
		jaas  string
		says  string
	}{
		// Connect's own texts.
		{map[string]string{"listeners": "nonsense"}, "", "Listener doesn't have the right format (protocol://hostname:port)."},
		{map[string]string{"listeners": ""}, "", "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443."},
		{map[string]string{"listeners": "http://a:1,,http://b:2"}, "", "Empty URL found when parsing listeners list."},
		{map[string]string{"listeners": "ftp://127.0.0.1:0"}, "", `Listener protocol must be either "http" or "https".`},
		{map[string]string{"admin.listeners": "127.0.0.1:0"}, "", "Listener doesn't have the right format (protocol://hostname:port)."},
		{map[string]string{"rest.advertised.port": "x"}, "", "Invalid value x for configuration rest.advertised.port: Not a number of type INT"},
		{map[string]string{"ssl.client.auth": "maybe"}, "", "Invalid value maybe for configuration ssl.client.auth: String must be one of: required, requested, none"},
		{map[string]string{"response.http.headers.config": "set"}, "", "Invalid format of header config 'set'. Expected: '[action] [header name]:[header value]'"},
		{map[string]string{"response.http.headers.config": "put X:1"}, "", "Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]"},
		{map[string]string{"response.http.headers.config": "add X"}, "", "Invalid format of header name and header value pair 'X'. Expected: '[header name]:[header value]'"},
		{map[string]string{"response.http.headers.config": "add X Y:1"}, "", "Invalid header name 'X Y'. The '[header name]' cannot contain whitespace"},
		// Ours.
		{map[string]string{"response.http.headers.config": "setDate X:soon"}, "", "a date is milliseconds"},
		{map[string]string{"response.http.headers.config": "set X(y):1"}, "", "HTTP allows no such name"},
		{map[string]string{"listeners": "http://127.0.0.1:65536"}, "", "a port is between 0 and 65535"},
		{map[string]string{"listeners": "http://127.0.0.1:-1"}, "", "a port is between 0 and 65535"},
		{map[string]string{"rest.advertised.listener": "ftp"}, "", "http and https are known"},
		{map[string]string{"access.control.allow.origin": "http://("}, "", "Invalid value http://( for configuration access.control.allow.origin"},
		{map[string]string{"topic.tracking.enable": "perhaps"}, "", "Invalid value perhaps for configuration topic.tracking.enable"},
		{map[string]string{"millrace.rest.security": "open"}, "", "String must be one of: compatible, strict"},
		{map[string]string{"listeners": "http://0.0.0.0:0", "millrace.rest.security": "strict"}, "", "lets everybody in"},
		{map[string]string{"listeners": "https://127.0.0.1:0"}, "", "An https listener needs a key and a certificate"},
		{map[string]string{"listeners": "https://127.0.0.1:0", "ssl.provider": "BC"}, "", "Invalid value BC for configuration ssl.provider"},
		{map[string]string{"listeners": "https://127.0.0.1:0", "listeners.https.ssl.enabled.protocols": "TLSv1.1"}, "", "configuration listeners.https.ssl.enabled.protocols: TLSv1.2 and TLSv1.3"},
		{map[string]string{"listeners": "https://127.0.0.1:0", "ssl.protocol": "TLSv1.2", "ssl.enabled.protocols": "TLSv1.3"}, "", "nothing is left of it"},
		{map[string]string{"listeners": "https://127.0.0.1:0", "ssl.cipher.suites": "TLS_RSA_WITH_RC4_128_SHA"}, "", "is not known here, or not safe"},
		{map[string]string{"listeners": "https://127.0.0.1:0", "ssl.keystore.location": filepath.Join(dir, "none")}, "", "ssl.keystore"},
		{map[string]string{"rest.extension.classes": "com.example.Audit"}, "", "Invalid value com.example.Audit for configuration rest.extension.classes"},
		{basic, "", "needs a JAAS file"},
		{basic, filepath.Join(dir, "none"), "JAAS file"},
		{basic, write("other", "Other { a required; };"), "there is no entry KafkaConnect"},
		{basic, write("module", "KafkaConnect { com.example.Module required file=x; };"), "PropertyFileLoginModule"},
		{basic, write("nofile", "KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required; };"), "Property Credentials file must be specified"},
		{basic, write("nousers", "KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file=\"/none\"; };"), "Error loading Property Credentials file"},
	}
	for _, c := range cases {
		props := map[string]string{"listeners": "http://127.0.0.1:0"}
		for k, v := range c.props {
			props[k] = v
		}
		s, err := New(Options{Properties: props, Log: slog.New(slog.DiscardHandler), JAAS: c.jaas})
		if err == nil {
			t.Errorf("%v is taken", c.props)
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
			continue
		}
		var known *config.ConfigException
		if !strings.Contains(err.Error(), c.says) || !errors.As(err, &known) {
			t.Errorf("%v: %T %v, want %s", c.props, err, err, c.says)
		}
	}
}

func TestNew_PortInUseLeavesNothingBound(t *testing.T) {
	var lc net.ListenConfig
	taken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = New(Options{Properties: map[string]string{"listeners": "http://127.0.0.1:0,http://" + taken.Addr().String()}, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "Unable to initialize REST server: listener http://"+taken.Addr().String()) {
		t.Errorf("got %v", err)
	}
}

func TestURL_IsTheAdvertisedOne(t *testing.T) {
	cases := []struct {
		props map[string]string
		want  string // $n is the port of the nth listener, $own the address of this computer
	}{
		{nil, "http://127.0.0.1:$1/"},
		{map[string]string{"listeners": "http://0.0.0.0:0"}, "http://0.0.0.0:$1/"},
		{map[string]string{"listeners": "http://:0"}, "http://$own:$1/"},
		{map[string]string{"listeners": "http://[::1]:0"}, "http://[::1]:$1/"},
		{map[string]string{"listeners": "HTTP://localhost:0", "rest.advertised.host.name": "w1.example", "rest.advertised.port": "80"}, "http://w1.example:80/"},
		{map[string]string{"listeners": "http://127.0.0.1:0,http://localhost:0"}, "http://127.0.0.1:$1/"},
		{map[string]string{"rest.advertised.listener": "HTTPS"}, "https://127.0.0.1:$1/"},
		{map[string]string{"admin.listeners": "http://127.0.0.1:0"}, "http://127.0.0.1:$1/"},
	}
	for _, c := range cases {
		s := newServer(t, c.props)
		want := strings.Replace(c.want, "$own", ownAddress(t.Context(), os.Hostname), 1)
		for i, a := range s.Addresses() {
			_, port, err := net.SplitHostPort(a)
			if err != nil {
				t.Fatal(err)
			}
			want = strings.Replace(want, fmt.Sprintf("$%d", i+1), port, 1)
		}
		if s.URL() != want || "http://"+s.WorkerID()+"/" != strings.Replace(want, "https", "http", 1) {
			t.Errorf("%v: %s, worker %s, want %s", c.props, s.URL(), s.WorkerID(), want)
		}
	}
}

func TestOwnAddress_IsThatOfTheName(t *testing.T) {
	unknown := func() (string, error) { return "", errors.New("no name") }
	for _, hostname := range []func() (string, error){unknown, func() (string, error) { return "127.0.0.9", nil }} {
		if a := ownAddress(t.Context(), hostname); net.ParseIP(a) == nil {
			t.Errorf("%q is no address", a)
		}
	}
	if a := ownAddress(t.Context(), func() (string, error) { return "::ffff:192.0.2.7", nil }); a != "192.0.2.7" {
		t.Errorf("got %s", a)
	}
}

// get sends a request to a serving listener.
func get(t *testing.T, client *http.Client, method, url string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return readReply(t, resp)
}

// newClient makes no second use of a connection: none is left at the end of a test.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

func TestServe_AnswersWithAPageUntilReady(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") })
	s := newServer(t, nil, func(o *Options) { o.Metrics = metrics })
	s.Serve()
	client := newClient()
	got := get(t, client, "GET", s.URL()+"connectors/a%22%3Cb%3E", "Accept", "*/*")
	if got.code != 404 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.Contains(got.body, "/connectors/a%22%3Cb%3E</td>") {
		t.Errorf("got %d %v %s", got.code, got.header, got.body)
	}
	got = get(t, client, "GET", s.URL()+"health", "Accept", "application/json")
	if want := `{"message":"Not Found","url":"` + s.URL() + `health","status":"404"}`; got.code != 404 || got.body != want {
		t.Errorf("got %d %s, want %s", got.code, got.body, want)
	}
	if got = get(t, client, "GET", s.URL()+"metrics"); got.code != 200 || got.body != "up 1\n" {
		t.Errorf("metrics before ready: %d %s", got.code, got.body)
	}
	s.handler.max = 10 * time.Millisecond // of the health check; nothing is compared with the clock
	s.Ready(&fakeHerder{stage: "The worker is currently reading offsets, which began at X."}, newLoggers())
	got = get(t, client, "GET", s.URL()+"health")
	if want := `{"status":"starting","message":"Worker is still starting up. The worker is currently reading offsets, which began at X."}`; got.code != 503 || got.body != want {
		t.Errorf("got %d %s", got.code, got.body)
	}
	if got = get(t, client, "GET", s.URL()+"metrics"); got.code != 200 || got.body != "up 1\n" {
		t.Errorf("metrics: %d %s", got.code, got.body)
	}
	if got = get(t, client, "HEAD", s.URL()+"connectors"); got.code != 200 || got.body != "" || got.header.Get("Content-Length") != "9" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("head: %d %v %q", got.code, got.header, got.body)
	}
}

func TestLocation_WithoutAHostIsTheAddress(t *testing.T) {
	s := newServer(t, nil)
	s.Ready(&fakeHerder{}, newLoggers())
	s.Serve()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", s.Addresses()[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "PUT /connectors/n/config HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(text), "\r\nLocation: "+s.URL()+"connectors/n\r\n") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestAdminListeners(t *testing.T) {
	cases := []struct {
		admin       map[string]string
		main, apart int // status of the loggers on the main listener and on the other
	}{
		{nil, 200, 0},
		{map[string]string{"admin.listeners": ""}, 404, 0},
		{map[string]string{"admin.listeners": "http://127.0.0.1:0"}, 404, 200},
	}
	for _, c := range cases {
		s := newServer(t, c.admin)
		s.Ready(&fakeHerder{}, newLoggers())
		s.Serve()
		client := newClient()
		if got := get(t, client, "GET", s.URL()+"admin/loggers"); got.code != c.main {
			t.Errorf("%v: %d on the main listener", c.admin, got.code)
		}
		if got := get(t, client, "GET", s.URL()+"connectors"); got.code != 200 {
			t.Errorf("%v: %d for connectors", c.admin, got.code)
		}
		if c.apart == 0 {
			continue
		}
		url := "http://" + s.Addresses()[1]
		if got := get(t, client, "GET", url+"/admin/loggers"); got.code != c.apart {
			t.Errorf("%v: %d on the admin listener", c.admin, got.code)
		}
		for _, path := range []string{"/connectors", "/", "/health"} {
			if got := get(t, client, "GET", url+path); got.code != 404 {
				t.Errorf("%v: %d for %s on the admin listener", c.admin, got.code, path)
			}
		}
	}
}

func TestHeaders_AreOnEveryAnswerOfTheMainListener(t *testing.T) {
	s := newServer(t, map[string]string{"response.http.headers.config": `set X-A:1, add X-B:2,"set Cache-Control:no-cache, no-store",ADD x-b: 3 ,setDate Expires:3600000, addDate D:0,"set Q:a ""b"" \\c"`})
	s.Ready(&fakeHerder{}, newLoggers())
	got := ask(t, s, "GET /nothing HTTP/1.1\r\nHost: w\r\n\r\n")
	h := got.header
	if h.Get("X-A") != "1" || strings.Join(h.Values("X-B"), ",") != "2,3" || h.Get("Cache-Control") != "no-cache, no-store" || h.Get("Q") != `a "b" \c` {
		t.Errorf("got %v", h)
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	now, err2 := http.ParseTime(h.Get("D"))
	if err != nil || err2 != nil || expires.Sub(now) != time.Hour {
		t.Errorf("Expires is %s, D %s", h.Get("Expires"), h.Get("D"))
	}
}

func TestCORS(t *testing.T) {
	const preflight = "Access-Control-Request-Method: PUT"
	cases := []struct {
		origins, methods string
		method           string
		header           []string
		status           int
		want             string // headers of the answer
	}{
		// As a Connect worker answers.
		{"http://a.example,http://b.*", "GET,PUT", "GET", []string{"Origin: http://a.example"}, 200, "Vary=Origin Access-Control-Allow-Origin=http://a.example"},
		{"http://a.example,http://b.*", "GET,PUT", "GET", []string{"Origin: HTTP://b.x"}, 200, "Vary=Origin Access-Control-Allow-Origin=HTTP://b.x"},
		{"http://a.example", "GET,PUT", "GET", []string{"Origin: http://a.example.evil"}, 200, "Vary=Origin"},
		{"http://a.example", "GET,PUT", "GET", nil, 200, "Vary=Origin"},
		{"http://a.example", "GET,PUT", "OPTIONS", []string{"Origin: http://a.example", preflight}, 200,
			"Vary=Origin Access-Control-Allow-Origin=http://a.example Access-Control-Allow-Methods=GET,PUT Access-Control-Allow-Headers=Content-Type Access-Control-Max-Age=60"},
		{"*", " ", "OPTIONS", []string{"Origin: http://x", preflight}, 200,
			"Vary=Origin Access-Control-Allow-Origin=http://x Access-Control-Allow-Methods=GET,POST,HEAD Access-Control-Allow-Headers=Content-Type Access-Control-Max-Age=60"},
		{"http://a.example", "", "OPTIONS", []string{"Origin: http://c.example", preflight}, 200, "Vary=Origin"},
		{"*", "", "DELETE", []string{"Origin: http://x"}, 204, "Vary=Origin Access-Control-Allow-Origin=http://x"},
		{"", "", "GET", []string{"Origin: http://x"}, 200, ""},
		// Pages of other sites may not change anything.
		{"", "", "DELETE", []string{"Origin: http://x"}, 403, ""},
		{"http://a.example", "", "DELETE", []string{"Origin: http://x"}, 403, "Vary=Origin"},
		{"", "", "DELETE", []string{"Sec-Fetch-Site: cross-site"}, 403, ""},
		{"", "", "DELETE", []string{"Origin: http://worker:8083"}, 204, ""},
		{"", "", "DELETE", []string{"Origin: http://ui.example", "Sec-Fetch-Site: same-origin"}, 204, ""},
		{"", "", "DELETE", nil, 204, ""},
	}
	for _, c := range cases {
		s := newServer(t, map[string]string{"access.control.allow.origin": c.origins, "access.control.allow.methods": c.methods})
		s.Ready(&fakeHerder{}, newLoggers())
		request := c.method + " /connectors/a HTTP/1.1\r\nHost: worker:8083\r\n"
		for _, h := range c.header {
			request += h + "\r\n"
		}
		got := ask(t, s, request+"\r\n")
		var headers []string
		for _, name := range []string{"Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"} {
			if v := got.header.Get(name); v != "" {
				headers = append(headers, name+"="+v)
			}
		}
		if got.code != c.status || strings.Join(headers, " ") != c.want {
			t.Errorf("origins %q, %s %v: %d %v, want %d %s", c.origins, c.method, c.header, got.code, headers, c.status, c.want)
		}
	}
}

func TestTopicTracking_MayBeOff(t *testing.T) {
	cases := []struct {
		props map[string]string
		says  string
	}{
		{map[string]string{"topic.tracking.enable": "false"}, "Topic tracking is disabled."},
		{map[string]string{"topic.tracking.allow.reset": "False"}, "Topic tracking reset is disabled."},
	}
	for _, c := range cases {
		s := newServer(t, c.props)
		s.Ready(&fakeHerder{}, newLoggers())
		got := ask(t, s, "PUT /connectors/a/topics/reset HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\n\r\n")
		if got.code != 403 || !strings.Contains(got.body, c.says) {
			t.Errorf("%v: %d %s", c.props, got.code, got.body)
		}
	}
	s := newServer(t, cases[0].props)
	s.Ready(&fakeHerder{}, newLoggers())
	if got := ask(t, s, "GET /connectors/a/topics HTTP/1.1\r\nHost: w\r\n\r\n"); got.code != 403 {
		t.Errorf("topics: %d", got.code)
	}
}

func TestLimits_OfABody(t *testing.T) {
	s := newServer(t, nil)
	s.Ready(&fakeHerder{}, newLoggers())
	put := func(body string) reply {
		return ask(t, s, fmt.Sprintf("PUT /connectors/a/config HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	}
	keys := make([]string, 2001)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":"v"`, i)
	}
	for body, status := range map[string]int{
		`{"a":"` + strings.Repeat("x", 1<<20) + `"}`:   200,
		`{"a":"` + strings.Repeat("x", 1<<20+1) + `"}`: 400,
		`{"a":"` + strings.Repeat("x", 4<<20) + `"}`:   413,
		`{` + strings.Join(keys[1:], ",") + `}`:        200,
		`{` + strings.Join(keys, ",") + `}`:            400,
	} {
		if got := put(body); got.code != status {
			t.Errorf("%.20s…, %d bytes: %d, want %d", body, len(body), got.code, status)
		}
	}
	if got := ask(t, s, "PUT /connectors/a/config HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\""); got.code != 400 {
		t.Errorf("a body that ends early: %d", got.code)
	}
}

func TestStop_WaitsForRequestsAndThenCutsThemOff(t *testing.T) {
	s := newServer(t, nil)
	s.Ready(&fakeHerder{}, newLoggers())
	s.Serve()
	done := make(chan error, 1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"connectors/slow", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	var conn net.Conn
	dialed := make(chan struct{})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		var d net.Dialer
		c, err := d.DialContext(ctx, network, address)
		conn = c
		close(dialed)
		return c, err
	}}}
	go func() {
		resp, err := client.Do(r)
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	<-dialed
	if conn == nil {
		t.Fatal("no connection")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-done; err == nil {
		t.Error("the request was answered")
	}
}

func TestClient_ThatGoesAwayUndoesNothing(t *testing.T) {
	s := newServer(t, nil)
	s.handler.max = 10 * time.Millisecond // the slow connector's time is over then; nothing is compared with the clock
	s.Ready(&fakeHerder{}, newLoggers())
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for method, says := range map[string]string{"PUT": "Request timed out", "GET": "asking the leader: context canceled"} {
		path := map[string]string{"PUT": "/connectors/slow/pause", "GET": "/connectors/slow"}[method]
		w := httptest.NewRecorder()
		s.servers[0].Handler.ServeHTTP(w, httptest.NewRequestWithContext(gone, method, path, http.NoBody))
		if !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %s, want %s", method, w.Body, says)
		}
	}
}

func TestDef_HasJavasKeys(t *testing.T) {
	for name, text := range map[string]string{"listeners": "http://:8083", "rest.advertised.host.name": "null", "admin.listeners": "null", "ssl.client.auth": "none", "ssl.keystore.type": "JKS", "rest.extension.classes": `""`} {
		k, ok := Def().Key(name)
		if !ok || k.DefaultText() != text {
			t.Errorf("%s: %v, default %s, want %s", name, ok, k.DefaultText(), text)
		}
	}
}

func TestHealth_OfAStuckWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		a := &api{herder: &fakeHerder{health: coord.Health{Ready: true}, stage: "The worker is currently asking the leader, which began at X."}}
		got, err := a.health(t.Context(), nil)
		want := workerStatus{"unhealthy", "Worker was unable to handle this request and may be unable to handle other requests. The worker is currently asking the leader, which began at X."}
		if err != nil || got.status != 500 || got.body != want {
			t.Errorf("%+v, %v", got, err)
		}
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

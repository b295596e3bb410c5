package kafka

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// endpoint answers token requests by the given statuses, one after another, the last one for good.
type endpoint struct {
	*httptest.Server
	asked    int
	statuses []int
}

func newEndpoint(t *testing.T, expires int, statuses ...int) *endpoint {
	e := &endpoint{statuses: statuses}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if id != "me" || secret != "CANARY" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "a b" {
			t.Errorf("asked by %s with %v", id, r.Form)
		}
		status := e.statuses[min(e.asked, len(e.statuses)-1)]
		e.asked++
		if status != http.StatusOK {
			http.Error(w, "CANARY", status)
			return
		}
		fmt.Fprintf(w, `{"access_token":"t%d","expires_in":%d}`, e.asked, expires)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) tokens() *tokens {
	return &tokens{endpoint: e.URL, id: "me", secret: "CANARY", scope: "a b", http: e.Client(), retry: backoff{first: time.Microsecond, most: time.Millisecond}}
}

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		name     string
		expires  int
		statuses []int
		asked    int // by two gets
		want     string
		fails    string
	}{
		{"kept", 3600, []int{200}, 1, "t1", ""},
		{"without a life", 0, []int{200}, 2, "t2", ""},
		{"tries again", 3600, []int{503, 429, 200}, 3, "t3", ""},
		{"refused", 3600, []int{401}, 2, "", "401"},
		{"never there", 3600, []int{500}, 10, "", "500"},
	} {
		e := newEndpoint(t, c.expires, c.statuses...)
		tokens := e.tokens()
		_, _ = tokens.get(t.Context())
		token, err := tokens.get(t.Context())
		if token != c.want || e.asked != c.asked || (err == nil) != (c.fails == "") {
			t.Errorf("%s: %q, %v after %d requests", c.name, token, err, e.asked)
		}
		if err != nil && (!strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "CANARY")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOAuth_AllowedEndpoint(t *testing.T) {
	cl, err := Clients{OAuthURLs: []string{"https://id.example/token"}}.New(map[string]string{
		"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER",
		"sasl.oauthbearer.token.endpoint.url": "https://id.example/token",
		"sasl.login.callback.handler.class":   "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
		"sasl.jaas.config":                    `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="i" clientSecret="s" extension_x="y";`,
	})
	if err != nil {
		t.Fatal(err)
	}
	cl.Close()
}

// What answers in the place of a token endpoint gets and gives nothing: the secret is sent to no second host, and
// strict clients ask none that clouds keep secrets at.
func TestOAuth_StaysWhereItWasSent(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		fmt.Fprint(w, `{"access_token":"t","expires_in":60}`)
	}))
	defer other.Close()
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	defer moved.Close()
	for _, c := range []struct {
		endpoint string
		strict   bool
		fails    string
	}{
		{other.URL, true, ""},
		{moved.URL, false, "307"},
		{"http://169.254.169.254/token", true, "is an address of the link or of a cloud's metadata"},
		{"https://[fd00:ec2::254]/token", true, "is an address of the link or of a cloud's metadata"},
	} {
		asked = 0
		clients := Clients{OAuthURLs: []string{c.endpoint}, Strict: c.strict}
		properties := map[string]string{
			"sasl.oauthbearer.token.endpoint.url": c.endpoint, "sasl.login.retry.backoff.ms": "1", "sasl.login.retry.backoff.max.ms": "1",
			"sasl.jaas.config": `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="i" clientSecret="CANARY";`,
		}
		p := &props{texts: properties}
		entry, err := clients.login(p)
		if err != nil {
			t.Fatal(err)
		}
		m := clients.oauth(p, entry)
		if m == nil {
			t.Fatal(p.err)
		}
		_, _, err = m.Authenticate(t.Context(), "broker")
		if (err == nil) != (c.fails == "") || err != nil && (!strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "CANARY")) || c.fails != "" && asked > 0 {
			t.Errorf("%s: %v, asked %d times", c.endpoint, err, asked)
		}
	}
}

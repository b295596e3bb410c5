package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"

	"github.com/millrace/millrace/internal/kafka/jaas"
	"github.com/millrace/millrace/internal/outbound"
)

const (
	oauthURLKey    = "sasl.oauthbearer.token.endpoint.url"
	oauthIDKey     = "sasl.oauthbearer.client.credentials.client.id"
	oauthSecretKey = "sasl.oauthbearer.client.credentials.client.secret"
	oauthScopeKey  = "sasl.oauthbearer.scope"

	tokenBytesMax = 1 << 20
)

// tokenHandlers are the classes of Java that do what is done here.
var tokenHandlers = []string{
	"", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
	"org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
}

// tokens fetches access tokens by the client credentials grant (RFC 6749, 4.4) and keeps one until four
// fifths of its life are over.
// Source: ClientCredentialsJwtRetriever, HttpJwtRetriever, ExpiringCredentialRefreshingLogin.
type tokens struct {
	endpoint, id, secret, scope string
	retry                       backoff
	http                        *http.Client

	mu    sync.Mutex
	token string
	until time.Time
}

// oauth reads the keys of OAUTHBEARER. It returns nil after an error.
func (c Clients) oauth(p *props, entry jaas.Entry) sasl.Mechanism {
	if entry.Module != jaas.OAuthBearerModule {
		p.fail(refuse(jaasKey, "OAUTHBEARER needs the login module %s", jaas.OAuthBearerModule))
		return nil
	}
	refuseOAuth(p, entry)
	option := func(key, name string) string {
		if s := p.text(key, ""); s != "" {
			return s
		}
		return entry.Options[name]
	}
	t := &tokens{
		endpoint: p.text(oauthURLKey, ""),
		id:       option(oauthIDKey, "clientId"), secret: option(oauthSecretKey, "clientSecret"), scope: option(oauthScopeKey, "scope"),
		retry: backoff{first: p.millis("sasl.login.retry.backoff.ms", 64, 100, 0), most: p.millis("sasl.login.retry.backoff.max.ms", 64, 10_000, 0)},
	}
	if t.id == "" || t.secret == "" {
		p.fail(refuse(jaasKey, "OAUTHBEARER needs %s and %s, or the options clientId and clientSecret", oauthIDKey, oauthSecretKey))
	}
	if u, err := url.Parse(t.endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		p.fail(refuse(oauthURLKey, "an http or https URL must stand here"))
	} else if !slices.Contains(c.OAuthURLs, t.endpoint) {
		// A connector may not choose whom the worker sends secrets and requests to (CVE-2025-27817).
		p.fail(refuse(oauthURLKey, "%s is not allowed. Add it to the worker's millrace.sasl.oauthbearer.allowed.urls", u.Redacted()))
	}
	connect := p.millis("sasl.login.connect.timeout.ms", 32, 10_000, 0)
	if p.boolean("sasl.oauthbearer.header.urlencode", false) {
		t.id, t.secret = url.QueryEscape(t.id), url.QueryEscape(t.secret)
	}
	t.http = outbound.NewClient(outbound.Options{
		Connect: connect, Timeout: connect + p.millis("sasl.login.read.timeout.ms", 32, 10_000, 0), Guarded: c.Strict, Stay: true,
	})
	if p.err != nil {
		return nil
	}
	extensions := map[string]string{}
	for k, v := range entry.Options {
		if name, ok := strings.CutPrefix(k, "extension_"); ok {
			extensions[name] = v
		}
	}
	return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
		token, err := t.get(ctx)
		return oauth.Auth{Token: token, Extensions: extensions}, err
	})
}

// refuseOAuth refuses what a Java client would act on and this one does not.
func refuseOAuth(p *props, entry jaas.Entry) {
	if s := p.text("sasl.login.callback.handler.class", ""); !slices.Contains(tokenHandlers, s) {
		p.fail(refuse("sasl.login.callback.handler.class", "%s is not known; %s is", s, tokenHandlers[1]))
	}
	for key, own := range map[string]string{
		"sasl.oauthbearer.jwt.retriever.class": "ClientCredentialsJwtRetriever",
		"sasl.oauthbearer.jwt.validator.class": "ClientJwtValidator",
	} {
		s := p.text(key, "")
		if name := s[strings.LastIndex(s, ".")+1:]; s != "" && name != own && !strings.HasPrefix(name, "Default") {
			p.fail(refuse(key, "%s is not known; %s is", s, own))
		}
	}
	for key := range p.texts {
		if strings.HasPrefix(key, "sasl.oauthbearer.assertion.") {
			p.fail(refuse(key, "assertions are not there yet; client credentials are"))
		}
	}
	for name := range entry.Options {
		if strings.HasPrefix(name, "ssl.") {
			p.fail(refuse(jaasKey, "options ssl.* are not read; the token endpoint is checked against the system's roots"))
		}
	}
}

// get returns a token that is still good, fetched when there is none. Attempts go on until ctx ends,
// except when the endpoint says no.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && time.Now().Before(t.until) {
		return t.token, nil
	}
	for failures := 1; ; failures++ {
		token, life, final, err := t.fetch(ctx)
		if err == nil {
			t.token, t.until = token, time.Now().Add(life*4/5)
			return token, nil
		}
		if final || failures == 5 {
			return "", err
		}
		if s := sleep(ctx, t.retry.after(failures)); s != nil {
			return "", errors.Join(err, s)
		}
	}
}

// fetch asks once. final says that asking again is no use.
func (t *tokens) fetch(ctx context.Context) (token string, life time.Duration, final bool, err error) {
	return FetchToken(ctx, t.http, t.endpoint, t.id, t.secret, t.scope)
}

// FetchToken asks a token endpoint once, by the client credentials grant (RFC 6749, 4.4). life is how long the token is
// good, as the endpoint says; final that asking again is no use. Errors hold no secret.
// Source: HttpJwtRetriever.
func FetchToken(ctx context.Context, client *http.Client, endpoint, id, secret, scope string) (token string, life time.Duration, final bool, err error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	if scope != "" {
		form.Set("scope", scope)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, true, fmt.Errorf("token endpoint: %w", err)
	}
	req.SetBasicAuth(id, secret)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		return "", 0, false, fmt.Errorf("token endpoint: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated {
		return "", 0, res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests, fmt.Errorf("token endpoint %s answers %s", req.URL.Redacted(), res.Status)
	}
	var body struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	// The decoder's own errors would show parts of the body.
	if err := json.NewDecoder(io.LimitReader(res.Body, tokenBytesMax)).Decode(&body); err != nil || body.AccessToken == "" {
		return "", 0, true, fmt.Errorf("token endpoint %s: the answer holds no access_token", req.URL.Redacted())
	}
	return body.AccessToken, time.Duration(min(body.ExpiresIn, 1<<31)) * time.Second, false, nil
}

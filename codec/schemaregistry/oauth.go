package schemaregistry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka"
)

// oauth fetches tokens by the client credentials grant and keeps one until shortly before it expires.
// Source: OauthCredentialProvider, CachedOauthTokenRetriever, OauthTokenCache, ClientJwtValidator.
type oauth struct {
	http   *http.Client
	now    func() time.Time
	buffer time.Duration // bearer.auth.cache.expiry.buffer.seconds

	endpoint, id, secret, scope string
	scopeClaim, subClaim        string

	mu    sync.Mutex
	token string
	until time.Time
}

func (o *oauth) configure(props clientProps) error {
	o.endpoint, o.id, o.secret = props.get(keyBearerIssuer), props.get(keyBearerID), strings.TrimSpace(props.raw(keyBearerSecret))
	o.scope, o.scopeClaim, o.subClaim = props.get(keyBearerScope), props.get(keyBearerScopeClaim), props.get(keyBearerSubClaim)
	for _, k := range [...]struct{ key, value string }{{keyBearerIssuer, o.endpoint}, {keyBearerID, o.id}, {keyBearerSecret, o.secret}} {
		if k.value == "" {
			return config.NewException(k.key, "The OAuth configuration option "+k.key+" value is required")
		}
	}
	if u, err := url.Parse(o.endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return config.InvalidValue(keyBearerIssuer, config.MaskText(o.endpoint), "an http or https URL must stand here")
	}
	return nil
}

// get returns a token that is still good.
func (o *oauth) get(ctx context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.token != "" && o.now().Before(o.until) {
		return o.token, nil
	}
	token, _, final, err := kafka.FetchToken(ctx, o.http, o.endpoint, o.id, o.secret, o.scope)
	if err != nil {
		text := "Failed to Retrieve OAuth Token for Schema Registry: " + err.Error()
		if final {
			return "", &answer{status: http.StatusUnauthorized, code: http.StatusUnauthorized, text: text}
		}
		cut := network(err)
		cut.text = text
		return "", cut
	}
	expires, err := o.expiry(token)
	if err != nil {
		return "", err
	}
	// The time is counted from now on: a clock that is put back makes no token good for longer. A buffer longer than what is left
	// of the token counts for nothing.
	now := o.now()
	left := expires.Sub(now)
	if left > o.buffer {
		left -= o.buffer
	}
	o.token, o.until = token, now.Add(left)
	return token, nil
}

// expiry reads the claims of a token, which only the registry can check. Source: ClientJwtValidator.
func (o *oauth) expiry(token string) (time.Time, error) {
	bad := func(why string) (time.Time, error) {
		return time.Time{}, &answer{status: http.StatusUnauthorized, code: http.StatusUnauthorized, text: "OAuth Token for Schema Registry is Invalid: " + why}
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return bad("it has not three parts")
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims map[string]any
	if err != nil || json.Unmarshal(body, &claims) != nil {
		return bad("its claims cannot be read")
	}
	if sub, ok := claims[o.subClaim].(string); !ok || sub == "" {
		return bad("the claim " + o.subClaim + " is missing")
	}
	exp, ok := claims["exp"].(float64)
	if !ok {
		return bad("the claim exp is missing")
	}
	at := time.Unix(int64(min(max(exp, 0), 1<<40)), 0)
	if !at.After(o.now()) {
		return bad("it has expired")
	}
	return at, nil
}

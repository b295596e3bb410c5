package rest

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/outbound"
)

// The keys of tokens.
const (
	issuerKey    = "millrace.rest.oidc.issuer"
	jwksKey      = "millrace.rest.oidc.jwks"
	audienceKey  = "millrace.rest.oidc.audience"
	userClaimKey = "millrace.rest.oidc.user.claim"
	groupsKey    = "millrace.rest.oidc.groups.claim"
	skewKey      = "millrace.rest.oidc.clock.skew.ms"
	refreshKey   = "millrace.rest.oidc.refresh.ms"
	caKey        = "millrace.rest.oidc.ca.location"
)

// newTokens makes what the millrace.rest.oidc.* keys say, nil without an issuer.
func newTokens(v *config.Values, now func() time.Time, log *slog.Logger) (*tokens, error) {
	t := &tokens{
		issuer: v.String(issuerKey), audiences: v.List(audienceKey), userClaim: v.String(userClaimKey), groupClaim: v.String(groupsKey),
		skew: time.Duration(v.Int64(skewKey)) * time.Millisecond, now: now,
	}
	jwks := v.String(jwksKey)
	if t.issuer == "" {
		if jwks != "" || len(t.audiences) > 0 {
			return nil, config.NewException(issuerKey, fmt.Sprintf("%s and %s have no effect without %s: name the issuer of the tokens, as it stands in their claim iss.", jwksKey, audienceKey, issuerKey))
		}
		return nil, nil //nolint:nilnil // tokens are off
	}
	if len(t.audiences) == 0 {
		return nil, config.NewException(audienceKey, fmt.Sprintf("%s needs %s: without it a token that the issuer made for anything else would be taken.", issuerKey, audienceKey))
	}
	reach := outbound.Options{Connect: peerDialMax, Guarded: v.String(securityKey) == strict}
	i := issuer{name: t.issuer, jwks: jwks, http: outbound.NewClient(reach)}
	if err := i.check(); err != nil {
		return nil, err
	}
	if ca := v.String(caKey); ca != "" {
		pem, err := os.ReadFile(ca)
		roots := x509.NewCertPool()
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			return nil, config.InvalidValue(caKey, ca, "not a file of certificates in PEM")
		}
		reach.Roots = roots
		i.http = outbound.NewClient(reach)
	}
	t.keys = newKeySet(i.keys, time.Duration(v.Int64(refreshKey))*time.Millisecond, now, log)
	if !isURL(jwks) && jwks != "" { // a file is there now, or never
		if _, err := i.keys(context.Background()); err != nil {
			return nil, config.InvalidValue(jwksKey, jwks, err.Error())
		}
	}
	return t, nil
}

// issuer knows where the keys of tokens are.
type issuer struct {
	name string
	jwks string // URL or file; "" asks the issuer
	http *http.Client
}

// check refuses addresses that are not safe.
func (i *issuer) check() error {
	switch {
	case i.jwks == "":
		if err := safeURL(i.name); err != nil {
			return config.InvalidValue(issuerKey, i.name, err.Error()+": or name the keys by "+jwksKey)
		}
	case isURL(i.jwks):
		if err := safeURL(i.jwks); err != nil {
			return config.InvalidValue(jwksKey, i.jwks, err.Error())
		}
	}
	return nil
}

func isURL(text string) bool { return strings.Contains(text, "://") }

// safeURL wants https; http only on this computer.
func safeURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return errors.New("not a URL of the form https://host/path")
	case u.Scheme == protocolHTTPS:
		return nil
	case u.Scheme == protocolHTTP && (u.Hostname() == "localhost" || isLoopback(u.Hostname())):
		return nil
	}
	return errors.New("keys that come over http could be anybody's: it must be https, or http on localhost")
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// keys fetches the keys.
func (i *issuer) keys(ctx context.Context) ([]publicKey, error) {
	at := i.jwks
	switch {
	case at == "":
		var err error
		if at, err = i.discover(ctx); err != nil {
			return nil, err
		}
	case !isURL(at):
		text, err := readKeyFile(at)
		if err != nil {
			return nil, err
		}
		return parseKeySet(text)
	}
	text, err := i.get(ctx, at)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return keys, nil
}

func readKeyFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.Size() > keySetBytesMax:
		return nil, fmt.Errorf("%s: the file has more than %d bytes", name, keySetBytesMax)
	}
	return os.ReadFile(name)
}

// discover asks the issuer where its keys are. Source: OpenID Connect Discovery 4.
func (i *issuer) discover(ctx context.Context) (string, error) {
	at := strings.TrimRight(i.name, "/") + "/.well-known/openid-configuration"
	text, err := i.get(ctx, at)
	if err != nil {
		return "", err
	}
	var d struct {
		Issuer string `json:"issuer"`
		JWKS   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return "", fmt.Errorf("%s: not a JSON object", at)
	}
	if d.Issuer != i.name {
		return "", fmt.Errorf("%s: it is another issuer's: %q", at, d.Issuer)
	}
	if err := safeURL(d.JWKS); err != nil {
		return "", fmt.Errorf("%s: jwks_uri: %w", at, err)
	}
	return d.JWKS, nil
}

func (i *issuer) get(ctx context.Context, at string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", mediaJSON)
	response, err := i.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", at, response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, keySetBytesMax+1))
	if err == nil && len(text) > keySetBytesMax {
		err = fmt.Errorf("%s: the answer has more than %d bytes", at, keySetBytesMax)
	}
	return text, err
}

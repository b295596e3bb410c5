package rest

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
)

// The ways to prove a name, and what a grant calls them.
const (
	kindUser  = "user"  // by a password
	kindCert  = "cert"  // by a client's certificate: its common name
	kindToken = "token" // by a token of OpenID Connect
	kindGroup = "group" // not proved by itself: a token names its groups
)

// identity is who sends a request. The zero value is nobody known.
type identity struct {
	kind   string
	name   string
	groups []string // of a token
}

// String is the identity as logs and texts name it.
func (i identity) String() string {
	if i.kind == "" {
		return "nobody known"
	}
	return i.kind + ":" + i.name
}

// errUnauthorized is why somebody is not let in; the log says more.
var errUnauthorized = errors.New("not authenticated")

// gate lets in who proves who it is, in the ways that are configured.
type gate struct {
	log    *slog.Logger
	basic  *basicAuth // nil: BasicAuthSecurityRestExtension is off
	tokens *tokens    // nil: tokens are off
	grants []grant    // nil: roles are off
}

// asks says whether the gate keeps anybody out.
func (g *gate) asks() bool { return g.basic != nil || g.tokens != nil || g.grants != nil }

// admit says who sends a request.
//
// With passwords on, as in Connect, each request has one; a token may stand in its place. Else a
// certificate that the listener has verified is enough. Errors: errUnauthorized, or that tokens cannot be
// checked now.
func (g *gate) admit(r *http.Request) (access, error) {
	who, err := g.identify(r)
	if err != nil {
		g.log.Debug("a request was not let in", "client", r.RemoteAddr, "err", err)
		return access{}, err
	}
	return accessOf(who, g.grants), nil
}

func (g *gate) identify(r *http.Request) (identity, error) {
	header := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	cert, certified := certificate(r)
	switch {
	case g.tokens != nil && strings.EqualFold(scheme, "Bearer"):
		return g.tokens.verify(r.Context(), strings.TrimSpace(token))
	case g.basic != nil:
		if user, ok := g.basic.allows(header); ok {
			return identity{kind: kindUser, name: user}, nil
		}
		return identity{}, errUnauthorized
	case certified:
		return cert, nil
	case g.tokens != nil || g.grants != nil:
		return identity{}, errUnauthorized
	}
	return identity{}, nil
}

// certificate is who a certificate names that the listener has verified.
func certificate(r *http.Request) (identity, bool) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return identity{}, false
	}
	name := r.TLS.VerifiedChains[0][0].Subject.CommonName
	return identity{kind: kindCert, name: name}, name != ""
}

// refusal is the answer to who is not let in. With passwords alone it is Connect's: not an error object,
// but text under the media type of the method, and no challenge, so that browsers ask nobody for a password.
// Source: JaasBasicAuthFilter.
func (g *gate) refusal(h http.Header, err error) answer {
	if !errors.Is(err, errUnauthorized) {
		return errorAnswer(http.StatusServiceUnavailable, "The token cannot be checked now: the keys of its issuer are not to be had.")
	}
	if g.tokens == nil && g.basic != nil {
		return answer{status: http.StatusUnauthorized, body: plainText("User cannot access the resource.")}
	}
	if g.tokens != nil {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return errorAnswer(http.StatusUnauthorized, "User cannot access the resource.")
}

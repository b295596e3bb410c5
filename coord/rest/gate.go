package rest

import (
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/millrace/millrace/config"
)

// newGate makes what the keys of passwords, tokens and roles say.
func newGate(v *config.Values, jaas string, log *slog.Logger) (*gate, error) {
	g := &gate{log: log}
	var err error
	if g.basic, err = newExtensions(v.List("rest.extension.classes"), jaas, log); err != nil {
		return nil, err
	}
	if g.tokens, err = newTokens(v, time.Now, log); err != nil {
		return nil, err
	}
	g.grants, err = parseGrants(v)
	return g, err
}

// forAdmin is the gate of admin listeners. Extensions are not called there, as in Connect; where roles are
// given there is no way around them.
func (g *gate) forAdmin() *gate {
	if g.grants != nil {
		return g
	}
	return &gate{log: g.log, tokens: g.tokens}
}

// checkOpen warns of listeners that let everybody in, or refuses them; and refuses those at which nobody
// could say who it is although roles are given.
func (s *Server) checkOpen(mode string) error {
	for _, l := range s.listeners {
		g := s.handler.gate
		if l.admin {
			g = g.forAdmin()
		}
		if g.grants != nil && g.basic == nil && g.tokens == nil && l.auth == tls.NoClientCert {
			return config.NewException(roleKeys[roleView], "Roles are given by millrace.rest.role.*, but at listener "+l.text+" nobody can say who it is: "+proofs)
		}
		closed := l.auth == tls.RequireAndVerifyClientCert || g.asks()
		switch {
		case l.local():
		case mode == strict && !closed:
			return config.InvalidValue(securityKey, mode, "listener "+l.text+" lets everybody in who reaches it: bind it to localhost, or "+proofs)
		case mode == strict && l.protocol != protocolHTTPS:
			return config.InvalidValue(securityKey, mode, "listener "+l.text+" is reached by other hosts and not encrypted: make it https, or bind it to localhost")
		case !closed:
			s.log.Warn("REST listener lets everybody in who reaches it: bind it to localhost, ask for certificates, passwords or tokens, and set millrace.rest.security=strict to be sure", "listener", l.text)
		}
	}
	return nil
}

// proofs are the ways to let only those in who say who they are.
const proofs = "ask for client certificates (https and ssl.client.auth=required), passwords (rest.extension.classes=BasicAuthSecurityRestExtension) or tokens (millrace.rest.oidc.issuer)"

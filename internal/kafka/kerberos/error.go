package kerberos

import (
	"net"
	"strings"
)

// Error says why a client cannot authenticate.
type Error struct {
	Text string

	// away says that no KDC was reached.
	away bool
}

// Error is the text.
func (e *Error) Error() string { return e.Text }

// JavaClass is the class that Java throws.
func (e *Error) JavaClass() string {
	return "org.apache.kafka.common.errors.SaslAuthenticationException"
}

// Is says that a KDC which was not reached is as a connection that broke: the client library tries those again,
// while it gives a request up whose client is refused.
func (e *Error) Is(target error) bool { return e.away && target == net.ErrClosed }

// reason words an answer of a KDC, or a fault that the Kerberos library finds.
type reason struct {
	mark string // in the library's text
	text string // %P principal, %R realm, %K where its key is from, %S service, %C krb5.conf
}

// reasons are looked through in order. Source: RFC 4120, 7.5.9.
var reasons = []reason{
	{"KDC_ERR_C_PRINCIPAL_UNKNOWN", "the KDC does not know the principal %P: correct the option principal, or have the principal created"},
	{"KDC_ERR_CLIENT_REVOKED", "the KDC has locked the principal %P: have it unlocked"},
	{"KDC_ERR_NAME_EXP", "the principal %P has expired: have it extended"},
	{"KDC_ERR_KEY_EXPIRED", "the key of %P has expired: have it changed and written to %K"},
	{"KDC_ERR_S_PRINCIPAL_UNKNOWN", "the KDC does not know the service %S: sasl.kerberos.service.name and the host that the broker advertises must be those of its principal"},
	{"KDC_ERR_PREAUTH_FAILED", "the key of %P in %K is not the one that the KDC has: have the keytab written anew"},
	{"KRB_AP_ERR_BAD_INTEGRITY", "the key of %P in %K is not the one that the KDC has: have the keytab written anew"},
	{"matching key not found in keytab", "%K has no key of %P that the KDC takes: have the keytab written anew"},
	{"KDC_ERR_ETYPE_NOSUPP", "the KDC takes none of the types of encryption of this client: permit one of its types in %C"},
	{"KRB_AP_ERR_SKEW", "the clocks of this machine and of the KDC differ too much: set both by the same source of time"},
	{"clock skew", "the clocks of this machine and of the KDC differ too much: set both by the same source of time"},
	{"KRB_AP_ERR_TKT_EXPIRED", "the ticket of %P in %K has expired: fetch one with kinit"},
	{"KDC_ERR_TGT_REVOKED", "the KDC has revoked the ticket of %P: log in again"},
	{"KRB_AP_ERR_TKT_NYV", "the ticket of %P is not valid yet: set the clocks of this machine and of the KDC by the same source of time"},
	{"no KDCs defined", "%C names no KDC of realm %R: add one to its section realms"},
	{"does not have any defined KDCs", "%C names no KDC of realm %R: add one to its section realms"},
}

// explain words what the Kerberos library says, with its own text behind.
func (m *Mechanism) explain(err error, service string) *Error {
	said := err.Error()
	text := "the login of %P in realm %R is refused"
	away := strings.Contains(said, "Networking_Error")
	if away {
		text = "no KDC of realm %R answers: %C names them, and they must be within reach"
	}
	for _, r := range reasons {
		if strings.Contains(said, r.mark) {
			text, away = r.text, false
			break
		}
	}
	words := strings.NewReplacer("%P", m.principal(), "%R", m.realm(), "%K", m.keyPlace(), "%S", service, "%C", m.o.ConfigFile)
	return &Error{Text: "Kerberos: " + words.Replace(text) + ". Said: " + said, away: away}
}

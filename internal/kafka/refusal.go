package kafka

import (
	"errors"
	"net"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/internal/kafka/kerberos"
)

// LoginRefused says that a client's login is refused, by its brokers or a KDC, so that it is no use to try again.
// Source: AuthenticationException, which Java's clients do not retry.
func LoginRefused(err error) bool {
	var krb *kerberos.Error
	return errors.Is(err, kerr.SaslAuthenticationFailed) || errors.Is(err, kerr.UnsupportedSaslMechanism) ||
		errors.As(err, &krb) && !errors.Is(err, net.ErrClosed)
}

package kafka

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/internal/kafka/kerberos"
)

func TestLoginRefused(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{kerr.SaslAuthenticationFailed, true},
		{fmt.Errorf("metadata: %w", kerr.UnsupportedSaslMechanism), true},
		{fmt.Errorf("metadata: %w", &kerberos.Error{Text: "the KDC does not know the principal"}), true},
		{kerr.BrokerNotAvailable, false},
		{io.EOF, false},
		{errors.New("anything"), false},
		{nil, false},
	} {
		if have := LoginRefused(c.err); have != c.want {
			t.Errorf("%v: %v", c.err, have)
		}
	}
}

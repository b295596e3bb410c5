package kafka

import (
	"crypto/tls"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// security returns what security.protocol and the keys that it brings into force stand for, and the
// dialer that connections are made with.
// Source: ChannelBuilders.clientChannelBuilder.
func (c Clients) security(p *props) ([]kgo.Opt, *dialer) {
	d := &dialer{
		reconnect: backoff{first: p.millis("reconnect.backoff.ms", 64, 50, 0), most: p.millis("reconnect.backoff.max.ms", 64, 1000, 0)},
		setup: backoff{
			first: max(p.millis("socket.connection.setup.timeout.ms", 64, 10_000, 0), time.Millisecond),
			most:  p.millis("socket.connection.setup.timeout.max.ms", 64, 30_000, 0),
		},
		// Java's defaults would switch off the system's own tuning of the buffers.
		sendBytes:  int(p.number("send.buffer.bytes", 32, -1, -1)),
		recvBytes:  int(p.number("receive.buffer.bytes", 32, -1, -1)),
		keepBroken: map[string]*broken{},
	}
	var opts []kgo.Opt
	protocol := p.protocol()
	if protocol == "SSL" || protocol == "SASL_SSL" {
		d.tls = clientTLS(p)
	}
	if protocol == "SASL_PLAINTEXT" || protocol == "SASL_SSL" {
		if m := c.mechanism(p); m != nil {
			opts = append(opts, kgo.SASL(m))
		}
	}
	return opts, d
}

// clientTLS reads the ssl.* keys of a client.
// Source: DefaultSslEngineFactory, SslConfigs.
func clientTLS(p *props) *tls.Config {
	refuseUnreadTLS(p)
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	tlsVersions(p, config)
	tlsSuites(p, config)
	tlsIdentity(p, config)
	tlsTrust(p, config)
	return config
}

// TLS reads the ssl.* keys of a client that speaks something else than Kafka: a registry's. It is nil where none of
// them is set. Errors: *ConfigError.
func TLS(properties map[string]string) (*tls.Config, error) {
	own := map[string]string{}
	for k, v := range properties {
		if strings.HasPrefix(k, "ssl.") {
			own[k] = v
		}
	}
	if len(own) == 0 {
		return nil, nil
	}
	p := &props{texts: own}
	c := clientTLS(p)
	return c, p.err
}

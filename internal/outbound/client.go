package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"
)

// hopsMax is how many redirects on one host are followed.
const hopsMax = 3

// Options say what a client may do. Connect must be set.
type Options struct {
	Connect time.Duration  // to make a connection, and once more for its handshake
	Timeout time.Duration  // of a whole request; 0 is that of its context
	Roots   *x509.CertPool // that servers are trusted by; nil: the system's
	Guarded bool           // addresses that Refuse refuses are not connected to
	Stay    bool           // no redirect is followed at all: it is the answer
}

// NewClient makes a client. It keeps no connections.
func NewClient(o Options) *http.Client { return newClient(o, nil) }

// newClient is NewClient with a resolver of names, nil for the system's.
func newClient(o Options, resolver *net.Resolver) *http.Client {
	dialer := &net.Dialer{Timeout: o.Connect, Resolver: resolver}
	if o.Guarded {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return Refuse(address) }
	}
	var transport http.RoundTripper = &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: o.Connect,
	}
	if o.Guarded {
		transport = guarded{transport}
	}
	redirect := sameHost
	if o.Stay {
		redirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &http.Client{Timeout: o.Timeout, Transport: transport, CheckRedirect: redirect}
}

func sameHost(r *http.Request, via []*http.Request) error {
	if len(via) > hopsMax || r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
		return errors.New("redirected to another host")
	}
	return nil
}

// guarded refuses addresses that are written out in URLs: a proxy would be asked for them.
type guarded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := refuseHost(r.URL.Hostname()); err != nil {
		return nil, err
	}
	return g.RoundTripper.RoundTrip(r)
}

package schemaregistry

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka"
)

// transport makes the connections of a client, but none that refuse has an error for. Errors: *config.ConfigException.
func transport(v *config.Values, props clientProps, connect, read time.Duration, refuse func(address string) error) (*guarded, error) {
	secure, err := kafka.TLS(props)
	if err != nil {
		return nil, prefixed(err)
	}
	if secure == nil {
		secure = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	dialer := &net.Dialer{Timeout: connect}
	if refuse != nil {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return refuse(address) }
	}
	t := &http.Transport{
		DialContext:           dialer.DialContext,
		TLSClientConfig:       secure,
		TLSHandshakeTimeout:   connect,
		ResponseHeaderTimeout: read,
		MaxIdleConnsPerHost:   2,
		IdleConnTimeout:       time.Minute,
		ForceAttemptHTTP2:     true,
	}
	if host, port := v.String(keyProxyHost), v.Int32(keyProxyPort); host != "" && port > 0 {
		proxy := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(int(port)))}
		t.Proxy = http.ProxyURL(proxy)
	}
	return &guarded{t, refuse}, nil
}

// guarded refuses addresses that are written out in URLs too: a proxy would be asked for them.
type guarded struct {
	*http.Transport
	refuse func(address string) error // nil: none is
}

// RoundTrip implements http.RoundTripper.
func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if host := r.URL.Hostname(); g.refuse != nil {
		if _, err := netip.ParseAddr(host); err == nil {
			if err := g.refuse(net.JoinHostPort(host, "0")); err != nil {
				return nil, err
			}
		}
	}
	return g.Transport.RoundTrip(r)
}

// stay keeps a redirect from carrying credentials to another host: such an answer is final.
func stay(req *http.Request, via []*http.Request) error {
	const most = 5
	if len(via) > most || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

// prefixed is an error of Kafka's keys under the names that they have here.
func prefixed(err error) error {
	var e *kafka.ConfigError
	if !errors.As(err, &e) {
		return err
	}
	text := e.Text
	if !strings.HasPrefix(text, e.Key) {
		text = e.Key + ": " + text
	}
	return &config.ConfigException{Key: clientPrefix + e.Key, Message: clientPrefix + text}
}

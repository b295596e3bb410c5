package schemaregistry

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka"
)

// transport makes the connections of a client. Errors: *config.ConfigException.
func transport(v *config.Values, props clientProps, connect, read time.Duration) (*http.Transport, error) {
	secure, err := kafka.TLS(props)
	if err != nil {
		return nil, prefixed(err)
	}
	if secure == nil {
		secure = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	t := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: connect}).DialContext,
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
	return t, nil
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

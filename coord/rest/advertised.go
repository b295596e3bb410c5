package rest

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace/millrace/config"
)

// advertisement says under which URL other workers and clients reach this one.
type advertisement struct {
	listener string // rest.advertised.listener, "" = by the listeners
	host     string // rest.advertised.host.name
	port     int    // rest.advertised.port
	hasPort  bool
}

func newAdvertisement(v *config.Values) (advertisement, error) {
	a := advertisement{listener: strings.ToLower(v.String("rest.advertised.listener")), host: v.String("rest.advertised.host.name")}
	port, ok := v.OptInt32("rest.advertised.port")
	a.port, a.hasPort = int(port), ok
	if l, ok := v.OptString("rest.advertised.listener"); ok && a.listener != protocolHTTP && a.listener != protocolHTTPS {
		return a, config.InvalidValue("rest.advertised.listener", l, "http and https are known")
	}
	return a, nil
}

// url is the advertised URL, with a slash at its end. listeners are bound and in the order of the config;
// own is the address of this computer, for a listener without a host.
// Source: RestServer.advertisedUrl, Jetty's Server.getURI.
func (a advertisement) url(listeners []*listener, own func() string) *url.URL {
	first := listeners[0]
	host, port := first.host, first.boundPort()
	scheme := a.scheme(listeners)
	for _, l := range listeners {
		if l.protocol == scheme && !l.admin {
			if l.host != "" {
				host = l.host
			}
			port = l.boundPort()
			break
		}
	}
	if a.host != "" {
		host = strings.Trim(a.host, "[]")
	} else if host == "" {
		host = own()
	}
	if a.hasPort {
		port = a.port
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, strconv.Itoa(port)), Path: "/"}
}

// scheme is http when there is such a listener. Source: RestServer.determineAdvertisedProtocol.
func (a advertisement) scheme(listeners []*listener) string {
	if a.listener != "" {
		return a.listener
	}
	for _, l := range listeners {
		if l.protocol == protocolHTTP && !l.admin {
			return protocolHTTP
		}
	}
	return protocolHTTPS
}

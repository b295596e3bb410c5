package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/millrace/millrace/config"
)

// The protocols of listeners.
const (
	protocolHTTP  = "http"
	protocolHTTPS = "https"
)

var listenerPattern = regexp.MustCompile(`\A(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)\z`)

// listener is one element of listeners or admin.listeners, and its port once that is bound.
type listener struct {
	text     string
	protocol string
	host     string // "" is every address of this computer
	port     int    // as it is configured; 0 lets the system choose
	admin    bool
	auth     tls.ClientAuthType // whether it asks for certificates

	net.Listener
}

// parseListener reads protocol://host:port. Source: RestServer.createConnector.
func parseListener(key, text string) (*listener, error) {
	m := listenerPattern.FindStringSubmatch(text)
	if m == nil {
		return nil, config.NewException(key, "Listener doesn't have the right format (protocol://hostname:port).")
	}
	l := &listener{text: text, protocol: strings.ToLower(m[1]), host: m[2]}
	if l.protocol != protocolHTTP && l.protocol != protocolHTTPS {
		return nil, config.NewException(key, `Listener protocol must be either "http" or "https".`)
	}
	port, err := strconv.Atoi(m[3])
	if err != nil || port < 0 || port > 65535 {
		return nil, config.InvalidValue(key, text, "a port is between 0 and 65535, 0 for any that is free")
	}
	l.port = port
	return l, nil
}

// bind takes the port. With tls the listener speaks it.
func (l *listener) bind(ctx context.Context, secure *tls.Config) error {
	var lc net.ListenConfig
	bound, err := lc.Listen(ctx, "tcp", net.JoinHostPort(l.host, strconv.Itoa(l.port)))
	if err != nil {
		return err
	}
	if secure != nil {
		bound = tls.NewListener(bound, secure)
	}
	l.Listener = bound
	return nil
}

// boundPort is the port that the listener has.
func (l *listener) boundPort() int {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return l.port
}

// local says whether only this computer reaches the listener.
func (l *listener) local() bool {
	a, ok := l.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// ownAddress is what Java calls the address of this computer: the first that its name resolves to. Where
// the name resolves to none, it is the first address of a network interface, in the end the loopback's.
// Source: InetAddress.getLocalHost.
func ownAddress(ctx context.Context, hostname func() (string, error)) string {
	var found []netip.Addr
	if name, err := hostname(); err == nil {
		found, _ = net.DefaultResolver.LookupNetIP(ctx, "ip", name) // none is no failure here
	}
	if len(found) == 0 {
		addresses, _ := net.InterfaceAddrs()
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().IsGlobalUnicast() {
				found = append(found, p.Addr())
			}
		}
	}
	for _, a := range found { // Java prefers IPv4
		if a = a.Unmap(); a.Is4() {
			return a.String()
		}
	}
	if len(found) > 0 {
		return found[0].String()
	}
	return "127.0.0.1"
}

// closeAll closes what was bound.
func closeAll(listeners []*listener) error {
	var errs []error
	for _, l := range listeners {
		if l.Listener != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(errs...)
}

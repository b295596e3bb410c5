package kafka

import (
	"context"
	"log/slog"
	"net"
	"regexp"
	"strconv"
	"strings"
)

const bootstrapKey = "bootstrap.servers"

// hostPort is an address as Java accepts it: a protocol is passed over. Source: Utils.HOST_PORT_PATTERN.
var hostPort = regexp.MustCompile(`^(?:[0-9a-zA-Z\-%._]*://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$`)

// parseAddress splits an entry of bootstrap.servers. Source: Utils.getHost, Utils.getPort.
func parseAddress(url string) (host, port string, err error) {
	m := hostPort.FindStringSubmatch(url)
	if m == nil {
		return "", "", &ConfigError{Key: bootstrapKey, Text: "Invalid url in bootstrap.servers: " + url}
	}
	n, err := strconv.ParseInt(m[2], 10, 32)
	if err != nil || n > 65535 {
		return "", "", &ConfigError{Key: bootstrapKey, Text: "Invalid port in bootstrap.servers: " + url}
	}
	return m[1], strconv.FormatInt(n, 10), nil
}

// bootstrap returns the addresses of bootstrap.servers that resolve, as host:port. With canonical, every
// address that a host has is replaced by its canonical name.
//
// Errors: Java's texts. What does not resolve is logged; only when nothing does is it an error.
// Source: ClientUtils.parseAndValidateAddresses.
func (c Clients) bootstrap(ctx context.Context, urls []string, canonical bool) ([]string, error) {
	var seeds []string
	for _, url := range urls {
		if url == "" {
			continue
		}
		host, port, err := parseAddress(url)
		if err != nil {
			return nil, err
		}
		addrs, err := c.lookup(ctx, host)
		switch {
		case err != nil && canonical:
			return nil, &ConfigError{Key: bootstrapKey, Text: "Unknown host in bootstrap.servers: " + url}
		case err != nil:
			c.log().LogAttrs(ctx, slog.LevelWarn, "address of bootstrap.servers does not resolve, it is left out", slog.String("address", url), slog.Any("err", err))
		case canonical:
			seeds = append(seeds, c.canonicalNames(ctx, addrs, port)...)
		default:
			seeds = append(seeds, net.JoinHostPort(host, port))
		}
	}
	if len(seeds) == 0 {
		return nil, &ConfigError{Key: bootstrapKey, Text: "No resolvable bootstrap urls given in bootstrap.servers"}
	}
	return seeds, nil
}

// lookup returns the addresses of host. Java takes an empty host for this machine.
func (c Clients) lookup(ctx context.Context, host string) ([]string, error) {
	if host == "" {
		host = "localhost"
	}
	if net.ParseIP(host) != nil {
		return []string{host}, nil
	}
	return net.DefaultResolver.LookupHost(ctx, host)
}

// canonicalNames turns addresses into names; an address without one stays.
func (c Clients) canonicalNames(ctx context.Context, addrs []string, port string) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		name := a
		if names, err := net.DefaultResolver.LookupAddr(ctx, a); err == nil && len(names) > 0 {
			name = strings.TrimSuffix(names[0], ".")
		}
		out[i] = net.JoinHostPort(name, port)
	}
	return out
}

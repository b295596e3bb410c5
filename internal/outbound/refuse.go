package outbound

import (
	"fmt"
	"net/netip"
)

// Refuse returns an error for the address of a connection, host:port, that is link-local or one of a cloud's
// metadata, however it is written.
func Refuse(address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return refuse(a.Addr())
}

// refuseHost is Refuse for the host of a URL; a name is no address yet.
func refuseHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		return refuse(a)
	}
	return nil
}

func refuse(a netip.Addr) error {
	if within := embedded(a.Unmap().WithZone("")); within.IsLinkLocalUnicast() || isMetadata(within) {
		return fmt.Errorf("%s is an address of the link or of a cloud's metadata, which millrace.rest.security=strict does not allow", a)
	}
	return nil
}

// embedded is the IPv4 address that gateways take an IPv6 address for: RFC 6052 (NAT64), RFC 3056 (6to4),
// RFC 4291 (compatible). Others are returned as they are.
func embedded(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case within(a, "64:ff9b::/96"), within(a, "::/96") && !a.IsLoopback() && !a.IsUnspecified():
		return netip.AddrFrom4([4]byte(b[12:]))
	case within(a, "2002::/16"):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

func within(a netip.Addr, prefix string) bool { return netip.MustParsePrefix(prefix).Contains(a) }

// isMetadata says whether machines of a cloud get names and keys of theirs at a: those of Alibaba, Azure, Oracle,
// AWS and Google that are not link-local.
func isMetadata(a netip.Addr) bool {
	switch a.String() {
	case "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:c1::a9fe:a9fe", "fd20:ce::254":
		return true
	}
	return false
}

package group

import (
	"fmt"
	"strings"
)

// Protocol is a version of Connect's group protocol, and the number in its bytes.
// Source: ConnectProtocolCompatibility.
type Protocol int16

// The versions. Compatible and Sessioned have the same bytes but for the number; Sessioned adds session
// keys and signed internal requests.
const (
	Eager      Protocol = 0
	Compatible Protocol = 1
	Sessioned  Protocol = 2
)

// ParseProtocol reads connect.protocol, in any case.
func ParseProtocol(mode string) (Protocol, error) {
	for p := Eager; p <= Sessioned; p++ {
		if strings.EqualFold(p.String(), mode) {
			return p, nil
		}
	}
	return 0, javaErrorf("Unknown Connect protocol compatibility mode: %s", mode)
}

// ProtocolNamed returns the protocol that the group coordinator chose by its name in a join request.
func ProtocolNamed(name string) (Protocol, error) {
	for p := Eager; p <= Sessioned; p++ {
		if strings.EqualFold(p.Name(), name) {
			return p, nil
		}
	}
	return 0, javaErrorf("Not found Connect protocol compatibility mode for protocol: %s", name)
}

// String is the value of connect.protocol.
func (p Protocol) String() string {
	switch p {
	case Eager:
		return "eager"
	case Compatible:
		return "compatible"
	case Sessioned:
		return "sessioned"
	}
	return fmt.Sprintf("protocol %d", int16(p))
}

// Name is how the protocol is called in join requests.
func (p Protocol) Name() string {
	if p == Eager {
		return "default"
	}
	return p.String()
}

// Incremental reports whether work goes on through a rebalance.
func (p Protocol) Incremental() bool { return p >= Compatible }

// Signed reports whether internal requests carry signatures.
func (p Protocol) Signed() bool { return p >= Sessioned }

// Offers returns what a worker of this connect.protocol offers, best first.
func (p Protocol) Offers() []Protocol {
	switch p {
	case Sessioned:
		return []Protocol{Sessioned, Compatible, Eager}
	case Compatible:
		return []Protocol{Compatible, Eager}
	}
	return []Protocol{Eager}
}

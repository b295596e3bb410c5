package restart

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/connectors"
)

// Transient reports whether a failure may pass by itself: an error in its chain says that it may be tried again,
// comes from the network, or has a Java class that stands for that.
func Transient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	return connectors.IsRetriable(err) || broker(err) || network(err) || named(err)
}

// broker reports whether a broker said that a request may be sent again.
func broker(err error) bool {
	var k *kerr.Error
	return errors.As(err, &k) && k.Retriable
}

// network reports whether the other side was not there, or did not answer.
func network(err error) bool {
	for _, e := range []error{context.DeadlineExceeded, os.ErrDeadlineExceeded, io.ErrUnexpectedEOF, io.ErrClosedPipe,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		if errors.Is(err, e) {
			return true
		}
	}
	var n net.Error
	if errors.As(err, &n) && n.Timeout() {
		return true
	}
	var dns *net.DNSError
	return errors.As(err, &dns) // a name that is not known yet, too
}

// named reports whether an error in the chain has a transient Java class.
func named(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(many.Unwrap(), named)
	}
	if of, ok := err.(interface{ JavaClass() string }); ok {
		class := of.JavaClass()
		name := class[strings.LastIndexByte(class, '.')+1:]
		if slices.Contains(transientClasses, name) {
			return true
		}
	}
	next := errors.Unwrap(err)
	return next != nil && named(next)
}

// transientClasses are simple names of exceptions that connectors throw while the other side is away.
var transientClasses = []string{
	"RetriableException", "TimeoutException", "DisconnectException", "NetworkException", "BrokerNotAvailableException",
	"SocketException", "SocketTimeoutException", "NoRouteToHostException", "UnknownHostException", "PortUnreachableException",
	"HttpTimeoutException", "HttpConnectTimeoutException", "ConnectTimeoutException", "NoHttpResponseException", "InterruptedIOException",
	"SQLTransientException", "SQLTransientConnectionException", "SQLRecoverableException", "SQLTimeoutException", "SQLNonTransientConnectionException",
	"CommunicationsException", "EOFException",
}

package schemaregistry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
)

// network names what cut an exchange as Java does. Source: HttpURLConnection, ExceptionUtils.
func network(err error) *ioError {
	e := &ioError{class: "java.net.SocketException", text: "Connection reset", network: true, err: err}
	var (
		dns       *net.DNSError
		op        *net.OpError
		timed     net.Error
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, context.Canceled):
		e.text = "Closed by interrupt"
	case errors.As(err, &dns) && !dns.IsTimeout:
		e.class, e.text = "java.net.UnknownHostException", dns.Name
	case errors.As(err, &timed) && timed.Timeout(), errors.Is(err, context.DeadlineExceeded):
		e.class, e.text, e.timeout = "java.net.SocketTimeoutException", "Read timed out", true
		if errors.As(err, &op) && op.Op == "dial" {
			e.text = "Connect timed out"
		}
	case errors.Is(err, syscall.ECONNREFUSED):
		e.class, e.text = "java.net.ConnectException", "Connection refused"
	case errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &alert):
		e.class, e.text = "javax.net.ssl.SSLHandshakeException", deepest(err).Error()
	case errors.As(err, &record):
		e.class, e.text = "javax.net.ssl.SSLException", "Unsupported or unrecognized SSL message"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.text = "Unexpected end of file from server"
	case errors.As(err, &op) && op.Op == "dial":
		e.class, e.text = "java.net.ConnectException", deepest(op).Error()
	}
	return e
}

// deepest is the last error of a chain: the outer ones of net/http repeat the URL.
func deepest(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

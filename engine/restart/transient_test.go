package restart_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/restart"
)

func java(class string, cause error) error {
	return &connectors.Error{Class: class, Text: "text", Err: cause}
}

func TestTransient(t *testing.T) {
	wrapped := func(err error) error { return connectors.Errorf("sink: %w", fmt.Errorf("write: %w", err)) }
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"none":                    {nil, false},
		"plain":                   {errors.New("boom"), false},
		"data":                    {java(connectors.DataException, nil), false},
		"config":                  {java(connectors.ConfigException, nil), false},
		"panic's class":           {java("java.lang.RuntimeException", nil), false},
		"missing file":            {&os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, false},
		"cancelled":               {wrapped(context.Canceled), false},
		"not authorised":          {wrapped(kerr.TopicAuthorizationFailed), false},
		"retriable":               {wrapped(connectors.Retriable(errors.New("later"))), true},
		"not enough replicas":     {wrapped(kerr.NotEnoughReplicas), true},
		"refused connection":      {wrapped(&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), true},
		"reset connection":        {wrapped(&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}), true},
		"unknown host":            {wrapped(&url.Error{Op: "Get", URL: "http://x", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), true},
		"timeout":                 {wrapped(&net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}), true},
		"deadline":                {wrapped(context.DeadlineExceeded), true},
		"cut answer":              {wrapped(io.ErrUnexpectedEOF), true},
		"end of file":             {wrapped(io.EOF), false},
		"class of the cause":      {wrapped(java("java.sql.SQLTransientConnectionException", nil)), true},
		"class outside":           {java("org.apache.kafka.common.errors.TimeoutException", errors.New("x")), true},
		"joined":                  {errors.Join(errors.New("a"), java("java.net.SocketTimeoutException", nil)), true},
		"joined below":            {wrapped(errors.Join(errors.New("a"), java("java.net.UnknownHostException", nil))), true},
		"a data error of network": {java(connectors.DataException, errors.New("connection refused")), false},
	} {
		if got := restart.Transient(c.err); got != c.want {
			t.Errorf("%s: %v is transient: %t, want %t", name, c.err, got, c.want)
		}
	}
}

package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// dialer opens connections as a Java client does: after a failed attempt the same broker is left alone
// for reconnect.backoff.ms, and may take longer to answer the next one.
//
// Host names are resolved for every attempt, and all addresses are tried (client.dns.lookup=use_all_dns_ips).
// Source: ClusterConnectionStates.
type dialer struct {
	tls        *tls.Config // nil: plain
	reconnect  backoff
	setup      backoff // socket.connection.setup.timeout.ms
	sendBytes  int     // of the socket buffers; below 0 as the system has them
	recvBytes  int
	keepBroken map[string]*broken // by address; guarded by mu

	mu sync.Mutex
}

// broken is a broker whose last attempts have failed.
type broken struct {
	failures int
	until    time.Time
}

// DialContext is a kgo.Dialer.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	failures, wait := d.state(address)
	if err := sleep(ctx, wait); err != nil {
		return nil, err
	}
	attempt, cancel := context.WithTimeout(ctx, d.setup.after(failures+1))
	defer cancel()
	conn, err := d.dial(attempt, network, address)
	if ctx.Err() == nil {
		d.note(address, err)
	}
	return conn, err
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Control: d.setBuffers}).DialContext(ctx, network, address)
	if err != nil || d.tls == nil {
		return conn, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	config := d.tls.Clone()
	config.ServerName = host
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("tls handshake with %s: %w", address, err), conn.Close())
	}
	return secure, nil
}

// setBuffers runs before the connection is made: the receive window is agreed on then.
func (d *dialer) setBuffers(_, _ string, raw syscall.RawConn) error {
	var err error
	control := raw.Control(func(fd uintptr) {
		if d.sendBytes >= 0 {
			err = setSocketBuffer(fd, syscall.SO_SNDBUF, d.sendBytes)
		}
		if d.recvBytes >= 0 && err == nil {
			err = setSocketBuffer(fd, syscall.SO_RCVBUF, d.recvBytes)
		}
	})
	return errors.Join(control, err)
}

// state returns how often in a row address has failed, and how long it is still to be left alone.
func (d *dialer) state(address string) (failures int, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.keepBroken[address]
	if b == nil {
		return 0, 0
	}
	return b.failures, time.Until(b.until)
}

func (d *dialer) note(address string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		delete(d.keepBroken, address)
		return
	}
	b := d.keepBroken[address]
	if b == nil {
		b = &broken{}
		d.keepBroken[address] = b
	}
	b.failures++
	b.until = time.Now().Add(d.reconnect.after(b.failures))
}

func sleep(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

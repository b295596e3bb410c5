package postgres

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// slowWrites is a connection whose writes return late: once the driver, which reads on a goroutine of its own meanwhile,
// has read the answer and reads on.
type slowWrites struct {
	net.Conn
	slow  bool
	reads chan struct{}
}

func (c *slowWrites) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if c.slow {
		c.slow = false
		<-c.reads
		<-c.reads
	}
	return n, err
}

func (c *slowWrites) Read(p []byte) (int, error) {
	select {
	case c.reads <- struct{}{}:
	default:
	}
	return c.Conn.Read(p)
}

// TestTakeOver takes a connection over on which the driver still reads: what the server sends next reaches us.
func TestTakeOver(t *testing.T) {
	client, server := net.Pipe()
	served := make(chan error, 1)
	go func() {
		err := serve(server)
		_ = server.Close()
		served <- err
	}()
	slow := &slowWrites{Conn: client, reads: make(chan struct{}, 2)}
	config, err := pgconn.ParseConfig("host=127.0.0.1 user=u sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	config.DialFunc = func(context.Context, string, string) (net.Conn, error) { return slow, nil }
	c, err := pgconn.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	for len(slow.reads) > 0 {
		<-slow.reads
	}
	slow.slow = true
	if _, err := c.Exec(t.Context(), "select").ReadAll(); err != nil {
		t.Fatal(err)
	}
	conn, err := takeOver(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	query, err := (&pgproto3.Query{String: "ours"}).Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(query); err != nil {
		t.Fatal(err)
	}
	var kind [1]byte
	if _, err := io.ReadFull(conn, kind[:]); err != nil || kind[0] != 'C' {
		t.Errorf("the answer begins with %q, %v", kind, err)
	}
	_ = conn.Close()
	if err := <-served; err == nil { // our query ends it: the client is gone
		t.Error("the server still serves")
	}
}

// serve answers queries until the client is gone.
func serve(conn net.Conn) error {
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return err
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	for {
		if err := b.Flush(); err != nil {
			return err
		}
		if _, err := b.Receive(); err != nil {
			return err
		}
		b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 0")})
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	}
}

package kafka

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// closedDoor takes connections and requests, and closes instead of answering: so does a broker that goes or comes, or
// what stands in front of it.
func closedDoor(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var size [4]byte
			if _, err := io.ReadFull(conn, size[:]); err == nil {
				_, _ = io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(size[:]))) // closed either way
			}
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// TestNew_ClosedBeforeTheFirstAnswer produces as source tasks do, without idempotence, while the broker restarts: such
// records are given up when the library holds the error of a metadata request for final.
func TestNew_ClosedBeforeTheFirstAnswer(t *testing.T) {
	address, door := broker(t, kfake.SeedTopics(1, "t")), closedDoor(t)
	var closed, left atomic.Int32
	var mu sync.Mutex
	var open []net.Conn
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if left.Add(-1) >= 0 {
			closed.Add(1)
			address = door
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		open = append(open, conn)
		return conn, nil
	}
	cl, err := NewClient(map[string]string{"bootstrap.servers": address, "retry.backoff.ms": "1", "retry.backoff.max.ms": "10"},
		kgo.Dialer(dial), kgo.DisableIdempotentWrite(), kgo.DefaultProduceTopic("t"))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for i := range 20 {
		if err := cl.ProduceSync(ctx, kgo.StringRecord("x")).FirstErr(); err != nil {
			t.Fatalf("restart %d: the record is given up: %v", i, err)
		}
		left.Store(10)
		mu.Lock()
		for _, conn := range open {
			conn.Close()
		}
		open = nil
		mu.Unlock()
	}
	if closed.Load() == 0 {
		t.Error("no connection was closed")
	}
}

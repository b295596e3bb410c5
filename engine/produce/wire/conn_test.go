package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// sink is a connection that keeps what is written, and breaks after so many bytes.
type sink struct {
	net.Conn
	got   []byte
	after int // 0: never
}

var errBreaks = errors.New("broken by the test")

func (s *sink) Write(p []byte) (int, error) {
	if s.after > 0 && len(s.got)+len(p) > s.after {
		n := s.after - len(s.got)
		s.got = append(s.got, p[:n]...)
		return n, errBreaks
	}
	s.got = append(s.got, p...)
	return len(p), nil
}

// wired is a connection that the client has, and what it leads to.
type wired struct {
	t      *testing.T
	ip     *Interposer
	conn   net.Conn
	to     *sink
	pool   *mem.Pool
	broken error
}

func open(t *testing.T) *wired {
	w := &wired{t: t, to: &sink{}, pool: mem.Checked(t)}
	w.ip = New(Options{Dial: func(context.Context, string, string) (net.Conn, error) { return w.to, nil }, Broken: func(err error) { w.broken = err }})
	conn, err := w.ip.Dial(t.Context(), "tcp", "")
	if err != nil {
		t.Fatal(err)
	}
	w.conn = conn
	w.ip.OnBrokerConnect(kgo.BrokerMetadata{}, time.Second, conn, nil)
	return w
}

// batch is one of three rows, and what the client writes for it.
func (w *wired) batch(partition int32) (b *Batch, stands []byte) {
	b = NewBatch(w.pool, 1<<20, 0)
	w.t.Cleanup(b.Release)
	l := NewLane(partition)
	l.Lock()
	l.Begin(b)
	for _, v := range []string{"a", "b", "c"} {
		b.Add(7, nil, []byte(v), nil)
	}
	l.Unlock()
	return b, clientBatch(w.ip.StandIn(b))
}

// clientBatch is the wire batch that the client makes of a record.
func clientBatch(value []byte) []byte {
	r := []byte{0, 0, 0, 1}
	r = append(binary.AppendVarint(r, int64(len(value))), value...)
	r = append(r, 0)
	b := make([]byte, wirebatch.HeadEnd)
	b[wirebatch.MagicAt] = 2
	binary.BigEndian.PutUint64(b[wirebatch.ProducerAt:], 77)
	binary.BigEndian.PutUint16(b[wirebatch.EpochAt:], 1)
	b[wirebatch.AttrsAt+1] = wirebatch.TransactionBit
	binary.BigEndian.PutUint32(b[wirebatch.RowsAt:], 1)
	b = append(binary.AppendVarint(b, int64(len(r))), r...)
	wirebatch.Seal(b)
	return b
}

// TestConn_BatchesForStandIns in every version: what arrives is the request with the batches in it, and what is not ours
// as it was.
func TestConn_BatchesForStandIns(t *testing.T) {
	for v := int16(produceFirst); v <= produceLast; v++ {
		w := open(t)
		_, first := w.batch(0)
		other := clientBatch([]byte("an offset"))
		_, third := w.batch(2)
		req := request(v, first, other, third)
		if n, err := w.conn.Write(req); n != len(req) || err != nil {
			t.Fatal(n, err)
		}
		if n := binary.BigEndian.Uint32(w.to.got); int(n) != len(w.to.got)-4 {
			t.Fatalf("version %d: a length of %d in %d bytes", v, n, len(w.to.got))
		}
		got, err := places(nil, w.to.got)
		if err != nil {
			t.Fatalf("version %d: %v", v, err)
		}
		want := []string{"0 7 false\"\" true\"a\"", "1 7 false\"\" true\"b\"", "2 7 false\"\" true\"c\""}
		for _, i := range []int{0, 2} {
			b := got[i].records
			if lines := read(t, b); !slices.Equal(lines, want) {
				t.Errorf("version %d: %q", v, lines)
			}
			if binary.BigEndian.Uint64(b[wirebatch.ProducerAt:]) != 77 || binary.BigEndian.Uint16(b[wirebatch.EpochAt:]) != 1 || b[wirebatch.AttrsAt+1] != wirebatch.TransactionBit {
				t.Errorf("version %d: the header is not the client's", v)
			}
		}
		if !bytes.Equal(got[1].records, other) {
			t.Errorf("version %d: a record of the client's own was changed", v)
		}
		if bytes.Contains(w.to.got, w.ip.nonce[:]) || w.broken != nil {
			t.Errorf("version %d: a stand-in was sent, %v", v, w.broken)
		}
	}
}

// TestConn_OtherRequestsPass as they are.
func TestConn_OtherRequestsPass(t *testing.T) {
	w := open(t)
	req := kmsg.NewRequestFormatter().AppendRequest(nil, kmsg.NewPtrMetadataRequest(), 1)
	if n, err := w.conn.Write(req); n != len(req) || err != nil || !bytes.Equal(w.to.got, req) {
		t.Error(n, err)
	}
}

// TestConn_SendsNoStandIn: a request that is not as it is expected to be is not sent, nor is any after it.
func TestConn_SendsNoStandIn(t *testing.T) {
	for name, change := range map[string]func(w *wired) []byte{
		"in pieces": func(w *wired) []byte {
			_, b := w.batch(0)
			req := request(9, b)
			return req[:len(req)-1]
		},
		"two in a batch": func(w *wired) []byte {
			_, b := w.batch(0)
			return request(9, append(b, b[wirebatch.HeadEnd:]...))
		},
		"for another partition": func(w *wired) []byte {
			_, b := w.batch(1)
			return request(9, b)
		},
		"in an order of its own": func(w *wired) []byte {
			_, b := w.batch(0)
			b[wirebatch.SequenceAt+3] = 9
			return request(9, b)
		},
		"an unknown version": func(w *wired) []byte {
			_, b := w.batch(0)
			req := request(9, b)
			req[7] = produceLast + 1
			return req
		},
	} {
		w := open(t)
		if n, err := w.conn.Write(change(w)); n != 0 || err == nil || w.broken == nil || len(w.to.got) > 0 {
			t.Errorf("%s: %d bytes, %v, %v, %d arrived", name, n, err, w.broken, len(w.to.got))
		}
		if _, err := w.conn.Write([]byte("anything")); err == nil || len(w.to.got) > 0 {
			t.Errorf("%s: goes on", name)
		}
	}
}

// TestConn_WhatWasGivenUp: the client writes such a request anew, which it does where nothing was written.
func TestConn_WhatWasGivenUp(t *testing.T) {
	w := open(t)
	b, stands := w.batch(0)
	w.ip.Forget(b)
	if n, err := w.conn.Write(request(9, stands)); n != 0 || !errors.Is(err, errGone) || w.broken != nil {
		t.Error(n, err, w.broken)
	}
}

// TestConn_BreaksAfterEachByte: nothing written is said only where nothing was, and never that all was.
func TestConn_BreaksAfterEachByte(t *testing.T) {
	w := open(t)
	_, stands := w.batch(0)
	req := request(9, stands)
	if _, err := w.conn.Write(req); err != nil {
		t.Fatal(err)
	}
	whole := w.to.got
	for n := 1; n < len(whole); n++ {
		*w.to = sink{after: n}
		k, err := w.conn.Write(req)
		if !errors.Is(err, errBreaks) || k < 1 || k >= len(req) {
			t.Fatalf("%d of %d bytes: %d, %v", n, len(whole), k, err)
		}
	}
	*w.to = sink{}
	if _, err := w.conn.Write(req); err != nil || !bytes.Equal(w.to.got, whole) {
		t.Error("it is not the same when it is written again", err)
	}
}

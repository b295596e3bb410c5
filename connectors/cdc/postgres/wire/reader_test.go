package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// server answers the query on conn with copy mode and then writes the chunks.
func server(t *testing.T, conn net.Conn, chunks [][]byte) {
	t.Helper()
	go func() {
		defer conn.Close()
		var head [5]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return
		}
		for _, c := range append([][]byte{frame('N', "notice"), frame('W', "\x00\x00\x00")}, chunks...) {
			if _, err := conn.Write(c); err != nil {
				return
			}
		}
	}()
}

func frame(kind byte, body string) []byte {
	b := append([]byte{kind}, 0, 0, 0, 0)
	binary.BigEndian.PutUint32(b[1:], uint32(4+len(body)))
	return append(b, body...)
}

// readAll returns the bodies of all frames until the connection ends.
func readAll(t *testing.T, chunks [][]byte) ([]string, error) {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	ours, theirs := net.Pipe()
	server(t, theirs, chunks)
	r, err := Start(t.Context(), ours, pool, "COPY", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []string
	for {
		<-r.Ready()
		for {
			segments, err := r.Take(nil)
			for _, s := range segments {
				for s.From < s.To {
					from, to := s.Frame()
					out = append(out, string(s.Buf[from:to]))
					s.From = to
				}
				s.Hold.Release()
			}
			if err != nil {
				return out, err
			}
			if len(segments) == 0 {
				break
			}
		}
	}
}

// TestReader_SplitAnywhere sends frames in two pieces, cut at every byte: they arrive whole and in order.
func TestReader_SplitAnywhere(t *testing.T) {
	var all []byte
	var want []string
	for i := range 5 {
		body := fmt.Sprintf("row %d %s", i, bytes.Repeat([]byte("x"), i*7))
		want = append(want, body)
		all = append(all, frame('d', body)...)
	}
	for cut := range all {
		have, err := readAll(t, [][]byte{all[:cut], all[cut:]})
		if !errors.Is(err, io.EOF) || fmt.Sprint(have) != fmt.Sprint(want) {
			t.Fatalf("cut at %d: %q, %v", cut, have, err)
		}
	}
}

// TestReader_LargeFrames sends frames larger than a buffer.
func TestReader_LargeFrames(t *testing.T) {
	var chunks [][]byte
	for i := range 4 {
		chunks = append(chunks, frame('d', string(bytes.Repeat([]byte{byte('a' + i)}, bufferBytes+i*1000))))
	}
	have, err := readAll(t, chunks)
	if !errors.Is(err, io.EOF) || len(have) != 4 {
		t.Fatalf("%d frames, %v", len(have), err)
	}
	for i, s := range have {
		if len(s) != bufferBytes+i*1000 || s[0] != byte('a'+i) || s[len(s)-1] != byte('a'+i) {
			t.Errorf("frame %d: %d bytes", i, len(s))
		}
	}
}

// TestReader_Gathers sends two frames: the first is there at once, the second after the pause.
func TestReader_Gathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		server(t, theirs, [][]byte{frame('d', "first"), frame('d', "second")})
		r, err := Start(t.Context(), ours, batch.NewPool(mem.Checked(t)), "COPY", nil, Gather)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for i, want := range []time.Duration{0, Gather} {
			<-r.Ready()
			if took := time.Since(began); took != want {
				t.Errorf("frame %d is there after %v, want %v", i, took, want)
			}
			segments, err := r.Take(nil)
			if err != nil || len(segments) != 1 {
				t.Fatalf("%d segments, %v", len(segments), err)
			}
			segments[0].Hold.Release()
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestReader_BadSize(t *testing.T) {
	if _, err := readAll(t, [][]byte{{'d', 0, 0, 0, 1}}); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a frame of one byte: %v", err)
	}
}

func TestStart_Refused(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		buf := make([]byte, 100)
		if _, err := theirs.Read(buf); err == nil {
			_, _ = theirs.Write(frame('E', "SERROR\x00C42704\x00Mno such slot\x00\x00"))
		}
	}()
	defer ours.Close()
	if _, err := Start(t.Context(), ours, pool, "START_REPLICATION", nil, 0); err == nil || !bytes.Contains([]byte(err.Error()), []byte("no such slot")) {
		t.Errorf("%v", err)
	}
}

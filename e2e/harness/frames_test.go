package harness

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"
)

// request is a frame of an API with a body of zeros.
func request(api int16, id, body int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+body))
	b = binary.BigEndian.AppendUint16(b, uint16(api))
	b = binary.BigEndian.AppendUint16(b, 0)
	return append(binary.BigEndian.AppendUint32(b, uint32(id)), make([]byte, body)...)
}

// answerer answers each request with its id and a body of twenty bytes, and sends what it got to got.
func answerer(t *testing.T, got chan<- byte) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer close(got)
		defer c.Close()
		for {
			head := make([]byte, 12)
			for i := range head {
				if _, err := io.ReadFull(c, head[i:i+1]); err != nil {
					return
				}
				got <- head[i]
			}
			for range binary.BigEndian.Uint32(head) - 8 {
				var b [1]byte
				if _, err := io.ReadFull(c, b[:]); err != nil {
					return
				}
				got <- b[0]
			}
			answer := binary.BigEndian.AppendUint32(nil, 24)
			if _, err := c.Write(append(append(answer, head[8:12]...), make([]byte, 20)...)); err != nil {
				return
			}
		}
	}()
	return l.Addr().String()
}

// TestProxy_CutAt cuts after every byte of a request and of an answer, sent at once or byte by byte.
func TestProxy_CutAt(t *testing.T) {
	const frame, answer = 12 + 10, 28
	first, second, third := request(3, 1, 5), request(0, 2, 10), request(0, 3, 10)
	for _, c := range []struct {
		name        string
		cut         Cut
		sent, heard int // bytes
	}{
		{"inside the length", Cut{Key: 0, Nth: 1, Bytes: 2}, len(first) + 2, answer},
		{"nothing of it", Cut{Key: 0, Nth: 1}, len(first), answer},
		{"at the end of the head", Cut{Key: 0, Nth: 1, Bytes: 12}, len(first) + 12, answer},
		{"inside the body", Cut{Key: 0, Nth: 1, Bytes: 17}, len(first) + 17, answer},
		{"behind it", Cut{Key: 0, Nth: 1, Bytes: 1000}, len(first) + frame, -1}, // the answer may be faster
		{"the second one", Cut{Key: 0, Nth: 2, Bytes: 14}, len(first) + frame + 14, 2 * answer},
		{"nothing of the answer", Cut{Key: 0, Nth: 1, Answer: true}, len(first) + frame, answer},
		{"inside the answer", Cut{Key: 0, Nth: 1, Answer: true, Bytes: 13}, len(first) + frame, answer + 13},
		{"the first of another API", Cut{Key: 3, Nth: 1, Bytes: 13}, 13, 0},
	} {
		for _, step := range []int{1, 1 << 10} {
			t.Run(c.name, func(t *testing.T) {
				got := make(chan byte, 1<<10)
				p := StartProxy(t, answerer(t, got))
				conn := dial(t, p)
				if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
					t.Fatal(err)
				}
				done := p.CutAt(c.cut)
				heard := 0
				for _, r := range [][]byte{first, second, third} {
					for at := 0; at < len(r); at += step {
						if _, err := conn.Write(r[at:min(len(r), at+step)]); err != nil {
							break // the cut
						}
					}
					n, err := io.ReadFull(conn, make([]byte, answer))
					if heard += n; err != nil {
						break
					}
				}
				<-done
				sent := 0
				for range got {
					sent++
				}
				most := c.sent
				if step == 1 { // a head is known when it has passed
					most = max(most, c.sent-c.cut.Bytes+headBytes[0])
				}
				if sent != c.sent && step > 1 || sent > most || c.heard >= 0 && heard != c.heard {
					t.Errorf("%d bytes passed, %d came back, want %d and %d", sent, heard, c.sent, c.heard)
				}
			})
		}
	}
}

// TestProxy_CutIsTakenBack lets what Heal took back pass.
func TestProxy_CutIsTakenBack(t *testing.T) {
	got := make(chan byte, 1<<10)
	p := StartProxy(t, answerer(t, got))
	conn := dial(t, p)
	p.CutAt(Cut{Key: 0, Nth: 1, Answer: true, Bytes: 5})
	if _, err := conn.Write(request(0, 1, 3)[:13]); err != nil {
		t.Fatal(err)
	}
	p.Heal()
	if _, err := conn.Write(request(0, 1, 3)[13:]); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 28)); err != nil {
		t.Error(err)
	}
}

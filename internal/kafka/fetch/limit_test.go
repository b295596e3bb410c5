package fetch

import (
	"bytes"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// limited is a Limit that grants up to so many bytes.
type limited struct {
	bytes int32
	out   int32 // that did not come yet
	asks  []int // of how many brokers
}

func (l *limited) Ask(most int32, brokers int) int32 {
	n := min(most, l.bytes)
	l.out += n
	l.asks = append(l.asks, brokers)
	return n
}

func (l *limited) Came(n int32) { l.out -= n }

// TestConn_Bound: in requests of every version the bytes asked for are no more than there is memory for, and nothing else
// is changed. What a response was granted is given back once it is here, or cannot come.
func TestConn_Bound(t *testing.T) {
	for version := int16(0); version <= 18; version++ {
		l := &limited{bytes: 1000}
		s := open1(t, answer(version, 1, wired{first: 10}.bytes(t), nil), 1<<20)
		s.ip.Bound(l)
		for id, most := range []int32{1 << 20, 500} {
			req := fetch(version, 10, -1)
			req.MaxBytes = most
			plain := kmsg.NewRequestFormatter(kmsg.FormatterClientID("c")).AppendRequest(nil, req, int32(id+1))
			whole := bytes.Clone(plain)
			s.under.wrote = nil
			if _, err := s.conn.Write(plain); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(plain, whole) {
				t.Fatal("the client's bytes were changed")
			}
			if version >= 3 {
				req.MaxBytes = min(most, 1000)
			}
			if want := kmsg.NewRequestFormatter(kmsg.FormatterClientID("c")).AppendRequest(nil, req, int32(id+1)); !bytes.Equal(s.under.wrote, want) {
				t.Errorf("version %d: %x was sent, want %x", version, s.under.wrote, want)
			}
			if version < 3 {
				continue
			}
			if l.asks[len(l.asks)-1] != 1 {
				t.Errorf("asked for %v brokers", l.asks)
			}
			switch id {
			case 0:
				if l.out != 1000 {
					t.Errorf("version %d: %d bytes are to come", version, l.out)
				}
				if _, _, err := s.read(version); err != nil {
					t.Fatal(err)
				}
				if l.out != 0 {
					t.Errorf("version %d: %d bytes are to come after they came", version, l.out)
				}
			case 1:
				if l.out != 500 {
					t.Errorf("version %d: %d bytes are to come", version, l.out)
				}
				_ = s.conn.Close()
				_, _ = s.conn.Write(plain)
				if l.out != 0 {
					t.Errorf("version %d: %d bytes are to come on a closed connection", version, l.out)
				}
			}
		}
	}
}

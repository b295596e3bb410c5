package postgres

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc/postgres/spill"
)

// xlogData is a CopyData frame with XLogData.
func xlogData(lsn uint64, body []byte) []byte {
	f := binary.BigEndian.AppendUint64([]byte{'d', 0, 0, 0, 0, 'w'}, lsn)
	f = append(append(f, make([]byte, 16)...), body...)
	binary.BigEndian.PutUint32(f[1:], uint32(len(f)-1))
	return f
}

// TestLarge_Next replays a transaction with frames of all sizes: they come whole, in order, with the LSNs they had.
func TestLarge_Next(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	xid := binary.BigEndian.AppendUint32(nil, 7)
	for _, memory := range []int{0, 100_000, 1 << 30} {
		l := &large{store: spill.New(t.TempDir(), memory, false)}
		take := func(lsn uint64, body ...[]byte) bool {
			taken, stop, err := l.take(xlogData(lsn, bytes.Join(body, nil)))
			if err != nil || !taken {
				t.Fatalf("%v, %v", taken, err)
			}
			return stop
		}
		take(10, []byte("S"), xid, []byte{1})
		sizes := []int{0, 1, 100, replayBytes - 40, replayBytes, 3 * replayBytes, 5}
		for range 3000 {
			sizes = append(sizes, len(sizes)%700)
		}
		for i, n := range sizes {
			take(uint64(11+i), []byte("I"), xid, bytes.Repeat([]byte{byte(i)}, n))
		}
		take(0, []byte("E"))
		if !take(90, []byte("c"), xid, make([]byte, 25)) {
			t.Fatal("no end at the commit")
		}
		have := 0
		for {
			s, err := l.next(pool)
			if err != nil {
				t.Fatal(err)
			}
			if s == nil {
				break
			}
			for s.From < s.To {
				from, to := s.Frame()
				lsn, body := binary.BigEndian.Uint64(s.Buf[from+1:]), s.Buf[from+xlogHeader:to]
				switch i := have - 1; {
				case have == 0 && (lsn != 10 || body[0] != 'B'), have == len(sizes)+1 && (lsn != 90 || body[0] != 'C'),
					i >= 0 && i < len(sizes) && (lsn != uint64(11+i) || len(body) != 1+sizes[i] || !bytes.Equal(body[1:], bytes.Repeat([]byte{byte(i)}, sizes[i]))):
					t.Fatalf("frame %d: LSN %d, %q, %d bytes", have, lsn, body[0], len(body))
				}
				have++
				s.From = to
			}
			l.release()
		}
		if have != len(sizes)+2 {
			t.Errorf("%d frames, want %d", have, len(sizes)+2)
		}
		if err := l.close(); err != nil {
			t.Error(err)
		}
	}
}

// TestLarge_Close drops open transactions and one that is being replayed.
func TestLarge_Close(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	l := &large{store: spill.New(t.TempDir(), 0, false)}
	for _, xid := range []byte{7, 8} {
		for _, body := range []string{"S\x00\x00\x00" + string(xid) + "\x01", "I\x00\x00\x00" + string(xid) + "row", "E"} {
			if _, _, err := l.take(xlogData(1, []byte(body))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, stop, err := l.take(xlogData(2, append([]byte("c\x00\x00\x00\x07"), make([]byte, 25)...))); !stop || err != nil {
		t.Fatalf("%v, %v", stop, err)
	}
	if s, err := l.next(pool); s == nil || err != nil {
		t.Fatalf("%v, %v", s, err)
	}
	if err := l.close(); err != nil {
		t.Error(err)
	}
}

// TestParseStreamed reads the keys of transactions that come before they end.
func TestParseStreamed(t *testing.T) {
	for _, c := range []struct {
		more   map[string]string
		on     bool
		memory int
		key    string // that is refused
	}{
		{nil, false, 4 << 20, ""},
		{map[string]string{streamingKey: "true", spillKey: "0"}, true, 0, ""},
		{map[string]string{streamingKey: "parallel"}, false, 0, streamingKey},
		{map[string]string{spillKey: "-1"}, false, 0, spillKey},
		{map[string]string{spillKey: "much"}, false, 0, spillKey},
	} {
		s, err := parse(Classes()[0].Def, minimal(c.more))
		if (err == nil) != (c.key == "") || err == nil && (s.streamed.on != c.on || s.streamed.memory != c.memory) {
			t.Errorf("%v: %+v, %v", c.more, s, err)
		}
	}
}

package spill

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"
)

// frame is a CopyData frame with XLogData.
func frame(lsn uint64, body []byte) []byte {
	f := binary.BigEndian.AppendUint64([]byte{'d', 0, 0, 0, 0, 'w'}, lsn)
	f = append(append(append(f, make([]byte, 8)...), "timetime"...), body...)
	binary.BigEndian.PutUint32(f[1:], uint32(len(f)-1))
	return f
}

func u32(k byte, v ...uint32) []byte {
	b := []byte{k}
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

// rest of a commit: flags, commit LSN, end LSN, time.
func rest(lsn uint64) []byte {
	b := binary.BigEndian.AppendUint64([]byte{0}, lsn)
	return append(binary.BigEndian.AppendUint64(b, lsn+8), "a moment"...)
}

// change is a message of a sub-transaction.
type change struct {
	sub  uint32
	lsn  uint64
	kind byte
	text string
}

// writer sends one transaction in segments, as the server does.
type writer struct {
	xid     uint32
	first   uint64
	kept    []change // of what was not aborted
	waiting []change // not yet sent
	sent    bool
	subs    [][]uint32 // open ones, the outermost first: each and, behind it, those that have committed into it
}

func (w *writer) segment(out [][]byte) [][]byte {
	if len(w.waiting) == 0 {
		return out
	}
	flag := byte(1)
	if w.sent {
		flag = 0
	} else {
		w.first = w.waiting[0].lsn
	}
	w.sent = true
	out = append(out, frame(w.waiting[0].lsn, append(u32('S', w.xid), flag)))
	for _, c := range w.waiting {
		out = append(out, frame(c.lsn, append(u32(c.kind, c.sub), c.text...)))
	}
	w.waiting = nil
	return append(out, frame(w.kept[0].lsn, []byte{'E'}))
}

// plain is what version 1 sends of it.
func (w *writer) plain(out [][]byte, lsn uint64) [][]byte {
	r := rest(lsn)
	out = append(out, frame(w.first, append(append(append([]byte{'B'}, r[1:9]...), r[17:]...), u32(0, w.xid)[1:]...)))
	for _, c := range w.kept {
		out = append(out, frame(c.lsn, append([]byte{c.kind}, c.text...)))
	}
	return append(out, frame(lsn, append([]byte{'C'}, r...)))
}

// abort rolls the sub-transaction at depth i back, with those within it.
func (w *writer) abort(out [][]byte, i int) [][]byte {
	var dead []uint32
	for _, group := range slices.Backward(w.subs[i:]) {
		dead = append(append(dead, group[1:]...), group[0])
	}
	for _, xid := range dead {
		if w.sent {
			out = append(out, frame(1, u32('A', w.xid, xid)))
		}
	}
	gone := func(c change) bool { return slices.Contains(dead, c.sub) }
	w.kept, w.waiting = slices.DeleteFunc(w.kept, gone), slices.DeleteFunc(w.waiting, gone)
	w.subs = w.subs[:i]
	return out
}

// TestStore sends random transactions in segments, with sub-transactions that abort, and budgets from nothing to all: what
// comes out is what version 1 sends.
func TestStore(t *testing.T) {
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		streamed, plain := randomStream(r)
		dir := t.TempDir()
		s := New(dir, []int{0, 50, 500, 1 << 20}[r.Intn(4)], false)
		var have [][]byte
		for _, f := range streamed {
			taken, ended, err := s.Take(f)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if !taken {
				have = append(have, f)
			}
			if ended == nil {
				continue
			}
			all, err := io.ReadAll(ended)
			if err != nil {
				t.Fatal(err)
			}
			for len(all) > 0 {
				n := 1 + int(binary.BigEndian.Uint32(all[1:]))
				have = append(have, all[:n])
				all = all[n:]
			}
			if err := ended.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for i := range plain {
			if i >= len(have) || !bytes.Equal(have[i], plain[i]) {
				t.Fatalf("seed %d, frame %d: %q, want %q", seed, i, have[min(i, len(have)-1)], plain[i])
			}
		}
		if len(have) != len(plain) {
			t.Fatalf("seed %d: %d frames, want %d", seed, len(have), len(plain))
		}
		if s.used != 0 && len(s.open) == 0 {
			t.Errorf("seed %d: %d bytes are still counted", seed, s.used)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("seed %d: files %v, %v", seed, left, err)
		}
		if err := s.Close(); err != nil || s.used != 0 {
			t.Errorf("seed %d: closed: %v, %d bytes", seed, err, s.used)
		}
	}
}

// randomStream returns transactions in segments, and as version 1 has them.
func randomStream(r *rand.Rand) (streamed, plain [][]byte) {
	var open []*writer
	xid, lsn := uint32(1<<32-20), uint64(100) // ids wrap around
	next := func() uint32 { xid++; return xid }
	for range 20 + r.Intn(200) {
		lsn += uint64(r.Intn(3))
		if len(open) == 0 || r.Intn(8) == 0 {
			open = append(open, &writer{xid: next()})
		}
		i := r.Intn(len(open))
		w := open[i]
		switch k := r.Intn(12); {
		case k < 6:
			c := change{w.xid, lsn, "RYIUDTM"[r.Intn(7)], fmt.Sprint("text ", lsn, strings.Repeat("x", r.Intn(60)))}
			if n := len(w.subs); n > 0 {
				c.sub = w.subs[n-1][0]
			}
			w.waiting, w.kept = append(w.waiting, c), append(w.kept, c)
		case k == 6:
			w.subs = append(w.subs, []uint32{next()})
		case k == 7 && len(w.subs) > 0: // commits into the one around it
			n := len(w.subs) - 1
			if n > 0 {
				w.subs[n-1] = append(w.subs[n-1], w.subs[n]...)
			}
			w.subs = w.subs[:n]
		case k == 8 && len(w.subs) > 0:
			streamed = w.abort(streamed, r.Intn(len(w.subs)))
		case k == 9:
			streamed = w.segment(streamed)
		case k == 10: // another transaction, whole
			f := frame(lsn, []byte("Ianother"))
			streamed, plain = append(streamed, f), append(plain, f)
		case k == 11:
			open = slices.Delete(open, i, i+1)
			streamed = w.segment(streamed)
			if !w.sent {
				continue
			}
			if r.Intn(4) == 0 {
				streamed = append(streamed, frame(lsn, u32('A', w.xid, w.xid)))
				continue
			}
			streamed = append(streamed, frame(lsn, append(u32('c', w.xid), rest(lsn)...)))
			if len(w.kept) > 0 {
				plain = w.plain(plain, lsn)
			}
		}
	}
	return streamed, plain
}

// TestStore_Bad sends what no server sends.
func TestStore_Bad(t *testing.T) {
	begin := append(u32('S', 7), 1)
	for name, bodies := range map[string][][]byte{
		"a short begin":               {begin[:4]},
		"a second first segment":      {begin, {'E'}, begin},
		"a later segment of nothing":  {append(u32('S', 7), 0)},
		"a segment in another":        {begin, begin},
		"no transaction id":           {begin, []byte("I12")},
		"the end of nothing":          {append(u32('c', 8), rest(1)...)},
		"a short end":                 {begin, {'E'}, u32('c', 7)},
		"an abort of nothing":         {u32('A', 8, 8)},
		"a short abort":               {begin, {'E'}, u32('A', 7)},
		"a whole transaction in it":   {begin, []byte("B")},
		"a sub-transaction of others": {begin, {'E'}, u32('A', 9, 10)},
	} {
		s := New(t.TempDir(), 0, false)
		var err error
		for _, b := range bodies {
			if err == nil {
				_, _, err = s.Take(frame(1, b))
			}
		}
		if err == nil {
			t.Errorf("%s passes", name)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestStore_NoRoom says which transaction cannot be kept, where there is no folder for it.
func TestStore_NoRoom(t *testing.T) {
	s := New(t.TempDir()+"/none", 0, false)
	if _, _, err := s.Take(frame(1, append(u32('S', 7), 1))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Take(frame(1, append(u32('I', 7), "row"...))); err == nil || !strings.Contains(err.Error(), "keep transaction 7") {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

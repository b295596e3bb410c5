package primitive

import (
	"testing"

	"github.com/millrace/millrace/batch"
)

// FuzzValidText compares the scan by words with its plain twin, at every place of a buffer.
func FuzzValidText(f *testing.F) {
	f.Add([]byte("plain text that is longer than four words of eight bytes"), uint8(3), uint8(40))
	f.Add([]byte("zürich \xff\xfe"), uint8(0), uint8(7))
	f.Add([]byte("日本\xed\xa0\x80"), uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, buf []byte, pos, n uint8) {
		at := min(int(pos), len(buf))
		v := batch.View{Pos: uint32(at), Len: uint32(min(int(n), len(buf)-at))}
		if got, want := validText(buf, v), validTextPlain(buf, v); got != want {
			t.Fatalf("%q: %t, want %t", buf[v.Pos:v.Pos+v.Len], got, want)
		}
	})
}

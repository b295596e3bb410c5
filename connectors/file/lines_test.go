package file

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/java"
)

// FuzzSplit compares split with its plain twin, over a buffer that grows, and the text counts with
// java's.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "\n", "a\nb\n", "a\r\nb\rc\n", "\r\r\n\n\r", "one line\r", "x\r\n\r\n\ny", "Gr\xfc\xc3\xbc\n\xf0\x9f\x98\x80\n"} {
		f.Add([]byte(s), uint16(len(s)/2), uint8(3))
	}
	f.Fuzz(func(t *testing.T, buf []byte, cut uint16, limit uint8) {
		n := int(limit)%8 + 1
		first := min(int(cut), len(buf))
		var fast, plain lines
		var from, scanned, pfrom, pscanned int
		for _, end := range []int{first, len(buf), len(buf)} {
			from, scanned = fast.split(buf[:end], from, scanned, n)
			pfrom, pscanned = plain.splitPlain(buf[:end], pfrom, pscanned, n)
			if from != pfrom || scanned != pscanned || !slices.Equal(fast.views, plain.views) || !slices.Equal(fast.ends, plain.ends) {
				t.Fatalf("%q: %d %d %v, want %d %d %v", buf[:end], from, scanned, fast, pfrom, pscanned, plain)
			}
			if len(fast.views) == n && end == first {
				break
			}
		}
		ascii := !slices.ContainsFunc(buf, func(c byte) bool { return c >= 0x80 })
		if isASCII(buf) != ascii {
			t.Fatalf("%q: isASCII is %t", buf, !ascii)
		}
		if java.ValidUTF8(buf) && utf16Units(buf) != java.UTF16Len(buf) {
			t.Fatalf("%q: %d units, want %d", buf, utf16Units(buf), java.UTF16Len(buf))
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	for _, c := range []struct{ name, end string }{{"end=lf", "\n"}, {"end=crlf", "\r\n"}} {
		buf := bytes.Repeat([]byte(strings.Repeat("x", 100)+c.end), 2000)
		for _, twin := range []bool{false, true} {
			name, split := "split=fast", (*lines).split
			if twin {
				name, split = "split=plain", (*lines).splitPlain
			}
			b.Run(name+"/"+c.name, func(b *testing.B) {
				var l lines
				b.SetBytes(int64(len(buf)))
				for b.Loop() {
					l.reset()
					split(&l, buf, 0, 0, 2000)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2000, "ns/line")
			})
		}
	}
}

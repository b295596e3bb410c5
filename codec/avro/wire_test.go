package avro

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// TestVarint: numbers of every length are written and read eight bytes at once as they are a byte at a time, with room behind them and
// without.
func TestVarint(t *testing.T) {
	numbers := []uint64{0, 1, 0x7f, 0x80, math.MaxUint32, math.MaxUint64}
	r := rand.New(rand.NewPCG(1, 2))
	for bits := range 64 {
		numbers = append(numbers, 1<<bits, 1<<bits-1, r.Uint64()>>bits)
	}
	for _, v := range numbers {
		want := make([]byte, longBytesMax)
		want = want[:putVarintPlain(want, 0, v)]
		got := make([]byte, longBytesMax)
		if got = got[:putVarint(got, 0, v)]; !bytes.Equal(got, want) {
			t.Errorf("%#x is written as %x, %x a byte at a time", v, got, want)
		}
		for _, behind := range [][]byte{nil, {0xff}, bytes.Repeat([]byte{0xff}, 8)} {
			if n, end := varint(append(bytes.Clone(want), behind...), 0); n != v || end != len(want) {
				t.Errorf("%x is read as %#x up to %d, not %#x", want, n, end, v)
			}
			if n, end := varintPlain(append(bytes.Clone(want), behind...), 0); n != v || end != len(want) {
				t.Errorf("%x is read as %#x up to %d a byte at a time, not %#x", want, n, end, v)
			}
		}
		if _, end := varint(want[:len(want)-1], 0); end != -1 {
			t.Errorf("%x without its last byte ends at %d", want, end)
		}
	}
}

package jsonscan

import (
	"math/rand/v2"
	"testing"
)

func TestPutString_AsAppendString(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	b := make([]byte, 256)
	plain := 0
	for range 200_000 {
		src := make([]byte, 8+r.IntN(60))
		for i := range src {
			src[i] = byte(' ' + r.IntN(94))
			if r.IntN(60) == 0 {
				src[i] = byte(r.IntN(256))
			}
		}
		from := r.IntN(len(src))
		to := from + r.IntN(len(src)-from+1)
		end, ok := PutString(b, 3, src, from, to)
		if !ok {
			continue
		}
		plain++
		if got, want := string(b[3:end]), string(AppendString(nil, src[from:to])); got != want {
			t.Fatalf("%q: %s", src[from:to], got)
		}
	}
	if plain < 10_000 {
		t.Fatalf("only %d plain texts", plain)
	}
}

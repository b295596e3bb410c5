package jsonscan

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestPutInt_AsStrconv(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 64)
	check := func(v int64) {
		if got, want := string(b[:PutInt(b, 0, v)]), strconv.FormatInt(v, 10); got != want {
			t.Fatalf("%d: %s", v, got)
		}
	}
	for p := int64(1); p > 0 && p < 1e18; p *= 10 {
		for d := int64(-2); d <= 2; d++ {
			check(p + d)
			check(-p - d)
		}
	}
	check(math.MinInt64)
	check(math.MaxInt64)
	for range 200_000 {
		check(int64(r.Uint64()) >> r.IntN(64))
	}
}

func TestPutDouble_AsAppendDouble(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, 64)
	short := 0
	check := func(f float64) {
		end, ok := PutDouble(b, 0, f)
		if !ok {
			return
		}
		short++
		if got, want := string(b[:end]), string(AppendDouble(nil, f)); got != want {
			t.Fatalf("%v: %s, want %s", f, got, want)
		}
	}
	for range 200_000 {
		check(float64(r.Int64N(1e15)) / math.Pow10(r.IntN(16)))
		check(-float64(r.Int64N(1e7)) / math.Pow10(r.IntN(4)))
		check(math.Float64frombits(r.Uint64()))
		check(r.ExpFloat64())
	}
	for _, f := range []float64{1e-3, 0.0010000000000000002, 9999999.99999999, 1e7, 0.001, 1, 0.5, 100, 0.1, 0.12345678, 0, math.Copysign(0, -1), math.NaN(), math.Inf(1)} {
		check(f)
	}
	if short < 100_000 {
		t.Fatalf("only %d short forms", short)
	}
}

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

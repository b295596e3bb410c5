package java

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestPutInt_AsStrconv(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, PutRoom)
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

func TestPutDouble_AsReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, PutRoom)
	short := 0
	check := func(f float64) {
		end, ok := PutDouble(b, 0, f)
		if !ok {
			return
		}
		short++
		if got, want := string(b[:end]), string(appendDoubleReference(nil, f)); got != want {
			t.Fatalf("%v: %s, want %s", f, got, want)
		}
	}
	for range 50_000 {
		check(float64(r.Int64N(1e15)) / math.Pow10(r.IntN(16)))
		check(-float64(r.Int64N(1e7)) / math.Pow10(r.IntN(4)))
		check(math.Float64frombits(r.Uint64()))
		check(r.ExpFloat64())
	}
	for _, f := range []float64{1e-3, 0.0010000000000000002, 9999999.99999999, 1e7, 0.001, 1, 0.5, 100, 0.1, 0.12345678, 0, math.Copysign(0, -1), math.NaN(), math.Inf(1)} {
		check(f)
	}
	if short < 25_000 {
		t.Fatalf("only %d short forms", short)
	}
}

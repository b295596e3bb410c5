package java

import (
	"bufio"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// readVectors calls yield with the blank-separated fields of each line of a vector file.
func readVectors(t testing.TB, name string, n int, yield func(fields []string)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<22)
	count := 0
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		count++
		yield(strings.SplitN(line, " ", n))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if count == 0 {
		t.Fatalf("%s: no vectors", name)
	}
}

func TestAppendDouble_Vectors(t *testing.T) {
	// JAVA_DOUBLES names a larger file of the same form.
	name := "testdata/doubles.txt"
	if other := os.Getenv("JAVA_DOUBLES"); other != "" {
		name = other
	}
	bad := 0
	readVectors(t, name, 3, func(f []string) {
		bits, err := strconv.ParseUint(f[1], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if f[0] == "d" {
			got = string(AppendDouble(nil, math.Float64frombits(bits)))
		} else {
			got = string(AppendFloat(nil, math.Float32frombits(uint32(bits))))
		}
		if got != f[2] && bad < 20 {
			bad++
			t.Errorf("%s %s: got %s, want %s", f[0], f[1], got, f[2])
		}
	})
}

func checkDouble(t *testing.T, f float64) {
	t.Helper()
	got := string(AppendDouble(nil, f))
	if want := string(appendDoubleReference(nil, f)); got != want {
		t.Fatalf("%x: got %s, want %s", math.Float64bits(f), got, want)
	}
	if f == f {
		back, err := strconv.ParseFloat(got, 64)
		if err != nil || math.Float64bits(back) != math.Float64bits(f) {
			t.Fatalf("%x: %s reads back as %v (%v)", math.Float64bits(f), got, back, err)
		}
	}
}

func checkFloat(t *testing.T, f float32) {
	t.Helper()
	got := string(AppendFloat(nil, f))
	if want := string(appendFloatReference(nil, f)); got != want {
		t.Fatalf("%x: got %s, want %s", math.Float32bits(f), got, want)
	}
	if f == f {
		back, err := strconv.ParseFloat(got, 32)
		if err != nil || math.Float32bits(float32(back)) != math.Float32bits(f) {
			t.Fatalf("%x: %s reads back as %v (%v)", math.Float32bits(f), got, back, err)
		}
	}
}

func TestAppendDouble_EqualsReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		bits := rng.Uint64()
		checkDouble(t, math.Float64frombits(bits))
		checkDouble(t, float64(int64(bits)>>40)/100)
		checkFloat(t, math.Float32frombits(uint32(bits)))
	}
	for e := uint64(0); e < 2047; e++ {
		for _, m := range []uint64{0, 1, 2, 3, 1<<52 - 1} {
			checkDouble(t, math.Float64frombits(e<<52|m))
		}
	}
	for e := uint32(0); e < 255; e++ {
		for m := range uint32(40) {
			checkFloat(t, math.Float32frombits(e<<23|m))
		}
	}
}

func FuzzAppendDouble(f *testing.F) {
	for _, v := range []float64{0, 1, 0.1, 1e7, 1e-3, 4.9e-324, math.MaxFloat64, 2e-323} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		checkDouble(t, math.Float64frombits(bits))
		checkFloat(t, math.Float32frombits(uint32(bits)))
	})
}

func TestSchubfachPowers(t *testing.T) {
	for i, g := range schubfachPowers {
		e := int64(i + schubfachMin)
		got := new(big.Int).Lsh(new(big.Int).SetUint64(g[0]), 63)
		got.Or(got, new(big.Int).SetUint64(g[1]))
		if got.BitLen() != 126 {
			t.Fatalf("1e%d: %d bits", e, got.BitLen())
		}
		abs := max(e, -e)
		power := new(big.Int).Exp(big.NewInt(10), big.NewInt(abs), nil)
		want := new(big.Int)
		if e >= 0 {
			if s := power.BitLen() - 126; s >= 0 {
				want.Rsh(power, uint(s))
			} else {
				want.Lsh(power, uint(-s))
			}
		} else {
			want.Quo(want.Lsh(big.NewInt(1), uint(125+power.BitLen())), power)
		}
		if want.Add(want, big.NewInt(1)); got.Cmp(want) != 0 {
			t.Fatalf("1e%d: got %x, want %x", e, got, want)
		}
	}
}

func TestAppendInt(t *testing.T) {
	check := func(v int64) {
		if got, want := string(AppendInt(nil, v)), strconv.FormatInt(v, 10); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if got, want := string(AppendUint(nil, uint64(v))), strconv.FormatUint(uint64(v), 10); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	check(0)
	check(math.MinInt64)
	for p := int64(1); p > 0 && p <= 1e18; p *= 10 {
		check(p - 1)
		check(p)
		check(-p)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10000 {
		check(int64(rng.Uint64() >> (rng.Uint64() % 64)))
	}
}

func TestAppend_DoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		buf = AppendDouble(buf[:0], 1.0/3)
		buf = AppendFloat(buf[:0], 1.0/3)
		buf = AppendDouble(buf[:0], 12.25)
		buf = AppendInt(buf[:0], math.MinInt64)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppendDouble(b *testing.B) {
	short, long := make([]float64, 1024), make([]float64, 1024)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range short {
		short[i] = float64(rng.IntN(1e6)) / 100
		long[i] = rng.Float64() * 1e12
	}
	buf := make([]byte, 0, 32)
	for _, c := range []struct {
		name   string
		append func([]byte, float64) []byte
		values []float64
	}{
		{"digits=short/by=own", AppendDouble, short},
		{"digits=short/by=strconv", func(b []byte, f float64) []byte { return strconv.AppendFloat(b, f, 'g', -1, 64) }, short},
		{"digits=long/by=own", AppendDouble, long},
		{"digits=long/by=strconv", func(b []byte, f float64) []byte { return strconv.AppendFloat(b, f, 'g', -1, 64) }, long},
		{"digits=float/by=own", func(b []byte, f float64) []byte { return AppendFloat(b, float32(f)) }, short},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				buf = c.append(buf[:0], c.values[i&1023])
				i++
			}
		})
	}
}

func BenchmarkAppendInt(b *testing.B) {
	values := make([]int64, 1024)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range values {
		values[i] = int64(rng.Uint64() >> (rng.Uint64() % 64))
	}
	buf := make([]byte, 0, 32)
	b.Run("by=own", func(b *testing.B) {
		i := 0
		for b.Loop() {
			buf = AppendInt(buf[:0], values[i&1023])
			i++
		}
	})
	b.Run("by=strconv", func(b *testing.B) {
		i := 0
		for b.Loop() {
			buf = strconv.AppendInt(buf[:0], values[i&1023], 10)
			i++
		}
	})
}

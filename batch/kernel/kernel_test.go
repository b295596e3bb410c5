package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// column is random input: views into two buffers, validity, a selection, rows with and without -1.
type column struct {
	bufs  [2][]byte
	views []mem.View
	valid bits.Bitmap
	sel   []int32
	rows  []int32
	nulls []int32
}

func randomColumn(seed uint64, n int) column {
	r := rand.New(rand.NewPCG(seed, 2))
	c := column{valid: bits.New(n), sel: []int32{}}
	for k := range c.bufs {
		c.bufs[k] = make([]byte, 40+r.IntN(100))
		for i := range c.bufs[k] {
			c.bufs[k][i] = "ab"[r.IntN(2)]
		}
	}
	for i := range n {
		k := r.IntN(2)
		p := r.IntN(len(c.bufs[k]) + 1)
		l := r.IntN(min(len(c.bufs[k])-p, 40) + 1)
		if r.IntN(2) == 0 {
			l = min(l, 3)
		}
		c.views = append(c.views, mem.View{Pos: uint32(p) | uint32(k)<<31, Len: uint32(l)})
		c.valid.SetTo(i, r.IntN(3) > 0)
		if r.IntN(2) == 0 {
			c.sel = append(c.sel, int32(i))
		}
		c.rows = append(c.rows, int32(r.IntN(n)))
		c.nulls = append(c.nulls, int32(r.IntN(n+1)-1))
	}
	if r.IntN(4) == 0 {
		for i := range n {
			c.valid.Set(i)
		}
	}
	return c
}

// compare checks every fast loop against its plain twin.
func compare(t *testing.T, c column) {
	t.Helper()
	n := len(c.views)
	got, want := make([]mem.View, n), make([]mem.View, n)
	Gather(got, c.views, c.rows)
	for i, r := range c.rows {
		want[i] = c.views[r]
	}
	if !slices.Equal(got, want) {
		t.Error("Gather differs")
	}
	GatherNulls(got, c.views, c.nulls)
	for i, r := range c.nulls {
		if r >= 0 && got[i] != c.views[r] || r < 0 && got[i] != want[i] {
			t.Fatal("GatherNulls differs")
		}
	}
	for _, b := range []bits.Bitmap{nil, c.valid} {
		for _, rows := range [][]int32{c.rows, c.nulls} {
			x, y := bits.New(n), bits.New(n)
			x.Fill(n)
			GatherBits(x, b, rows)
			gatherBitsPlain(y, b, rows)
			if !slices.Equal(x, y) {
				t.Error("GatherBits differs")
			}
		}
		if x, y := Where([]int32{-5}, c.sel, b), wherePlain([]int32{-5}, c.sel, b); !slices.Equal(x, y) {
			t.Error("Where differs")
		}
		if x, y := Subtract(nil, c.sel, Where(nil, c.sel, b)), WhereNot(nil, c.sel, b); !slices.Equal(x, y) {
			t.Error("WhereNot differs from Subtract of Where")
		}
		if x, y := Union(nil, c.sel, b, n), unionPlain(nil, c.sel, b, n); !slices.Equal(x, y) {
			t.Error("Union differs")
		}
		for _, sel := range [][]int32{nil, c.sel} {
			if x, y := SumLengths(c.views, b, sel), sumLengthsPlain(c.views, b, sel); x != y {
				t.Errorf("SumLengths is %d, want %d", x, y)
			}
		}
	}
	rest := Complement(nil, c.sel, n)
	if len(rest)+len(c.sel) != n || len(Intersect(nil, rest, c.sel)) != 0 {
		t.Error("Complement differs")
	}
	mask := bits.New(n)
	ToBits(mask, c.sel)
	if !slices.Equal(FromBits([]int32{}, mask, n), c.sel) || len(FromBits(nil, nil, n)) != n {
		t.Error("ToBits and FromBits differ")
	}
	if !slices.Equal(Intersect(nil, c.sel, FromBits(nil, c.valid, n)), wherePlain(nil, c.sel, c.valid)) {
		t.Error("Intersect differs")
	}
	hashes := make([]uint64, n)
	HashViews(hashes, &c.bufs, c.views, nil)
	some := make([]uint64, n)
	HashViews(some, &c.bufs, c.views, c.sel)
	for _, r := range c.sel {
		if hashes[r] != some[r] || hashes[r] != Hash(viewBytes(&c.bufs, c.views[r])) {
			t.Error("HashViews differs")
		}
	}
	for i := range min(n, 20) {
		text := viewBytes(&c.bufs, c.views[i])
		for _, sel := range [][]int32{nil, c.sel} {
			if x, y := EqualViews(nil, &c.bufs, c.views, sel, text), equalViewsPlain(nil, &c.bufs, c.views, sel, text); !slices.Equal(x, y) {
				t.Errorf("EqualViews of %q: %v, want %v", text, x, y)
			}
		}
	}
}

func TestKernels_AgreeWithTheirTwins(t *testing.T) {
	for seed := range uint64(300) {
		compare(t, randomColumn(seed, int(seed)))
	}
}

func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint16(65), []byte("abc"))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, text []byte) {
		c := randomColumn(seed, int(n%400))
		copy(c.bufs[0], text)
		compare(t, c)
	})
}

// Vectors of the reference implementation, XXH64 with seed 0.
func TestHash_IsXXH64(t *testing.T) {
	for text, want := range map[string]uint64{
		"":     0xef46db3751d8e999,
		"a":    0xd24ec4f1a98c6e5b,
		"as":   0x1c330fb2d66be179,
		"asd":  0x631c37ce72a97393,
		"asdf": 0x415872f599cea71e,
		"Call me Ishmael. Some years ago--never mind how long precisely-": 0x02a2e85470d6fd96,
	} {
		if got := Hash([]byte(text)); got != want {
			t.Errorf("%q: %x, want %x", text, got, want)
		}
	}
}

func TestKernels_AllocateNothing(t *testing.T) {
	c := randomColumn(5, 1024)
	dst := make([]int32, 0, 1024)
	words, hashes := bits.New(1024), make([]uint64, 1024)
	views := make([]mem.View, 1024)
	text := []byte("abab")
	if n := testing.AllocsPerRun(20, func() {
		Gather(views, c.views, c.rows)
		GatherBits(words, c.valid, c.rows)
		Where(dst[:0], c.sel, c.valid)
		WhereNot(dst[:0], c.sel, c.valid)
		Union(dst[:0], c.sel, c.valid, 1024)
		Complement(dst[:0], c.sel, 1024)
		HashViews(hashes, &c.bufs, c.views, nil)
		EqualViews(dst[:0], &c.bufs, c.views, nil, text)
		SumLengths(c.views, c.valid, nil)
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkKernels(b *testing.B) {
	const rows = 1024
	c := randomColumn(9, rows)
	views, hashes := make([]mem.View, rows), make([]uint64, rows)
	words, dst := bits.New(rows), make([]int32, 0, rows)
	all := FromBits(nil, nil, rows)
	want := []byte("abababab")
	for _, k := range []struct {
		name string
		run  func()
	}{
		{"op=gather/kind=views", func() { Gather(views, c.views, c.rows) }},
		{"op=gather/kind=bits", func() { GatherBits(words, c.valid, c.rows) }},
		{"op=gather/kind=bits/twin", func() { gatherBitsPlain(words, c.valid, c.rows) }},
		{"op=where", func() { Where(dst[:0], all, c.valid) }},
		{"op=where/twin", func() { wherePlain(dst[:0], all, c.valid) }},
		{"op=union", func() { Union(dst[:0], c.sel, c.valid, rows) }},
		{"op=union/twin", func() { unionPlain(dst[:0], c.sel, c.valid, rows) }},
		{"op=hash", func() { HashViews(hashes, &c.bufs, c.views, nil) }},
		{"op=equal", func() { EqualViews(dst[:0], &c.bufs, c.views, nil, want) }},
		{"op=equal/twin", func() { equalViewsPlain(dst[:0], &c.bufs, c.views, all, want) }},
		{"op=sum", func() { SumLengths(c.views, c.valid, nil) }},
		{"op=sum/twin", func() { sumLengthsPlain(c.views, c.valid, all) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

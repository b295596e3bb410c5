package primitive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

const benchRows = 1024

// benchCase is a converter and the bytes of its rows.
type benchCase struct {
	name, class string
	text        func(i int) string
	nulls       bool
}

func benchCases() []benchCase {
	ascii := func(n int) func(int) string {
		return func(i int) string { return fmt.Sprintf("%0*d", n, i) }
	}
	fixed := func(n int) func(int) string { return func(int) string { return strings.Repeat("\x01", n) } }
	return []benchCase{
		{"kind=string/bytes=12", "StringConverter", ascii(12), false},
		{"kind=string/bytes=12/nulls=10%", "StringConverter", ascii(12), true},
		{"kind=string/bytes=160", "StringConverter", ascii(160), false},
		{"kind=string/bytes=24/text=umlauts", "StringConverter", func(i int) string { return fmt.Sprintf("zürich grüße %08d", i)[:24] }, false},
		{"kind=bytes/bytes=160", "ByteArrayConverter", ascii(160), false},
		{"kind=int64", "LongConverter", fixed(8), false},
		{"kind=float64", "DoubleConverter", fixed(8), false},
		{"kind=int32/nulls=10%", "IntegerConverter", fixed(4), true},
		{"kind=boolean", "BooleanConverter", fixed(1), false},
	}
}

// raw lays the rows out with a framing byte between, as a fetch has them, and sums their bytes.
func (c *benchCase) raw(b *batch.Batch) (batch.Bytes, int64) {
	var buf []byte
	out := batch.Bytes{Views: mem.Alloc[batch.View](&b.Arena, benchRows)}
	total := 0
	for i := range benchRows {
		text := c.text(i)
		out.Views[i] = batch.View{Pos: uint32(len(buf)), Len: uint32(len(text))}
		buf = append(append(buf, text...), 0xff)
		total += len(text)
	}
	out.Bufs[0] = buf
	if c.nulls {
		out.Valid = mem.Zeroed[uint64](&b.Arena, benchRows/64)
		for i := range benchRows {
			out.Valid.SetTo(i, i%10 != 0)
		}
	}
	return out, int64(total)
}

// decoding returns a function that decodes all rows once, into a batch of the pool.
func (c *benchCase) decoding(t testing.TB, pool *batch.Pool, raw batch.Bytes) func() {
	d := converter(t, c.class, nil).NewDecoder()
	in := &codec.Input{Topic: "t", Values: raw}
	var g codec.Groups
	return func() {
		dst := pool.New(benchRows)
		if err := d.Group(dst, in, &g, &dst.Status); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Decode(dst, in, 0, nil, nil, &dst.Status); err != nil || dst.Status.Any() {
			t.Fatal(err, dst.Status.Errors())
		}
		dst.Release()
	}
}

// encoding returns a function that encodes all rows once, into a batch of the pool.
func (c *benchCase) encoding(t testing.TB, pool *batch.Pool, owner *batch.Batch, raw batch.Bytes) func() {
	conv := converter(t, c.class, nil)
	col, err := conv.NewDecoder().Decode(owner, &codec.Input{Topic: "t", Values: raw}, 0, nil, nil, &owner.Status)
	if err != nil {
		t.Fatal(err)
	}
	e, bb := conv.NewEncoder(), &batch.BytesBuilder{Pool: pool.Mem}
	out := &codec.Output{Topics: batch.OneTopic("t"), Column: col}
	return func() {
		dst := pool.New(benchRows)
		bb.Reset(&dst.Arena, benchRows, 1)
		if err := e.Encode(bb, out, &dst.Status); err != nil || dst.Status.Any() {
			t.Fatal(err, dst.Status.Errors())
		}
		if _, slab := bb.Finish(); slab != nil {
			dst.Arena.Adopt(slab)
		}
		dst.Release()
	}
}

func TestFastPaths_AllocateNothing(t *testing.T) {
	pool := batch.NewPool(mem.NewPool())
	owner := pool.New(benchRows)
	defer owner.Release()
	for _, c := range benchCases() {
		raw, _ := c.raw(owner)
		for way, f := range map[string]func(){"decode": c.decoding(t, pool, raw), "encode": c.encoding(t, pool, owner, raw)} {
			f() // the scratch memory grows once
			if n := testing.AllocsPerRun(50, f); n > codectest.SteadyAllocations {
				t.Errorf("%s/%s: %v allocations per batch", way, c.name, n)
			}
		}
	}
}

func benchmark(b *testing.B, run func(c *benchCase, pool *batch.Pool, owner *batch.Batch, raw batch.Bytes) func()) {
	for _, c := range benchCases() {
		b.Run(fmt.Sprintf("%s/rows=%d", c.name, benchRows), func(b *testing.B) {
			pool := batch.NewPool(mem.NewPool())
			owner := pool.New(benchRows)
			defer owner.Release()
			raw, size := c.raw(owner)
			f := run(&c, pool, owner, raw)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/benchRows, "ns/row")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	benchmark(b, func(c *benchCase, pool *batch.Pool, _ *batch.Batch, raw batch.Bytes) func() {
		return c.decoding(b, pool, raw)
	})
}

func BenchmarkEncode(b *testing.B) {
	benchmark(b, func(c *benchCase, pool *batch.Pool, owner *batch.Batch, raw batch.Bytes) func() {
		return c.encoding(b, pool, owner, raw)
	})
}

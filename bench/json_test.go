package bench_test

import (
	"bytes"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
)

// dataset is the records that the originals are measured with, as fetched batches.
func dataset(tb testing.TB, envelope bool) []batch.Bytes {
	tb.Helper()
	var buf bytes.Buffer
	if err := records.Write(&buf, envelope); err != nil {
		tb.Fatal(err)
	}
	var out []batch.Bytes
	lines := bytes.Split(bytes.TrimSuffix(buf.Bytes(), []byte("\n")), []byte("\n"))
	for len(lines) > 0 {
		n := min(records.BatchRows, len(lines))
		b := batch.Bytes{Views: make([]batch.View, n)}
		for i, l := range lines[:n] {
			b.Views[i] = batch.View{Pos: uint32(len(b.Bufs[0])), Len: uint32(len(l))}
			b.Bufs[0] = append(b.Bufs[0], l...)
		}
		out = append(out, b)
		lines = lines[n:]
	}
	return out
}

func newConverter(tb testing.TB, props map[string]string) codec.Converter {
	tb.Helper()
	c, err := connectjson.Classes()[0].New(props, false, codec.Context{})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// decodeAll reads all rows of in, which share a schema.
func decodeAll(tb testing.TB, dst *batch.Batch, d codec.Decoder, in *codec.Input, status *batch.Status) *batch.Column {
	var g codec.Groups
	if err := d.Group(dst, in, &g, status); err != nil {
		tb.Fatal(err)
	}
	if g.N != 1 || g.Row != nil {
		tb.Fatalf("%d groups", g.N)
	}
	c, err := d.Decode(dst, in, 0, in.Sel, nil, status)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

var shapes = []struct {
	name     string
	envelope bool
}{{"envelope=no", false}, {"envelope=yes", true}}

func schemasEnable(on bool) map[string]string {
	if on {
		return nil
	}
	return map[string]string{"schemas.enable": "false"}
}

// cpuTime is the CPU time of this process so far: other work on the machine does not count.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFloor copies the records and checks their UTF-8: what any reader has to do at least. Machines
// compare by it.
func BenchmarkFloor(b *testing.B) {
	data := dataset(b, false)
	dst := make([]byte, 1<<20)
	i, start := 0, cpuTime(b)
	n := 0
	for b.Loop() {
		d := data[i%len(data)]
		for _, v := range d.Views {
			r := d.Bufs[0][v.Pos : v.Pos+v.Len]
			copy(dst, r)
			if utf8.Valid(r) {
				n++
			}
		}
		i++
	}
	b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*records.BatchRows), "cpu-ns/row")
}

func BenchmarkDecode(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name+"/rows=1024", func(b *testing.B) {
			data := dataset(b, s.envelope)
			d := newConverter(b, schemasEnable(s.envelope)).NewDecoder()
			pool := batch.NewPool(mem.NewPool())
			var status batch.Status
			b.SetBytes(int64(len(data[0].Bufs[0])))
			b.ReportAllocs()
			i, start := 0, cpuTime(b)
			for b.Loop() {
				dst := pool.New(len(data[0].Views))
				in := codec.Input{Topic: "t", Values: data[i%len(data)]}
				decodeAll(b, dst, d, &in, &status)
				dst.Release()
				i++
			}
			if status.Any() {
				b.Fatal(status.Errors()[0].Err)
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*records.BatchRows), "cpu-ns/row")
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name+"/rows=1024", func(b *testing.B) {
			data := dataset(b, s.envelope)
			c := newConverter(b, schemasEnable(s.envelope))
			d, e := c.NewDecoder(), c.NewEncoder()
			pool := batch.NewPool(mem.NewPool())
			var status batch.Status
			var cols []*batch.Column
			var owners []*batch.Batch
			for i := range data {
				dst := pool.New(len(data[i].Views))
				owners = append(owners, dst)
				in := codec.Input{Topic: "t", Values: data[i]}
				cols = append(cols, decodeAll(b, dst, d, &in, &status))
			}
			defer func() {
				for _, o := range owners {
					o.Release()
				}
			}()
			b.SetBytes(int64(len(data[0].Bufs[0])))
			b.ReportAllocs()
			bb := batch.BytesBuilder{Pool: pool.Mem}
			i, start := 0, cpuTime(b)
			for b.Loop() {
				dst := pool.New(cols[0].Len())
				bb.Reset(&dst.Arena, cols[0].Len(), len(data[0].Bufs[0]))
				out := codec.Output{Topics: batch.Topics{}, Column: cols[i%len(cols)]}
				if err := e.Encode(&bb, &out, &status); err != nil {
					b.Fatal(err)
				}
				bb.Discard()
				dst.Release()
				i++
			}
			if status.Any() {
				b.Fatal(status.Errors()[0].Err)
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*records.BatchRows), "cpu-ns/row")
		})
	}
}

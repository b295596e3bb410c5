package connectjson

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// cpuTime is the CPU time of this process so far: other work on the machine does not count.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// decodeLoop reads rows as one batch, again and again.
func decodeLoop(b *testing.B, c *converter, rows [][]byte) {
	pool := batch.NewPool(mem.NewPool())
	raw := pool.New(len(rows))
	defer raw.Release()
	in := codectest.Input(raw, rows)
	d := c.NewDecoder()
	var g codec.Groups
	var status batch.Status
	for b.Loop() {
		dst := pool.New(len(rows))
		status.Reset()
		if err := d.Group(dst, in, &g, &status); err != nil {
			b.Fatal(err)
		}
		if _, err := d.Decode(dst, in, 0, nil, nil, &status); err != nil {
			b.Fatal(err)
		}
		dst.Release()
	}
}

// BenchmarkHostile shows that time grows as rows do: ns a byte stay about the same from size to size.
func BenchmarkHostile(b *testing.B) {
	for _, size := range []int{1 << 18, 1 << 20, 1 << 22} {
		for _, h := range hostiles(size) {
			b.Run(fmt.Sprintf("envelope=%t/shape=%s/kib=%d", h.envelope, h.name, size>>10), func(b *testing.B) {
				bytes := 0
				for _, r := range h.rows {
					bytes += len(r)
				}
				start := cpuTime(b)
				decodeLoop(b, testConverter(b, keySchemasEnable, fmt.Sprint(h.envelope)), rawOf(h.rows))
				b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*bytes), "cpu-ns/byte")
			})
		}
	}
}

// BenchmarkOdd reads records that the fast path leaves, by way of the tape and, beside it, of nodes and values.
func BenchmarkOdd(b *testing.B) {
	odd := map[string]func(row []byte) []byte{
		"name twice": func(row []byte) []byte { return append(append([]byte{}, row[:len(row)-1]...), `,"zip":"7"}`...) },
		"UTF-16": func(row []byte) []byte {
			var out []byte
			for _, c := range row {
				out = append(out, c, 0)
			}
			return out
		},
		"long integer": func(row []byte) []byte { return append([]byte(`{"z":12345678901234567890,`), row[1:]...) },
		"escaped name": func(row []byte) []byte { return append([]byte(`{"\u007a":1,`), row[1:]...) },
	}
	for name, of := range odd {
		rows := make([][]byte, 0, 256)
		for i := range 256 {
			rows = append(rows, of(fmt.Appendf(nil, `{"zip":"%05d","note":"note %d","amount":%d.25,"qty":%d,"active":%t,"id":%d,"tags":["a","b%d"],"sizes":{"x":%d,"y":2}}`, i, i, i, i%7, i%2 == 0, i*1_000_003, i, i)))
		}
		c := testConverter(b, keySchemasEnable, "false")
		b.Run("rows="+name+"/path=tape", func(b *testing.B) {
			start := cpuTime(b)
			decodeLoop(b, c, rows)
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*len(rows)), "cpu-ns/row")
		})
		b.Run("rows="+name+"/path=plain", func(b *testing.B) {
			start := cpuTime(b)
			for b.Loop() {
				for _, r := range rows {
					if _, _, err := c.plainRead(r); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*len(rows)), "cpu-ns/row")
		})
	}
}

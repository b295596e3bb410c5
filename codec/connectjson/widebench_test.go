package connectjson

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// mixedRows are rows of so many members each, about a mebibyte in all.
func mixedRows(members int) [][]byte {
	var rows [][]byte
	for bytes := 0; bytes < 1<<20 && len(rows) < 1024; bytes += len(rows[len(rows)-1]) {
		row := []byte{'{'}
		for k := range members {
			if k > 0 {
				row = append(row, ',')
			}
			switch k % 3 {
			case 0:
				row = fmt.Appendf(row, `"field_%04d":%d`, k, len(rows)*k)
			case 1:
				row = fmt.Appendf(row, `"field_%04d":"text %d"`, k, len(rows))
			case 2:
				row = fmt.Appendf(row, `"field_%04d":%d.5`, k, len(rows)+k)
			}
		}
		rows = append(rows, append(row, '}'))
	}
	return rows
}

// BenchmarkWide reads and writes schemaless records of few and of many members.
func BenchmarkWide(b *testing.B) {
	for _, members := range []int{10, 200, 500, 2000} {
		rows := mixedRows(members)
		bytes := 0
		for _, r := range rows {
			bytes += len(r)
		}
		c := testConverter(b, keySchemasEnable, "false")
		b.Run(fmt.Sprintf("do=read/members=%d", members), func(b *testing.B) {
			start := cpuTime(b)
			decodeLoop(b, c, rows)
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*bytes), "cpu-ns/byte")
		})
		b.Run(fmt.Sprintf("do=write/members=%d", members), func(b *testing.B) {
			pool := batch.NewPool(mem.NewPool())
			raw := pool.New(len(rows))
			defer raw.Release()
			d, e := c.NewDecoder(), c.NewEncoder()
			var g codec.Groups
			var status batch.Status
			in := codectest.Input(raw, rows)
			dst := pool.New(len(rows))
			defer dst.Release()
			var col *batch.Column
			for range 3 { // shapes and orders are learned
				if err := d.Group(dst, in, &g, &status); err != nil {
					b.Fatal(err)
				}
				var err error
				if col, err = d.Decode(dst, in, 0, nil, nil, &status); err != nil {
					b.Fatal(err)
				}
			}
			start := cpuTime(b)
			for b.Loop() {
				w := pool.New(len(rows))
				bb := batch.BytesBuilder{Pool: pool.Mem}
				bb.Reset(&w.Arena, len(rows), bytes)
				if err := e.Encode(&bb, &codec.Output{Topics: batch.OneTopic("t"), Column: col}, &status); err != nil {
					b.Fatal(err)
				}
				_, slab := bb.Finish()
				if slab != nil {
					w.Arena.Adopt(slab)
				}
				w.Release()
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*bytes), "cpu-ns/byte")
		})
	}
}

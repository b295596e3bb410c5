package connectjson

import (
	"testing"
	"unicode/utf8"

	"github.com/millrace/millrace/bench/records"
)

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

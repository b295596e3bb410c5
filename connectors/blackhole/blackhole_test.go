package blackhole_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/blackhole"
	"github.com/millrace/millrace/connectors/connectortest"
)

func TestSink_KeepsTheContract(t *testing.T) {
	for _, reads := range []string{"values", "raw"} {
		t.Run("reads="+reads, func(t *testing.T) {
			connectortest.Run(t, connectortest.Sink{
				Class:   blackhole.Classes()[0],
				Config:  func(testing.TB) map[string]string { return map[string]string{"reads": reads} },
				Tasks:   2,
				Refused: []connectortest.Refusal{{Key: "reads", Value: "all", Text: "Invalid value all for configuration reads: String must be one of: values, raw"}},
			})
		})
	}
}

func start(t testing.TB, counts *blackhole.Counts, reads string) connectors.SinkTask {
	t.Helper()
	task := blackhole.Class(counts).NewSink().NewTask()
	if err := task.Start(t.Context(), &connectortest.SinkContext{}, map[string]string{"reads": reads}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := task.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return task
}

func TestSink_CountsRowsAndTheBytesOfValues(t *testing.T) {
	for _, c := range []struct {
		rows        string
		count, size int64
	}{
		{"@value string?\nabc\nnull\n~ out\nde ! failed\nf\n", 3, 4},
		{"id int64, qty int32, ok boolean, note string?\n1, 2, true, ab\n2, 3, false, null\n@null\n", 3, 2*13 + 2},
		{"tags [string], m {string: int32}\n[a, bc], {x: 1, yy: 2}\n~ [out], {}\n[], {z: 3}\n", 2, 3 + 3 + 8 + 1 + 4},
		{"@value any\n{\"a\": 1, \"b\": [\"xy\", 1.5]}\n7i32\n\"text\"\nnull\n{5: \"five\"}\n", 5, 1 + 8 + 1 + 2 + 8 + 4 + 4 + 8 + 4},
	} {
		b := batchtest.Parse(t, mem.Checked(t), c.rows)
		var counts blackhole.Counts
		err := start(t, &counts, "values").Put(t.Context(), []*batch.Batch{b, b})
		b.Release()
		if err != nil || counts.Rows.Load() != 2*c.count || counts.Bytes.Load() != 2*c.size || counts.Puts.Load() != 1 {
			t.Errorf("%q: %d rows, %d bytes, %v; want twice %d and %d", c.rows, counts.Rows.Load(), counts.Bytes.Load(), err, c.count, c.size)
		}
	}
}

func TestSink_CountsRawBytes(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@offset, @value bytes?\n1, 0x616263\n2, null\n~ 3, 0x00\n4, 0x6465\n")
	defer b.Release()
	b.RawValue = b.Value.Bytes
	b.Value = nil
	var counts blackhole.Counts
	task := start(t, &counts, "raw")
	if !task.(connectors.RawReader).ReadsRaw() || start(t, &counts, "values").(connectors.RawReader).ReadsRaw() {
		t.Fatal("raw is read with reads=raw alone")
	}
	if err := task.Put(t.Context(), []*batch.Batch{b}); err != nil || counts.Rows.Load() != 3 || counts.Bytes.Load() != 5 {
		t.Fatalf("%d rows, %d bytes, %v", counts.Rows.Load(), counts.Bytes.Load(), err)
	}
}

func BenchmarkSink(b *testing.B) {
	var text strings.Builder
	text.WriteString("@offset, id int64, name string, note string?\n")
	for i := range 1024 {
		fmt.Fprintf(&text, "%d, %d, name %d, null\n", i, i, i)
	}
	rows := batchtest.Parse(b, mem.NewPool(), text.String())
	defer rows.Release()
	rows.RawValue = rows.Value.Children[1].Bytes
	for _, reads := range []string{"values", "raw"} {
		b.Run("reads="+reads+"/rows=1024", func(b *testing.B) {
			task := start(b, &blackhole.Counts{}, reads)
			list := []*batch.Batch{rows}
			b.ReportAllocs()
			for b.Loop() {
				if err := task.Put(context.Background(), list); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
		})
	}
}

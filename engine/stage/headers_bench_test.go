package stage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/engine/stage"
)

// BenchmarkHeaders takes decoded records through a source's stage to JSON and header bytes, without transforms
// and with HeaderFrom, in processor time.
func BenchmarkHeaders(b *testing.B) {
	for _, lines := range [][]string{
		nil,
		{"HeaderFrom$Value fields=customer headers=customer operation=copy"},
		{"HeaderFrom$Value fields=customer,qty,amount headers=customer,qty,amount operation=move"},
	} {
		for _, envelope := range []bool{true, false} {
			b.Run(fmt.Sprintf("headers=%d/schema=%t", len(lines)+2*strings.Count(fmt.Sprint(lines), "qty,"), envelope), func(b *testing.B) {
				benchmarkHeaders(b, envelope, lines)
			})
		}
	}
}

func benchmarkHeaders(b *testing.B, envelope bool, lines []string) {
	pool := batch.NewPool(mem.NewPool())
	raw := orders(pool)
	if envelope {
		raw = inEnvelopes(pool)
	}
	in := newJSONPipe(b, pool, envelope)
	simple, err := header.Classes()[0].NewHeader(nil)
	if err != nil {
		b.Fatal(err)
	}
	source := stage.NewSource(stage.SourceOptions{
		Key: in.opt.Key, Value: in.opt.Value, Header: simple, Transforms: madeChain(b, lines), Operator: in.opt.Operator,
	})
	var polled []*batch.Batch
	for _, r := range raw {
		out, failed, err := in.sink.Run(context.Background(), r)
		if err != nil || len(failed) > 0 || len(out) != 1 {
			b.Fatal(err, failed)
		}
		polled = append(polled, out[0])
	}
	b.ReportAllocs()
	start := processTime(b)
	for b.Loop() {
		for _, p := range polled {
			out, failed, err := source.Run(context.Background(), p)
			if err != nil || len(failed) > 0 || len(out) != 1 {
				b.Fatal(err, failed)
			}
			out[0].B.Release()
		}
	}
	b.ReportMetric(float64(processTime(b)-start)/float64(b.N*chainBatches*chainRows), "cpu-ns/row")
}

package debezium

import (
	"math/big"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func bigOf(v int64) *big.Int { return big.NewInt(v) }

const benchmarkRows = 1024

// benchmark runs a transform over the same events again and again.
func benchmark(b *testing.B, class, props string, ops ...string) {
	events := changes(b, benchmarkRows, ops...)
	defer events.Release()
	tr := made(b, class, propsOf(props))
	b.ReportAllocs()
	for b.Loop() {
		run(b, tr, events)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchmarkRows, "ns/row")
}

func run(b *testing.B, tr *columnar.Transform, events *batch.Batch) {
	f := events.Fork(nil)
	more, err := tr.Apply(f)
	if err != nil || f.Status.Any() {
		b.Fatal(err, f.Status.Errors())
	}
	release(append(more, f))
}

func BenchmarkExtractNewRecordState(b *testing.B) {
	b.Run("inserts", func(b *testing.B) { benchmark(b, "ExtractNewRecordState", "", "c") })
	b.Run("fields", func(b *testing.B) {
		benchmark(b, "ExtractNewRecordState", "add.fields=op,table,source.ts_ms", "c", "u")
	})
	b.Run("headers", func(b *testing.B) { benchmark(b, "ExtractNewRecordState", "add.headers=op,table", "c", "u") })
	b.Run("rewrite", func(b *testing.B) {
		benchmark(b, "ExtractNewRecordState", "delete.tombstone.handling.mode=rewrite", "c", "u", "u", "d")
	})
	b.Run("route", func(b *testing.B) { benchmark(b, "ExtractNewRecordState", "route.by.field=aggregatetype", "c", "u") })
}

func BenchmarkEventRouter(b *testing.B) {
	b.Run("payload", func(b *testing.B) { benchmark(b, "outbox.EventRouter", "", "c") })
	b.Run("envelope", func(b *testing.B) {
		benchmark(b, "outbox.EventRouter", "table.fields.additional.placement=name:envelope,id:header", "c")
	})
}

func BenchmarkByLogicalTableRouter(b *testing.B) {
	benchmark(b, "ByLogicalTableRouter", "topic.regex=.* topic.replacement=all", "c", "u")
}

func BenchmarkFilter(b *testing.B) {
	benchmark(b, "Filter", "language=jsr223.groovy condition=value.op=='u'&&value.after.id>5", "c", "u")
}

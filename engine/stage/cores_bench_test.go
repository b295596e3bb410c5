package stage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage/ordered"
)

// BenchmarkCores stages the batches of one poll, JSON without and with five transforms, on one core and on several, in
// turn. Of each the quickest pass counts, and the processor time of the cheapest.
func BenchmarkCores(b *testing.B) {
	for _, c := range []struct {
		name  string
		lines []string
	}{{"json", nil}, {"five", fiveTransforms}} {
		b.Run("chain="+c.name, func(b *testing.B) {
			pool := batch.NewPool(mem.NewPool())
			data := orders(pool)
			var stages []*ordered.Stages
			for cores := 1; cores <= 4; cores *= 2 {
				stages = append(stages, onCores(b, pool, cores, c.lines))
			}
			took, used := make([]time.Duration, len(stages)), make([]time.Duration, len(stages))
			for b.Loop() {
				for k, s := range stages {
					began, cpu := time.Now(), processTime(b)
					pollOf(b, s, data)
					wall, own := time.Since(began), processTime(b)-cpu
					if took[k] == 0 || wall < took[k] {
						took[k] = wall
					}
					if used[k] == 0 || own < used[k] {
						used[k] = own
					}
				}
			}
			for k := range stages {
				b.ReportMetric(float64(took[k])/(chainBatches*chainRows), fmt.Sprintf("ns/row-on-%d", 1<<k))
				b.ReportMetric(float64(used[k])/(chainBatches*chainRows), fmt.Sprintf("cpu-ns/row-on-%d", 1<<k))
			}
		})
	}
}

// onCores are the stages of a task on as many cores.
func onCores(b *testing.B, pool *batch.Pool, cores int, lines []string) *ordered.Stages {
	var helpers []ordered.Helper
	for range cores - 1 {
		helpers = append(helpers, ordered.Helper{
			Stage: newJSONPipe(b, pool, false, lines...).sink, Trial: errant.NewOperator(errant.Options{}).Trial(),
		})
	}
	return ordered.New(newJSONPipe(b, pool, false, lines...).sink, (*batch.Batch).Release, helpers...)
}

// pollOf stages a list and lets go of what comes of it.
func pollOf(b *testing.B, s *ordered.Stages, list []*batch.Batch) {
	s.Begin(b.Context(), list)
	defer s.End()
	for _, x := range list {
		out, failed, err := s.Run(b.Context(), x)
		if err != nil || len(failed) > 0 {
			b.Fatal(err, failed)
		}
		for _, o := range out {
			o.Release()
		}
	}
}

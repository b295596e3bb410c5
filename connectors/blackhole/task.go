package blackhole

import (
	"context"
	"log/slog"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// task counts.
type task struct {
	def   *config.Def
	total *Counts

	log         *slog.Logger // nil until started
	raw         bool
	rows, bytes int64
}

var (
	_ connectors.SinkTask  = (*task)(nil)
	_ connectors.RawReader = (*task)(nil)
	_ connectors.Projector = (*task)(nil)
)

// Start reads the config.
func (t *task) Start(_ context.Context, sc connectors.SinkTaskContext, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	t.raw = v.String(readsKey) == readsRaw
	t.log = sc.Logger()
	return nil
}

// ReadsRaw is true with reads=raw.
func (t *task) ReadsRaw() bool { return t.raw }

// Projection asks for whole values; keys are not looked at.
func (t *task) Projection() (key, value *batch.Projection) { return &batch.Projection{None: true}, nil }

// Put counts the rows that are selected and did not fail.
func (t *task) Put(_ context.Context, batches []*batch.Batch) error {
	var rows, bytes int64
	for _, b := range batches {
		for lo, hi := range runs(b) {
			rows += int64(hi - lo)
			if t.raw {
				bytes += viewBytes(&b.RawKey, lo, hi) + viewBytes(&b.RawValue, lo, hi)
			} else {
				bytes += columnBytes(b.Value, lo, hi)
			}
		}
	}
	t.rows += rows
	t.bytes += bytes
	t.total.Puts.Add(1)
	t.total.Rows.Add(rows)
	t.total.Bytes.Add(bytes)
	return nil
}

// Stop logs the counts.
func (t *task) Stop(context.Context) error {
	if t.log != nil {
		t.log.Info("rows dropped", "rows", t.rows, "bytes", t.bytes)
	}
	return nil
}

// runs iterates over the live rows of b as ranges lo … hi-1 of neighbours.
func runs(b *batch.Batch) func(yield func(lo, hi int) bool) {
	return func(yield func(lo, hi int) bool) {
		if b.Sel == nil && !b.Status.Any() {
			if b.Len() > 0 {
				yield(0, b.Len())
			}
			return
		}
		lo, hi := 0, 0
		for r := range b.Rows() {
			i := int(r.Index())
			if i != hi {
				if hi > lo && !yield(lo, hi) {
					return
				}
				lo = i
			}
			hi = i + 1
		}
		if hi > lo {
			yield(lo, hi)
		}
	}
}

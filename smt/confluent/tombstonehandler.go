package confluent

import (
	"context"
	"log/slog"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func tombstoneHandlerClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: "behavior", Type: config.String, Default: "warn", Importance: config.Medium,
		Validator: config.In("ignore", "warn", "fail"),
		Doc: "What to do with tombstone records: ignore drops them and logs at DEBUG level, warn drops them and logs at WARN level, " +
			"fail refuses them.",
	})
	return single(classPrefix+"TombstoneHandler", def, func(v *config.Values) (smt.Transform, error) {
		t := &tombstoneHandler{fails: v.String("behavior") == "fail", level: slog.LevelDebug}
		if v.String("behavior") == "warn" {
			t.level = slog.LevelWarn
		}
		return newTransform(t.columns, t.record), nil
	})
}

// tombstoneHandler drops or refuses records with null values. Source: documentation of TombstoneHandler.
type tombstoneHandler struct {
	fails bool
	level slog.Level
}

func tombstoneFound() error {
	return dataError("Tombstone record encountered and behavior is set to fail")
}

// report logs tombstones: a line per batch, as a topic may be full of them.
func (t *tombstoneHandler) report(b *batch.Batch, n int, first int32) {
	topic := b.Row(first).Topic()
	if t.fails {
		slog.Log(context.Background(), t.level, "tombstones refused", "transform", "TombstoneHandler", "topic", topic, "records", n)
		return
	}
	slog.Log(context.Background(), t.level, "tombstones dropped", "transform", "TombstoneHandler", "topic", topic, "records", n)
}

func (t *tombstoneHandler) record(r smt.Record) (smt.Record, bool, error) {
	if !r.Value.IsNull() {
		return r, true, nil
	}
	t.report(r.Row.Batch(), 1, r.Row.Index())
	if t.fails {
		return r, false, tombstoneFound()
	}
	return r, false, nil
}

func (t *tombstoneHandler) columns(b *batch.Batch) bool {
	present, null := divide(b, columnar.Value.Column(b), liveRows(b))
	if len(null) == 0 {
		return true
	}
	t.report(b, len(null), null[0])
	if t.fails {
		columnar.Fail(b, null, tombstoneFound())
		return true
	}
	b.Sel = present
	return true
}

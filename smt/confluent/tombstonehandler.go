package confluent

import (
	"log/slog"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/notice"
)

func tombstoneHandlerClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: "behavior", Type: config.String, Default: "warn", Importance: config.Medium,
		Validator: config.In("ignore", "warn", "fail"),
		Doc: "What to do with tombstone records: ignore drops them and logs at DEBUG level, warn drops them and logs at WARN level, " +
			"fail refuses them.",
	})
	return logging(classPrefix+"TombstoneHandler", def, func(v *config.Values, c smt.Context) (smt.Transform, error) {
		t := &tombstoneHandler{fails: v.String("behavior") == "fail"}
		switch v.String("behavior") {
		case "warn":
			t.found = notice.New(c.Log(), slog.LevelWarn, "tombstones dropped")
		case "fail":
			t.found = notice.New(c.Log(), slog.LevelDebug, "tombstones refused")
		default:
			t.found = notice.New(c.Log(), slog.LevelDebug, "tombstones dropped")
		}
		return newTransform(t.columns, t.record, t.effect()), nil
	})
}

// tombstoneHandler drops or refuses records with null values. Source: documentation of TombstoneHandler.
type tombstoneHandler struct {
	fails bool
	found *notice.Notice
}

func tombstoneFound() error {
	return dataError("Tombstone record encountered and behavior is set to fail")
}

// effect: the topic stands in the log.
func (t *tombstoneHandler) effect() smt.Effect {
	return smt.Effect{Value: smt.Access{Form: smt.Looked}, Topic: smt.Reads, Filters: !t.fails}
}

func (t *tombstoneHandler) record(r smt.Record) (smt.Record, bool, error) {
	if !r.Value.IsNull() {
		return r, true, nil
	}
	t.found.Add(r.Topic, 1, nil)
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
	t.found.Add(b.Row(null[0]).Topic(), len(null), nil)
	if t.fails {
		columnar.Fail(b, null, tombstoneFound())
		return true
	}
	b.Sel = present
	return true
}

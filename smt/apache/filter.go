package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func filterClasses() []*smt.Class {
	return single("Filter", config.NewDef(), func(*config.Values) (smt.Transform, error) {
		t := filter{}
		return columnar.New(t.columns, t.record), nil
	})
}

// filter drops every record; a predicate says which ones it sees. Source: Filter.
type filter struct{}

func (filter) record(r smt.Record) (smt.Record, bool, error) { return r, false, nil }

func (filter) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	b.Sel = batch.Selection{}
	return nil, true
}

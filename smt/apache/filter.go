package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func filterClasses() []*smt.Class {
	return single("Filter", config.NewDef(), func(*config.Values) (smt.Transform, error) {
		t := filter{}
		return transform(t), nil
	})
}

// filter drops every record; a predicate says which ones it sees. Source: Filter.
type filter struct{}

func (filter) effect() smt.Effect { return smt.Effect{Filters: true} }

func (filter) record(r smt.Record) (smt.Record, bool, error) { return r, false, nil }

func (filter) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	b.Sel = batch.Selection{}
	return nil, true
}

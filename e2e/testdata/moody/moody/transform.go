package moody

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

// Transform checks values and changes nothing.
func Transform() *smt.Class {
	return &smt.Class{Name: "com.example.moody.MoodyTransform", Version: version, Def: config.NewDef(),
		New: func(map[string]string, smt.Context) (smt.Transform, error) {
			var m moods
			return smt.Rows(func(r smt.Record) (smt.Record, bool, error) { return r, true, m.check(r.Value.Str()) }, nil), nil
		}}
}

// Predicate checks values and is true.
func Predicate() *smt.Class {
	return &smt.Class{Name: "com.example.moody.MoodyPredicate", Version: version, Def: config.NewDef(),
		NewPredicate: func(map[string]string, smt.Context) (smt.Predicate, error) { return &predicate{}, nil }}
}

type predicate struct{ moods }

func (p *predicate) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	for r := range b.Rows() {
		if err := p.check(r.Value().Str()); err != nil {
			b.Status.Fail(r.Index(), b.Len(), err)
			continue
		}
		yes = append(yes, r.Index())
	}
	return yes, no, nil
}

func (*predicate) Close() error { return nil }

package predicate

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// recordIsTombstone holds for records whose value is null, with a schema or without. Source: RecordIsTombstone.
type recordIsTombstone struct{}

// Test implements smt.Predicate.
func (recordIsTombstone) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	c := b.Value
	switch {
	case c == nil:
		return appendLive(yes, b), no, nil
	case columnar.NeverNull(c):
		return yes, appendLive(no, b), nil
	}
	rows := live(b)
	switch {
	case c.Form() == batch.FormPlain:
		return kernel.WhereNot(yes, rows, c.Valid), kernel.Where(no, rows, c.Valid), nil
	case c.Form() == batch.FormDynamic && c.Dyn.Tags != nil:
		for _, i := range rows {
			if t := c.Dyn.Tags[i]; t == batch.TagNull || t == batch.TagAbsent {
				yes = append(yes, i)
			} else {
				no = append(no, i)
			}
		}
		return yes, no, nil
	}
	for _, i := range rows {
		if c.IsNull(int(i)) {
			yes = append(yes, i)
		} else {
			no = append(no, i)
		}
	}
	return yes, no, nil
}

// Effect implements smt.Described.
func (recordIsTombstone) Effect() smt.Effect { return smt.Effect{Value: smt.Access{Form: smt.Looked}} }

// Close implements smt.Predicate.
func (recordIsTombstone) Close() error { return nil }

package predicate

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// hasHeaderKey holds for records with a header of that key. Source: HasHeaderKey.
type hasHeaderKey struct{ name string }

// Test implements smt.Predicate.
func (p *hasHeaderKey) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	if b.Headers.SameKeys() {
		if b.Headers.Has(0, p.name) {
			return appendLive(yes, b), no, nil
		}
		return yes, appendLive(no, b), nil
	}
	for _, i := range live(b) {
		if b.Headers.Has(int(i), p.name) {
			yes = append(yes, i)
		} else {
			no = append(no, i)
		}
	}
	return yes, no, nil
}

// Effect implements smt.Described.
func (p *hasHeaderKey) Effect() smt.Effect { return smt.Effect{Headers: smt.Reads} }

// Close implements smt.Predicate.
func (p *hasHeaderKey) Close() error { return nil }

package predicate

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// hasHeaderKey holds for records with a header of that key. Source: HasHeaderKey.
type hasHeaderKey struct{ name string }

func (p *hasHeaderKey) holds(headers []batch.Header) bool {
	for i := range headers {
		if headers[i].Key == p.name {
			return true
		}
	}
	return false
}

// Test implements smt.Predicate.
func (p *hasHeaderKey) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	if b.Headers.Offsets == nil { // one answer for all
		if p.holds(b.Headers.Entries) {
			return appendLive(yes, b), no, nil
		}
		return yes, appendLive(no, b), nil
	}
	for _, i := range live(b) {
		if p.holds(b.Headers.Of(int(i))) {
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

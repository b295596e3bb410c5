package predicate

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
)

// topicNameMatches holds for records whose whole topic matches. Source: TopicNameMatches.
type topicNameMatches struct {
	pattern *regex.Pattern
	answers []answer // scratch: per topic of a batch
}

type answer struct {
	matches bool
	err     error
}

// Test implements smt.Predicate.
func (p *topicNameMatches) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	if len(b.Topics.Names) == 0 {
		return yes, appendLive(no, b), nil
	}
	p.answers = p.answers[:0]
	for _, name := range b.Topics.Names {
		matches, err := p.pattern.Matches(name)
		p.answers = append(p.answers, answer{matches, err})
	}
	if one := &p.answers[0]; b.Topics.Index == nil && one.err == nil {
		if one.matches {
			return appendLive(yes, b), no, nil
		}
		return yes, appendLive(no, b), nil
	}
	for _, i := range live(b) {
		a := &p.answers[0]
		if b.Topics.Index != nil {
			a = &p.answers[b.Topics.Index[i]]
		}
		switch {
		case a.err != nil:
			b.Status.Fail(i, b.Len(), a.err)
		case a.matches:
			yes = append(yes, i)
		default:
			no = append(no, i)
		}
	}
	return yes, no, nil
}

// Effect implements smt.Described.
func (p *topicNameMatches) Effect() smt.Effect { return smt.Effect{Topic: smt.Reads} }

// Close implements smt.Predicate.
func (p *topicNameMatches) Close() error { return nil }

package predicate

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
)

// Version is the release of the original whose behaviour the predicates have.
const Version = "4.3.1"

// Classes returns the predicate classes of this package.
func Classes() []*smt.Class {
	return []*smt.Class{
		class("HasHeaderKey", config.NewDef().Define(config.Key{
			Name: "name", Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.Medium,
			Doc: "The header name.",
		}), func(v *config.Values) (smt.Predicate, error) {
			return &hasHeaderKey{v.String("name")}, nil
		}),
		class("RecordIsTombstone", config.NewDef(), func(*config.Values) (smt.Predicate, error) {
			return recordIsTombstone{}, nil
		}),
		class("TopicNameMatches", config.NewDef().Define(config.Key{
			Name: "pattern", Type: config.String, Required: true, Importance: config.Medium,
			Validator: config.Composite(config.NonEmptyString{}, validRegex{}),
			Doc:       "A Java regular expression for matching against the name of a record's topic.",
		}), func(v *config.Values) (smt.Predicate, error) {
			p, err := regex.Compile(v.String("pattern"))
			return &topicNameMatches{pattern: p}, err
		}),
	}
}

func class(name string, def *config.Def, configure func(v *config.Values) (smt.Predicate, error)) *smt.Class {
	return &smt.Class{
		Name: "org.apache.kafka.connect.transforms.predicates." + name, Version: Version, Def: def,
		NewPredicate: func(props map[string]string, _ smt.Context) (smt.Predicate, error) {
			v, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return configure(v)
		},
	}
}

// validRegex refuses what is no regular expression. Source: RegexValidator.
type validRegex struct{}

func (validRegex) Validate(name string, value any) error {
	text, ok := value.(string)
	if !ok {
		return config.InvalidValue(name, value, `Invalid regex: Cannot invoke "String.length()" because "this.pattern" is null`)
	}
	if _, err := regex.Compile(text); err != nil {
		return config.InvalidValue(name, value, "Invalid regex: "+err.Error())
	}
	return nil
}

func (validRegex) String() string { return "valid regex" }

// hasHeaderKey holds for records with a header of that key. Source: HasHeaderKey.
type hasHeaderKey struct{ name string }

func (p *hasHeaderKey) holds(r batch.Row) bool {
	for _, h := range r.Headers() {
		if h.Key == p.name {
			return true
		}
	}
	return false
}

// Test implements smt.Predicate.
func (p *hasHeaderKey) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	if b.Headers.Empty() {
		return yes, appendLive(no, b), nil
	}
	for r := range b.Rows() {
		if p.holds(r) {
			yes = append(yes, r.Index())
		} else {
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

// Effect implements smt.Described.
func (p *hasHeaderKey) Effect() smt.Effect { return smt.Effect{Headers: smt.Reads} }

// Close implements smt.Predicate.
func (p *hasHeaderKey) Close() error { return nil }

// recordIsTombstone holds for records whose value is null, with a schema or without. Source: RecordIsTombstone.
type recordIsTombstone struct{}

// Test implements smt.Predicate.
func (recordIsTombstone) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	c := b.Value
	if c == nil {
		return appendLive(yes, b), no, nil
	}
	if c.Form() == batch.FormPlain && c.Valid == nil {
		return yes, appendLive(no, b), nil
	}
	for r := range b.Rows() {
		if c.IsNull(int(r.Index())) {
			yes = append(yes, r.Index())
		} else {
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

// Effect implements smt.Described.
func (recordIsTombstone) Effect() smt.Effect { return smt.Effect{Value: smt.Access{Form: smt.Looked}} }

// Close implements smt.Predicate.
func (recordIsTombstone) Close() error { return nil }

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
	for r := range b.Rows() {
		a := &p.answers[0]
		if b.Topics.Index != nil {
			a = &p.answers[b.Topics.Index[r.Index()]]
		}
		switch {
		case a.err != nil:
			b.Status.Fail(r.Index(), b.Len(), a.err)
		case a.matches:
			yes = append(yes, r.Index())
		default:
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

// Effect implements smt.Described.
func (p *topicNameMatches) Effect() smt.Effect { return smt.Effect{Topic: smt.Reads} }

// Close implements smt.Predicate.
func (p *topicNameMatches) Close() error { return nil }

// appendLive appends the live rows of b.
func appendLive(dst batch.Selection, b *batch.Batch) batch.Selection {
	if b.Sel != nil && !b.Status.Any() {
		return append(dst, b.Sel...)
	}
	for r := range b.Rows() {
		dst = append(dst, r.Index())
	}
	return dst
}

package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
)

func regexRouterClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "regex", Type: config.String, Required: true, Validator: validRegex{}, Importance: config.High,
			Doc: "Regular expression to use for matching.",
		}).
		Define(config.Key{
			Name: "replacement", Type: config.String, Required: true, Importance: config.High,
			Doc: "Replacement string.",
		})
	return single("RegexRouter", def, func(v *config.Values) (smt.Transform, error) {
		p, err := regex.Compile(v.String("regex"))
		if err != nil {
			return nil, err
		}
		t := &regexRouter{pattern: p, replacement: v.String("replacement"), known: map[string]string{}}
		return transform(t), nil
	})
}

// validRegex refuses what is no regular expression. Source: RegexValidator.
type validRegex struct{}

func (validRegex) Validate(name string, value any) error {
	text, _ := value.(string)
	if value == nil {
		return config.InvalidValue(name, value, `Invalid regex: Cannot invoke "String.length()" because "this.pattern" is null`)
	}
	if _, err := regex.Compile(text); err != nil {
		return config.InvalidValue(name, value, "Invalid regex: "+err.Error())
	}
	return nil
}

func (validRegex) String() string { return "valid regex" }

// regexRouter renames topics that match as a whole. Source: RegexRouter.
type regexRouter struct {
	pattern     *regex.Pattern
	replacement string
	known       map[string]string // answers, bounded
}

// knownMax bounds how many topics' answers are kept.
const knownMax = 1024

// topic returns the new name of a topic.
func (t *regexRouter) topic(name string) (string, error) {
	if to, ok := t.known[name]; ok {
		return to, nil
	}
	to := name
	matches, err := t.pattern.Matches(name)
	if err == nil && matches {
		to, err = t.pattern.ReplaceFirst(name, t.replacement)
	}
	if err != nil {
		return name, err
	}
	if len(t.known) == knownMax {
		clear(t.known)
	}
	t.known[name] = to
	return to, nil
}

func (t *regexRouter) effect() smt.Effect { return smt.Effect{Topic: smt.Reads | smt.Writes} }

func (t *regexRouter) record(r smt.Record) (smt.Record, bool, error) {
	if lacksTopic(r.Row) {
		return r, false, noTopic()
	}
	to, err := t.topic(r.Topic)
	r.Topic = to
	return r, err == nil, err
}

func (t *regexRouter) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	rename(b, t.topic)
	return nil, true
}

package confluent

import (
	"regexp"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func topicRegexRouterClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "regex", Type: config.String, Required: true, Validator: validRE2{}, Importance: config.High,
			Doc: "Regular expression to use for matching, in the syntax of RE2.",
		}).
		Define(config.Key{
			Name: "replacement", Type: config.String, Required: true, Importance: config.High,
			Doc: "Replacement string.",
		})
	classes := single(cloudClassPrefix+"TopicRegexRouter", def, func(v *config.Values) (smt.Transform, error) {
		expression := v.String("regex")
		find, err := regexp.Compile(expression)
		if err != nil {
			return nil, err
		}
		full, err := regexp.Compile(`\A(?:` + expression + `)\z`)
		if err != nil {
			return nil, err
		}
		t := &topicRegexRouter{find: find, full: full, replacement: v.String("replacement"), known: map[string]string{}}
		return newTransform(t.columns, t.record, t.effect()), nil
	})
	classes[0].Aliases = []string{classPrefix + "TopicRegexRouter"}
	return classes
}

// validRE2 refuses what is no regular expression of RE2.
type validRE2 struct{}

func (validRE2) Validate(name string, value any) error {
	text, ok := value.(string)
	if !ok {
		return config.InvalidValue(name, value, "Invalid regex: null")
	}
	if _, err := regexp.Compile(text); err != nil {
		return config.InvalidValue(name, value, "Invalid regex: "+err.Error())
	}
	return nil
}

func (validRE2) String() string { return "valid regex" }

// topicRegexRouter renames topics that match as a whole: as RegexRouter, in linear time.
// Source: documentation of TopicRegexRouter; com.google.re2j.Matcher.
type topicRegexRouter struct {
	find, full  *regexp.Regexp
	replacement string
	known       map[string]string // answers, bounded
}

// knownMax bounds how many topics' answers are kept.
const knownMax = 1024

// topic returns the new name of a topic.
func (t *topicRegexRouter) topic(name string) (string, error) {
	if to, ok := t.known[name]; ok {
		return to, nil
	}
	to := name
	if t.full.MatchString(name) {
		at := t.find.FindStringSubmatchIndex(name)
		text, err := re2Replacement(t.find, t.replacement, name, at)
		if err != nil {
			return name, err
		}
		to = name[:at[0]] + text + name[at[1]:]
	}
	if len(t.known) == knownMax {
		clear(t.known)
	}
	t.known[name] = to
	return to, nil
}

func (t *topicRegexRouter) effect() smt.Effect { return smt.Effect{Topic: smt.Reads | smt.Writes} }

func (t *topicRegexRouter) record(r smt.Record) (smt.Record, bool, error) {
	to, err := t.topic(r.Topic)
	r.Topic = to
	return r, err == nil, err
}

func (t *topicRegexRouter) columns(b *batch.Batch) bool {
	if len(b.Topics.Names) == 0 {
		return false
	}
	rename(b, t.topic)
	return true
}

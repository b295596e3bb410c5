package mirror

import (
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
)

// patterns are names and regular expressions, of which one must match as a whole. A nil one matches nothing.
type patterns struct{ p *regex.Pattern }

// compile joins the list of a key. Errors: *config.ConfigException for what is no regular expression.
// Source: MirrorUtils.compilePatternList.
func compile(key string, list []string) (patterns, error) {
	if len(list) == 0 {
		return patterns{}, nil
	}
	joined := strings.Join(list, "|")
	p, err := regex.Compile(joined)
	if err != nil {
		return patterns{}, config.InvalidValue(key, joined, err.Error())
	}
	return patterns{p}, nil
}

func (p patterns) match(text string) (bool, error) {
	if p.p == nil {
		return false, nil
	}
	return p.p.Matches(text)
}

// topicFilter says which topics are copied. Source: DefaultTopicFilter, MirrorSourceConnector.shouldReplicateTopic.
type topicFilter struct {
	policy           *policy
	target           string // alias of the target, for cycles
	include, exclude patterns
	heartbeats       bool // these are copied whatever the lists say
}

func newTopicFilter(s *settings) (*topicFilter, error) {
	f := &topicFilter{policy: &s.policy, target: s.target, heartbeats: s.values.Bool(copyHeartbeatsKey)}
	var err error
	if f.include, err = compile(topicsKey, s.values.List(topicsKey)); err != nil {
		return nil, err
	}
	f.exclude, err = compile(topicsExcludeKey, s.values.List(topicsExcludeKey))
	return f, err
}

// takes reports whether a topic of the source is copied. Errors: a match took too long.
func (f *topicFilter) takes(topic string) (bool, error) {
	if f.policy.isInternal(topic) || f.policy.isCycle(topic, f.target) {
		return false, nil
	}
	if f.heartbeats && f.policy.isHeartbeats(topic) {
		return true, nil
	}
	in, err := f.include.match(topic)
	if err != nil || !in {
		return false, err
	}
	out, err := f.exclude.match(topic)
	return !out, err
}

// propertyFilter says which configs of a topic are copied. Source: DefaultConfigPropertyFilter.
type propertyFilter struct {
	exclude  patterns
	defaults bool // defaults of the source are copied too
}

func newPropertyFilter(s *settings) (*propertyFilter, error) {
	exclude, err := compile(propertiesExcludeKey, s.values.List(propertiesExcludeKey))
	from, ok := s.props[useDefaultsFromKey]
	return &propertyFilter{exclude, ok && strings.TrimSpace(from) == "source"}, err
}

func (f *propertyFilter) takes(property string) (bool, error) {
	out, err := f.exclude.match(property)
	return !out, err
}

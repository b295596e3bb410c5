package explain

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/settings"
)

// lint is one search for mistakes.
type lint struct {
	*Subject
	props map[string]string // known values; what one step has reported is repaired or left out for the next
	class *connectors.Class
	list  []Finding
	keys  map[string]*config.Key // definitions in force, by name
}

// Lint returns what is wrong with the config, in the order of the file.
//
// Errors: ctx ended, or a plugin could not be asked.
func (s *Subject) Lint(ctx context.Context) ([]Finding, error) {
	l := &lint{Subject: s, props: s.props(), list: slices.Clone(s.File.Findings), keys: map[string]*config.Key{}}
	if s.File.Broken {
		return l.list, nil
	}
	l.values()
	l.variables(ctx)
	l.clients()
	l.transforms()
	l.converters()
	if l.connector() {
		if err := l.validate(ctx); err != nil {
			return nil, err
		}
		l.unknownKeys()
		l.sourceAndSink()
	}
	if l.class != nil && !HasErrors(l.list) {
		l.build(ctx)
	}
	return sortFindings(l.list), nil
}

func (l *lint) add(s Severity, key, text, nearest string) {
	l.list = append(l.list, Finding{Severity: s, Key: key, Position: l.at(key), Text: text, Nearest: nearest})
}

// addValue adds a finding about the value of a key that is there.
func (l *lint) addValue(s Severity, key, text, nearest string) {
	at := l.at(key)
	if e, ok := l.File.Get(key); ok {
		at = e.ValueAt
	}
	l.list = append(l.list, Finding{Severity: s, Key: key, Position: at, Text: text, Nearest: nearest})
}

// has reports whether something was said about a key.
func (l *lint) has(key string) bool {
	return slices.ContainsFunc(l.list, func(f Finding) bool { return f.Key == key && f.Severity == Error })
}

// connector finds the class. With one that was nearly right the search goes on.
func (l *lint) connector() bool {
	const key = "connector.class"
	if _, ok := l.props["name"]; !ok && !l.hidden("name") {
		l.add(Error, "name", "the config has no name", "")
	}
	text, ok := l.props[key]
	if !ok {
		const missing = "the config names no connector class"
		switch near := config.Nearest(key, slices.Collect(maps.Keys(l.props))); {
		case l.hidden(key):
		case near != "":
			l.add(Error, near, missing, key)
		default:
			l.add(Error, key, missing, "")
		}
		return false
	}
	c, err := l.Plugins.Connectors.Find(text)
	if err != nil {
		if c, err = l.Plugins.Connectors.Find(strings.TrimSpace(text)); err == nil {
			l.addValue(Error, key, "the class name has white space around it", c.Name)
		} else {
			near := nearestClass(text, l.Plugins.Connectors.Names())
			l.addValue(Error, key, "no connector class "+strings.TrimSpace(text)+" is part of this program; millrace plugins lists them", near)
			if c, err = l.Plugins.Connectors.Find(near); err != nil {
				return false
			}
		}
		l.props[key] = c.Name
	}
	l.class = c
	return true
}

// validate asks what PUT /connector-plugins/{class}/config/validate answers.
func (l *lint) validate(ctx context.Context) error {
	v, err := l.Worker.Validate(ctx, l.props)
	var c *config.ConfigException
	var e *connectors.Error
	switch {
	case errors.As(err, &c):
		l.addValue(Error, c.Key, c.Message, "")
		return nil
	case errors.As(err, &e):
		l.addValue(Error, "connector.class", e.Text, "")
		return nil
	case err != nil:
		return err
	}
	for _, k := range v.Configs {
		if k.Definition != nil {
			l.keys[k.Definition.Name] = k.Definition
		}
	}
	for _, k := range v.Configs {
		if k.Value != nil {
			l.validated(k)
		}
	}
	return nil
}

// validated reports the errors of one key, unless an own check has said it better.
func (l *lint) validated(k connectors.ValidatedKey) {
	key := k.Value.Name
	emptyAlias := strings.HasPrefix(key, "transforms..") || strings.HasPrefix(key, "predicates..")
	if len(k.Value.Errors) == 0 || emptyAlias || l.has(key) || l.hidden(key) || l.hiddenTogether(key) {
		return
	}
	text := k.Value.Errors[0]
	e, given := l.File.Get(key)
	switch {
	case strings.HasPrefix(text, "Missing required configuration"):
		near := l.misspelt(key)
		l.add(Error, key, text, near)
	case strings.HasPrefix(text, "Config '"+strings.TrimSuffix(key, "type")+"negate'"):
		l.add(Error, strings.TrimSuffix(key, "type")+"negate", text, "")
	case !given && strings.HasPrefix(text, "Must configure"):
		if !l.has("topics") {
			l.add(Error, "topics", text, l.misspelt("topics"))
		}
	case !given:
		l.add(Error, key, text, l.misspelt(key))
	case strings.Contains(text, " does not implement the "):
		l.addValue(Error, key, text, "")
	case k.Definition != nil && k.Definition.Type == config.Class:
		l.addValue(Error, key, text, nearestClass(e.Value, k.Value.RecommendedTexts()))
	default:
		l.addValue(Error, key, text, nearestValue(e.Value, k.Definition, k.Value.RecommendedTexts(), text))
	}
}

// hiddenTogether reports whether the complaint may be due to another key, whose value is not known here.
func (l *lint) hiddenTogether(key string) bool {
	return (key == "topics" || key == "topics.regex") && (l.hidden("topics") || l.hidden("topics.regex"))
}

// misspelt is the key of the file that was probably meant to be a key that is missing.
func (l *lint) misspelt(key string) string {
	var unknown []string
	for _, e := range l.File.Entries {
		if _, known := l.keys[e.Key]; !known {
			unknown = append(unknown, e.Key)
		}
	}
	unknown = slices.DeleteFunc(unknown, func(n string) bool { return !similarKeys(n, key) })
	if n := config.Nearest(key, unknown); n != "" {
		return key + " instead of " + n
	}
	return ""
}

// sourceAndSink checks what the framework reads beside the keys of definitions.
func (l *lint) sourceAndSink() {
	if l.class.Kind() == connectors.KindSource {
		l.topicCreation()
		l.askedLetters()
		if _, ok := l.props[taskCores]; ok {
			l.add(Warning, taskCores, "the key is for sinks: the task of a source converts and transforms on one core", "")
		}
		return
	}
	l.cores()
	if _, ok := l.props[settings.SourceLettersKey]; ok {
		l.add(Warning, settings.SourceLettersKey, "the key is for sources: a sink has a dead letter queue with "+settings.DeadLetterTopic+" alone", "")
	}
	if settings.HasDeadLetters(l.props) {
		return
	}
	for _, key := range []string{"errors.deadletterqueue.context.headers.enable", "errors.deadletterqueue.topic.replication.factor"} {
		if _, ok := l.props[key]; ok && !l.has(key) && !l.hidden(settings.DeadLetterTopic) {
			l.add(Warning, key, "the key has no effect without "+settings.DeadLetterTopic, "")
		}
	}
}

// topicCreation checks the groups of new topics.
func (l *lint) topicCreation() {
	if !settings.UsesTopicCreation(l.props) {
		return
	}
	const prefix = "topic.creation."
	groups := append(aliases(l.props, prefix+"groups"), "default")
	for _, g := range groups[:len(groups)-1] {
		if g != "default" && len(config.WithPrefix(l.props, prefix+g+".")) == 0 {
			l.addValue(Error, prefix+"groups", "group "+g+" is named, but no key starts with "+prefix+g+".", config.Nearest(g, l.undefined(prefix, groups)))
		}
	}
	for _, e := range l.File.Entries {
		g, ok := aliasOf(e.Key, prefix, groups)
		switch {
		case ok && !slices.Contains(groups, g):
			l.add(Error, e.Key, "topic.creation.groups does not name "+g, config.Nearest(g, groups))
		case !ok && strings.HasPrefix(e.Key, prefix) && e.Key != prefix+"groups":
			l.add(Error, e.Key, "nothing reads this key", config.Nearest(e.Key, []string{prefix + "groups"}))
		}
	}
	if _, err := settings.ParseTopicGroups(l.props); err != nil {
		var c *config.ConfigException
		if errors.As(err, &c) && !l.hidden(c.Key) {
			if _, given := l.props[c.Key]; given {
				l.addValue(Error, c.Key, c.Message, "")
			} else if !l.has(c.Key) {
				l.add(Error, c.Key, c.Message, l.misspelt(c.Key))
			}
		}
	}
}

// undefined are the aliases of keys behind prefix that are not in list.
func (l *lint) undefined(prefix string, list []string) []string {
	var out []string
	for _, e := range l.File.Entries {
		if a, ok := aliasOf(e.Key, prefix, list); ok && !slices.Contains(list, a) && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// aliasOf is the alias of a key behind prefix: one of list, which may hold dots, or the text up to a dot.
func aliasOf(key, prefix string, list []string) (string, bool) {
	rest, ok := strings.CutPrefix(key, prefix)
	if !ok {
		return "", false
	}
	for _, a := range list {
		if strings.HasPrefix(rest, a+".") {
			return a, true
		}
	}
	a, _, ok := strings.Cut(rest, ".")
	return a, ok
}

// build makes converters and transforms, for what only they can tell of their configs.
func (l *lint) build(ctx context.Context) {
	if len(l.props) != len(l.File.Entries) {
		return // something is not known
	}
	p, err := l.Worker.NewPipeline(ctx, l.props)
	if err == nil {
		err = p.Close()
	}
	if err == nil {
		return
	}
	key := "connector.class"
	var c *config.ConfigException
	if errors.As(err, &c) && c.Key != "" {
		for _, e := range l.File.Entries {
			if e.Key == c.Key || strings.HasPrefix(e.Key, "transforms.") && strings.HasSuffix(e.Key, "."+c.Key) {
				key = e.Key
				break
			}
		}
	}
	if key == "connector.class" {
		if _, ok := l.props["transforms"]; ok {
			key = "transforms"
		}
	}
	l.addValue(Error, key, err.Error(), "")
}

package explain

import (
	"errors"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/settings"
)

// deadLetterPrefix starts the keys of dead letter queues, which are sinks' in Java.
const deadLetterPrefix = "errors.deadletterqueue."

// sourceLetters reports whether a source has a dead letter queue, or may have one: its topic is not known here.
func (l *lint) sourceLetters() bool {
	return settings.AsksSourceLetters(l.Settings, l.props) && (settings.HasDeadLetters(l.props) || l.hidden(settings.DeadLetterTopic))
}

// sourceLetterKey looks at a key of dead letter queues in a source's config.
func (l *lint) sourceLetterKey(key string) {
	switch {
	case l.hidden(settings.SourceLettersKey):
	case !settings.AsksSourceLetters(l.Settings, l.props):
		l.add(Warning, key, "the key has no effect: a source has a dead letter queue only with "+settings.SourceLettersKey+"=true", "")
	case key != settings.DeadLetterTopic && !l.sourceLetters():
		l.add(Warning, key, "the key has no effect without "+settings.DeadLetterTopic, "")
	}
}

// askedLetters checks the dead letter queue that a source asks for.
func (l *lint) askedLetters() {
	if !settings.AsksSourceLetters(l.Settings, l.props) {
		return
	}
	if _, own := l.props[settings.SourceLettersKey]; own && !l.sourceLetters() {
		l.add(Error, settings.SourceLettersKey, settings.DeadLetterTopic+" is missing: the task would not start without the topic that dead letters go to", "")
	}
	var c *config.ConfigException
	if _, err := settings.ParseDeadLetters(l.props); errors.As(err, &c) && !l.hidden(c.Key) {
		l.addValue(Error, c.Key, c.Message, "")
	}
}

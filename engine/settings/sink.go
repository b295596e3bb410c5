package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
)

// CheckSink finds what the keys of a sink config say against one another; add is called for each
// message with the key it belongs to. Source: SinkConnectorConfig.validate.
func CheckSink(props map[string]string, add func(key, value, message string)) {
	list, pattern := props["topics"], props["topics.regex"]
	dlq := strings.TrimSpace(props[DeadLetterTopic])
	both := func(msg string) {
		add("topics", list, msg)
		add("topics.regex", pattern, msg)
	}
	switch hasList, hasPattern := !blank(list), !blank(pattern); {
	case hasList && hasPattern:
		both("topics and topics.regex are mutually exclusive options, but both are set.")
	case !hasList && !hasPattern:
		both("Must configure one of topics or topics.regex")
	}
	if dlq == "" {
		return
	}
	if !blank(list) {
		topics, _, _ := Topics(props)
		if slices.Contains(topics, dlq) {
			add("topics", list, fmt.Sprintf("The DLQ topic '%s' may not be included in the list of topics ('topics=%s') consumed by the connector",
				dlq, config.JavaText(topics)))
		}
	}
	if !blank(pattern) {
		p, err := regex.Compile(pattern)
		if err != nil {
			return // said already
		}
		switch match, err := p.Matches(dlq); {
		case err != nil:
			add("topics.regex", pattern, err.Error())
		case match:
			add("topics.regex", pattern, fmt.Sprintf("The DLQ topic '%s' may not be matched by the regex for the topics ('topics.regex=%s') consumed by the connector",
				dlq, pattern))
		}
	}
}

// DeadLetterTopic is the key that names a connector's dead letter topic.
const DeadLetterTopic = "errors.deadletterqueue.topic.name"

// SourceLettersKey lets sources have a dead letter queue, which Java's have not.
const SourceLettersKey = "millrace.errors.deadletterqueue.source.enable"

// AsksSourceLetters reports whether a source's config, or else its worker's, asks for a dead letter queue.
func AsksSourceLetters(worker, props map[string]string) bool {
	text, own := props[SourceLettersKey]
	if !own {
		text = worker[SourceLettersKey]
	}
	v, err := config.ParseText(SourceLettersKey, text, config.Boolean)
	return err == nil && v == true
}

// SourceLetters reports whether a source has a dead letter queue.
func SourceLetters(worker, props map[string]string) bool {
	return AsksSourceLetters(worker, props) && HasDeadLetters(props)
}

// HasDeadLetters reports whether a config names a dead letter topic. Source: hasDlqTopicConfig.
func HasDeadLetters(props map[string]string) bool {
	return !blank(props[DeadLetterTopic])
}

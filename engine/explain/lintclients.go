package explain

import (
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/clientkeys"
	"github.com/millrace/millrace/engine/settings"
)

// clientPrefixes start the keys of a connector's Kafka clients.
var clientPrefixes = []string{"producer.override.", "consumer.override.", "admin.override."}

// clients looks at settings of Kafka clients. What cannot be read is left out for validation, which would
// end at it. The policy is validation's business.
func (l *lint) clients() {
	for i, keys := range []func() clientkeys.Keys{clientkeys.Producer, clientkeys.Consumer, clientkeys.Admin} {
		prefix := clientPrefixes[i]
		over := config.WithPrefix(l.props, prefix)
		if len(over) == 0 {
			continue
		}
		known := keys()
		names := slices.Sorted(maps.Keys(known))
		unused := l.unusedClient(prefix)
		for _, name := range slices.Sorted(maps.Keys(over)) {
			k, ok := known[name]
			switch {
			case unused != "":
				l.add(Warning, prefix+name, "the key has no effect: "+unused, "")
			case !ok:
				l.unknownClientKey(prefix, name, names)
			default:
				l.clientValue(prefix, name, over[name], k)
			}
		}
	}
}

func (l *lint) unknownClientKey(prefix, name string, names []string) {
	client, _, _ := strings.Cut(prefix, ".")
	if near := config.Nearest(name, names); near != "" {
		l.add(Error, prefix+name, "no "+client+" has the setting "+name, prefix+near)
		return
	}
	l.add(Warning, prefix+name, "Kafka's "+client+" has no setting "+name, "")
}

func (l *lint) clientValue(prefix, name, value string, k config.Key) {
	v, err := config.ParseText(name, value, k.Type)
	if err == nil && k.Validator != nil && !l.hidden(prefix+name) {
		err = k.Validator.Validate(name, v)
	}
	if err != nil {
		l.addValue(Error, prefix+name, err.Error(), nearestValue(value, &k, nil, err.Error()))
		delete(l.props, prefix+name)
	}
}

// unusedClient says why a connector has no client of a kind, "" if it has one or nobody can tell.
// Source: AbstractHerder.validateClientOverrides.
func (l *lint) unusedClient(prefix string) string {
	c, err := l.Plugins.Connectors.Find(strings.TrimSpace(l.props["connector.class"]))
	if err != nil {
		return ""
	}
	sink := c.Kind() == connectors.KindSink
	letters := sink && (settings.HasDeadLetters(l.props) || l.hidden(settings.DeadLetterTopic))
	_, ownOffsets := l.props["offsets.storage.topic"]
	switch {
	case prefix == "producer.override." && sink && !letters:
		return "a sink produces only with " + settings.DeadLetterTopic
	case prefix == "consumer.override." && !sink && !ownOffsets:
		return "a source consumes only with offsets.storage.topic"
	case prefix == "admin.override." && sink && !letters:
		return "a sink asks the admin API only with " + settings.DeadLetterTopic
	case prefix == "admin.override." && !sink && !ownOffsets && !settings.UsesTopicCreation(l.props) && !l.sourceLetters():
		return "a source asks the admin API only with topic.creation keys, offsets.storage.topic or a dead letter queue"
	}
	return ""
}

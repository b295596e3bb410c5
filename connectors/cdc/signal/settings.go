package signal

import (
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/config"
)

// Settings are the keys signal.* of a connector.
type Settings struct {
	Table  string // signal.data.collection: schema.table; "": none
	Source bool   // signals come in Table
	Every  time.Duration
	Topic  string // "": none
	Group  string
	File   string // "": none

	prefix   string            // topic.prefix: the key of signals that are ours
	consumer map[string]string // Java client properties
}

// Keys are those that work and that Debezium's definition does not list.
func Keys() []string {
	return []string{"signal.kafka.topic", "signal.kafka.bootstrap.servers", "signal.kafka.poll.timeout.ms", "signal.kafka.groupId", "signal.file"}
}

// ConsumerPrefix begins the properties of the topic's consumer.
const ConsumerPrefix = "signal.consumer."

// Parse checks the keys. v has those that the connector's definition lists. Errors: *config.ConfigException.
//
// Source: CommonConnectorConfig, KafkaSignalChannel, FileSignalChannel.
func Parse(v *config.Values, prefix string) (*Settings, error) {
	const tableKey, channelsKey = "signal.data.collection", "signal.enabled.channels"
	extra := v.Originals()
	s := &Settings{prefix: prefix, Every: time.Duration(v.Int64("signal.poll.interval.ms")) * time.Millisecond, consumer: map[string]string{}}
	if s.Every <= 0 {
		return nil, config.InvalidValue("signal.poll.interval.ms", v.Int64("signal.poll.interval.ms"), "A positive long value is required")
	}
	tables := slices.DeleteFunc(slices.Clone(v.List(tableKey)), func(t string) bool { return strings.TrimSpace(t) == "" })
	switch {
	case len(tables) > 1:
		return nil, config.InvalidValue(tableKey, strings.Join(tables, ","), "For single task connector only one signal data collection is permitted.")
	case len(tables) == 1:
		s.Table = strings.TrimSpace(tables[0])
	}
	for _, name := range v.List(channelsKey) {
		switch name = strings.TrimSpace(name); name {
		case "source":
			s.Source = s.Table != ""
		case "kafka":
			if err := s.kafka(extra); err != nil {
				return nil, err
			}
		case "file":
			if s.File = extra["signal.file"]; s.File == "" {
				s.File = "file-signals.txt"
			}
		case "jmx", "in-process":
			return nil, config.InvalidValue(channelsKey, name, "classes of Java do not run here: source, kafka and file work")
		case "":
		default:
			return nil, config.InvalidValue(channelsKey, name, "no such channel: source, kafka and file work")
		}
	}
	return s, nil
}

func (s *Settings) kafka(extra map[string]string) error {
	const serversKey, pollKey = "signal.kafka.bootstrap.servers", "signal.kafka.poll.timeout.ms"
	s.Topic, s.Group = extra["signal.kafka.topic"], extra["signal.kafka.groupId"]
	if s.Topic == "" {
		s.Topic = s.prefix + "-signal"
	}
	if s.Group == "" {
		s.Group = "kafka-signal"
	}
	if extra[serversKey] == "" {
		return config.InvalidValue(serversKey, nil, "A value is required")
	}
	if text, ok := extra[pollKey]; ok {
		n, err := config.ParseText(pollKey, text, config.Int)
		if err != nil {
			return err
		}
		if ms, _ := n.(int32); ms < 0 {
			return config.InvalidValue(pollKey, text, "A non-negative integer is required")
		}
	}
	s.consumer["bootstrap.servers"] = extra[serversKey]
	for key, text := range extra {
		if name, ok := strings.CutPrefix(key, ConsumerPrefix); ok {
			s.consumer[name] = text
		}
	}
	if group := s.consumer["group.id"]; group != "" {
		s.Group = group
	}
	return nil
}

package store

import (
	"strings"

	"github.com/millrace/millrace/connectors"
)

// statusChange is what a record of the status topic says: the status of an instance, or that a connector uses a topic.
type statusChange struct {
	id     connectors.TaskID
	status *Status // nil: a tombstone
	topic  string  // "": of an instance
	use    *TopicUse
}

// statusChangeOf reads a record.
//
// Errors: *RecordError.
func statusChangeOf(record *Record) (statusChange, error) {
	key := strings.ToValidUTF8(string(record.Key), "\uFFFD")
	if name, ok := strings.CutPrefix(key, statusConnectorPrefix); ok {
		if name == "" {
			return statusChange{}, record.bad("no connector in the key")
		}
		return instanceChange(record, connectors.TaskID{Connector: name, Task: connectors.ConnectorTask})
	}
	if strings.HasPrefix(key, statusTaskPrefix) {
		id, ok := parseTaskKey(key, statusTaskPrefix)
		if !ok {
			return statusChange{}, record.bad("no task of a connector")
		}
		return instanceChange(record, id)
	}
	if place, ok := strings.CutPrefix(key, statusTopicPrefix); ok {
		return topicChange(record, place)
	}
	return statusChange{}, record.bad("unknown kind of key")
}

func instanceChange(record *Record, id connectors.TaskID) (c statusChange, err error) {
	c.id = id
	if record.Value != nil {
		c.status, err = parseStatus(record, id)
	}
	return c, err
}

func topicChange(record *Record, place string) (c statusChange, err error) {
	topic, connector, ok := strings.Cut(place, ":")
	connector, named := strings.CutPrefix(connector, "connector-")
	if !ok || !named || topic == "" || connector == "" {
		return c, record.bad("no topic and connector in the key")
	}
	c.id.Connector, c.topic = connector, topic
	if record.Value != nil {
		var use TopicUse
		use, err = parseTopicUse(record)
		c.use = &use
	}
	return c, err
}

package store

import (
	"math"
	"strconv"
	"time"

	"github.com/millrace/millrace/connectors"
)

// Keys of the status topic. Source: KafkaStatusBackingStore.
const (
	statusConnectorPrefix = "status-connector-"
	statusTaskPrefix      = "status-task-"
	statusTopicPrefix     = "status-topic-"
	topicSeparator        = ":connector-"
)

// StatusRecord is a status; DESTROYED removes what is known.
func StatusRecord(st Status) Record {
	r := Record{Key: []byte(statusTaskPrefix + st.ID.String())}
	if st.ID.Task == connectors.ConnectorTask {
		r.Key = []byte(statusConnectorPrefix + st.ID.Connector)
	}
	if st.State == connectors.Destroyed {
		return r
	}
	v := appendText([]byte(`{"state":`), string(st.State))
	v = append(v, `,"trace":`...)
	if st.Trace == "" {
		v = append(v, "null"...)
	} else {
		v = appendText(v, st.Trace)
	}
	v = appendText(append(v, `,"worker_id":`...), st.WorkerID)
	v = strconv.AppendInt(append(v, `,"generation":`...), int64(st.Generation), 10)
	v = append(v, `,"version":`...)
	if st.Version == nil {
		v = append(v, "null"...)
	} else {
		v = appendText(v, *st.Version)
	}
	v = append(v, '}')
	r.Value = v
	return r
}

// TopicRecord says that a task used a topic.
func TopicRecord(use TopicUse) Record {
	v := appendText([]byte(`{"topic":{"name":`), use.Topic)
	v = appendText(append(v, `,"connector":`...), use.Connector)
	v = strconv.AppendInt(append(v, `,"task":`...), int64(use.Task), 10)
	v = strconv.AppendInt(append(v, `,"discoverTimestamp":`...), use.Discovered.UnixMilli(), 10)
	return Record{Key: topicKey(use.Connector, use.Topic), Value: append(v, "}}"...)}
}

// ForgetTopicRecord removes what is known of a connector's use of a topic.
func ForgetTopicRecord(connector, topic string) Record {
	return Record{Key: topicKey(connector, topic)}
}

func topicKey(connector, topic string) []byte {
	return []byte(statusTopicPrefix + topic + topicSeparator + connector)
}

// parseStatus reads a status. Versions of Java before 4.1 write no version.
func parseStatus(record *Record, id connectors.TaskID) (*Status, error) {
	v, err := parseValue(record.Value)
	if err != nil {
		return nil, record.bad("%v", err)
	}
	m, _ := v.(map[string]any)
	state, _ := m["state"].(string)
	worker, okWorker := m["worker_id"].(string)
	generation, okGeneration := whole(m["generation"], math.MinInt32, math.MaxInt32)
	trace, okTrace := optionalText(m["trace"])
	version, okVersion := optionalText(m["version"])
	if !knownState(state) || !okWorker || !okGeneration || !okTrace || !okVersion {
		return nil, record.bad("want a status: state, trace, worker_id, generation, version")
	}
	st := &Status{ID: id, State: connectors.State(state), WorkerID: worker, Generation: int(generation), Version: version}
	if trace != nil {
		st.Trace = *trace
	}
	return st, nil
}

func parseTopicUse(record *Record) (TopicUse, error) {
	v, err := parseValue(record.Value)
	if err != nil {
		return TopicUse{}, record.bad("%v", err)
	}
	outer, _ := v.(map[string]any)
	m, _ := outer["topic"].(map[string]any)
	topic, okTopic := m["name"].(string)
	connector, okConnector := m["connector"].(string)
	task, okTask := whole(m["task"], math.MinInt32, math.MaxInt32)
	at, okTime := whole(m["discoverTimestamp"], math.MinInt64, math.MaxInt64)
	if !okTopic || !okConnector || !okTask || !okTime {
		return TopicUse{}, record.bad("want a used topic: name, connector, task, discoverTimestamp")
	}
	return TopicUse{Topic: topic, Connector: connector, Task: int(task), Discovered: time.UnixMilli(at)}, nil
}

// knownState says whether a state is one of Java's AbstractStatus.State.
func knownState(s string) bool {
	switch connectors.State(s) {
	case connectors.Unassigned, connectors.Running, connectors.Paused, connectors.Stopped, connectors.Failed, connectors.Destroyed, connectors.Restarting:
		return true
	}
	return false
}

// optionalText returns a text, nil for null.
func optionalText(v any) (*string, bool) {
	if v == nil {
		return nil, true
	}
	s, ok := v.(string)
	return &s, ok
}

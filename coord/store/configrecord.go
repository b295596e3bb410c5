package store

import (
	"encoding/base64"
	"strconv"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// Keys of the config topic. Source: KafkaConfigBackingStore.
const (
	connectorPrefix = "connector-"
	taskPrefix      = "task-"
	commitPrefix    = "commit-"
	targetPrefix    = "target-state-"
	fencingPrefix   = "tasks-fencing-"
	sessionKeyKey   = "session-key"
	restartPrefix   = "restart-connector-"
	loggerPrefix    = "logger-cluster-"
)

// ConnectorRecord is a connector's config.
func ConnectorRecord(name string, config map[string]string) Record {
	return Record{Key: []byte(connectorPrefix + name), Value: appendProperties(nil, config)}
}

// RemoveRecords delete a connector: its config and its target state. Task configs stay and mean nothing.
func RemoveRecords(name string) []Record {
	return []Record{{Key: []byte(connectorPrefix + name)}, {Key: []byte(targetPrefix + name)}}
}

// TaskRecord is the config of a task, which counts once it is committed.
func TaskRecord(id connectors.TaskID, config map[string]string) Record {
	return Record{Key: []byte(taskPrefix + id.String()), Value: appendProperties(nil, config)}
}

// CommitRecord puts the configs of tasks 0 to n-1 into force.
func CommitRecord(name string, n int) Record {
	return Record{Key: []byte(commitPrefix + name), Value: append(strconv.AppendInt([]byte(`{"tasks":`), int64(n), 10), '}')}
}

// TargetRecord is a target state. Workers that know only the older field pause what is to be stopped.
func TargetRecord(name string, target connectors.TargetState) Record {
	old := target
	if target == connectors.TargetStopped {
		old = connectors.TargetPaused
	}
	return Record{Key: []byte(targetPrefix + name), Value: []byte(`{"state":"` + string(old) + `","state.v2":"` + string(target) + `"}`)}
}

// TaskCountRecord says how many producers of tasks are to be fenced before the next task configs may run.
func TaskCountRecord(name string, n int) Record {
	return Record{Key: []byte(fencingPrefix + name), Value: append(strconv.AppendInt([]byte(`{"task-count":`), int64(n), 10), '}')}
}

// SessionKeyRecord hands out the key that internal requests are signed with.
func SessionKeyRecord(k *group.SessionKey) Record {
	v := base64.StdEncoding.AppendEncode([]byte(`{"key":"`), k.Key)
	v = appendText(append(v, `","algorithm":`...), k.Algorithm)
	v = strconv.AppendInt(append(v, `,"creation-timestamp":`...), k.Created.UnixMilli(), 10)
	return Record{Key: []byte(sessionKeyKey), Value: append(v, '}')}
}

// RestartRecord asks all workers to restart what they run of a connector.
func RestartRecord(r coord.RestartRequest) Record {
	v := strconv.AppendBool([]byte(`{"include-tasks":`), r.IncludeTasks)
	v = strconv.AppendBool(append(v, `,"only-failed":`...), r.OnlyFailed)
	return Record{Key: []byte(restartPrefix + r.Connector), Value: append(v, '}')}
}

// LoggerRecord sets a logger's level on all workers.
func LoggerRecord(logger, level string) Record {
	return Record{Key: []byte(loggerPrefix + logger), Value: append(appendText([]byte(`{"level":`), level), '}')}
}

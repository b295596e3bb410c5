package store

import (
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// ConfigChange is what a record of the config topic changed: ConnectorPut, ConnectorRemoved,
// TargetChanged, TasksCommitted, SessionKeyPut, RestartAsked or LoggerLevelPut.
// Source: ConfigBackingStore.UpdateListener.
type ConfigChange interface{ configChange() }

// ConnectorPut says that a connector has a config, perhaps the same as before.
type ConnectorPut struct {
	Connector string
	New       bool // there was none
}

// ConnectorRemoved says that a connector was deleted; perhaps there was none.
type ConnectorRemoved struct{ Connector string }

// TargetChanged says that an existing connector has another target state.
type TargetChanged struct {
	Connector string
	Target    connectors.TargetState
}

// TasksCommitted says that a connector's task configs were committed. Tasks are those that got a config,
// by number, also those that the commit drops; none where the configs are incomplete.
type TasksCommitted struct {
	Connector string
	Tasks     []int
}

// SessionKeyPut says that there is a new session key.
type SessionKeyPut struct{ Key *group.SessionKey }

// RestartAsked says that somebody asked for a restart. It is heard once and leaves nothing in Configs.
type RestartAsked struct{ Request coord.RestartRequest }

// LoggerLevelPut says that a logger is to have a level on all workers. It leaves nothing in Configs.
type LoggerLevelPut struct{ Logger, Level string }

func (ConnectorPut) configChange()     {}
func (ConnectorRemoved) configChange() {}
func (TargetChanged) configChange()    {}
func (TasksCommitted) configChange()   {}
func (SessionKeyPut) configChange()    {}
func (RestartAsked) configChange()     {}
func (LoggerLevelPut) configChange()   {}

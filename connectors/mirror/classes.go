package mirror

import "github.com/millrace/millrace/connectors"

// Version is the release of the original whose behaviour the connectors have.
const Version = "4.3.1"

// Classes returns the connector classes of this package.
func Classes() []*connectors.Class {
	source, task, beats := sourceDef(), sourceTaskDef(), heartbeatDef()
	return []*connectors.Class{
		{
			Name:      javaPackage + "MirrorSourceConnector",
			TaskClass: javaPackage + "MirrorSourceTask",
			Version:   Version,
			Def:       source,
			NewSource: func() connectors.SourceConnector { return &sourceConnector{def: source, taskDef: task} },
		},
		{
			Name:      javaPackage + "MirrorHeartbeatConnector",
			TaskClass: javaPackage + "MirrorHeartbeatTask",
			Version:   Version,
			Def:       beats,
			NewSource: func() connectors.SourceConnector { return &heartbeatConnector{def: beats} },
		},
	}
}

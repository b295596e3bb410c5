package verifiable

import (
	"os"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// version is the release of the original whose behaviour the connectors have.
const version = "4.3.1"

// Config keys.
const (
	nameKey           = "name"
	idKey             = "id" // added to task configs
	topicKey          = "topic"
	throughputKey     = "throughput"
	completeKey       = "complete.record.data"
	numMessagesKey    = "num.messages"
	multipleSchemaKey = "multiple.schema"
	partitionCountKey = "partition.count"
	mockModeKey       = "mock_mode"
	delayMsKey        = "delay_ms"
)

// Classes returns the connector classes of this package.
func Classes() []*connectors.Class {
	return []*connectors.Class{
		class("VerifiableSource", func() connectors.SourceConnector {
			return &sourceConnector{task: func() connectors.SourceTask { return &sourceTask{stdout: os.Stdout} }}
		}, nil),
		class("VerifiableSink", nil, func() connectors.SinkConnector { return &sinkConnector{stdout: os.Stdout} }),
		class("MockSource", func() connectors.SourceConnector { return &mockSource{} }, nil),
		class("MockSink", nil, func() connectors.SinkConnector { return &mockSink{} }),
		class("SchemaSource", func() connectors.SourceConnector {
			return &sourceConnector{task: func() connectors.SourceTask { return &schemaTask{stdout: os.Stdout} }}
		}, nil),
	}
}

func class(name string, source func() connectors.SourceConnector, sink func() connectors.SinkConnector) *connectors.Class {
	const javaPackage = "org.apache.kafka.connect.tools."
	return &connectors.Class{
		Name: javaPackage + name + "Connector", TaskClass: javaPackage + name + "Task", Version: version, Def: config.NewDef(),
		NewSource: source, NewSink: sink,
	}
}

package file

import (
	"os"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Version is the release of the original whose behaviour the connectors have.
const Version = "4.3.1"

// Config keys.
const (
	fileKey      = "file"
	topicKey     = "topic"
	batchSizeKey = "batch.size"
)

// Classes returns the connector classes of this package.
func Classes() []*connectors.Class {
	return []*connectors.Class{
		{
			Name:      "org.apache.kafka.connect.file.FileStreamSourceConnector",
			TaskClass: "org.apache.kafka.connect.file.FileStreamSourceTask",
			Version:   Version,
			Def:       sourceDef(),
			NewSource: func() connectors.SourceConnector { return &sourceConnector{stdin: os.Stdin, def: sourceDef()} },
		},
		{
			Name:      "org.apache.kafka.connect.file.FileStreamSinkConnector",
			TaskClass: "org.apache.kafka.connect.file.FileStreamSinkTask",
			Version:   Version,
			Def:       sinkDef(),
			NewSink:   func() connectors.SinkConnector { return &sinkConnector{stdout: os.Stdout, def: sinkDef()} },
		},
	}
}

// sourceDef returns the keys of the source. Source: FileStreamSourceConnector.CONFIG_DEF.
func sourceDef() *config.Def {
	return config.NewDef().
		Define(config.Key{Name: fileKey, Type: config.String, Importance: config.High,
			Doc: "Source filename. If not specified, the standard input will be used"}).
		Define(config.Key{Name: topicKey, Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.High,
			Doc: "The topic to publish data to"}).
		Define(config.Key{Name: batchSizeKey, Type: config.Int, Default: int32(2000), Importance: config.Low,
			Doc: "The maximum number of records the source task can read from the file each time it is polled"})
}

// sinkDef returns the keys of the sink. Source: FileStreamSinkConnector.CONFIG_DEF.
func sinkDef() *config.Def {
	return config.NewDef().
		Define(config.Key{Name: fileKey, Type: config.String, Importance: config.High,
			Doc: "Destination filename. If not specified, the standard output will be used"})
}

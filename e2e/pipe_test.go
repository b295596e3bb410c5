//go:build e2e || faults || soak

package e2e

import (
	"bytes"

	"github.com/millrace/millrace/e2e/harness"
)

// pipe is one way of the lines: file, source, topic, sink, file.
type pipe struct {
	topic      string
	partitions int32
	source     harness.Properties
	sink       harness.Properties
	out        string
	lineOf     func(value []byte) []byte // of a record in the topic
}

// plain copies lines through one partition: their order is kept from end to end.
func plain(topic string) pipe {
	return pipe{
		topic: topic, partitions: 1, out: "out-plain.txt",
		lineOf: func(value []byte) []byte { return value },
		source: harness.Properties{
			"connector.class": "FileStreamSource", "tasks.max": "1", "file": inputFile,
			"value.converter": "org.apache.kafka.connect.storage.StringConverter",
		},
		sink: harness.Properties{
			"connector.class": "FileStreamSink", "tasks.max": "1", "file": "out-plain.txt",
			"value.converter": "org.apache.kafka.connect.storage.StringConverter",
		},
	}
}

// keyed makes a structure of the line, its key of the structure, and a header: the JSON bytes of the key decide the
// partition, so both sides must put every record into the same.
func keyed(topic string) pipe {
	return pipe{
		topic: topic, partitions: 3, out: "out-keyed.txt",
		lineOf: memberText,
		source: harness.Properties{
			"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector", "file": inputFile, "batch.size": "700",
			"transforms":                    "hoist,key,mark",
			"transforms.hoist.type":         "org.apache.kafka.connect.transforms.HoistField$Value",
			"transforms.hoist.field":        "text",
			"transforms.key.type":           "org.apache.kafka.connect.transforms.ValueToKey",
			"transforms.key.fields":         "text",
			"transforms.mark.type":          "org.apache.kafka.connect.transforms.InsertHeader",
			"transforms.mark.header":        "origin",
			"transforms.mark.value.literal": "file",
		},
		sink: harness.Properties{
			"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "2", "file": "out-keyed.txt",
			"transforms":            "line",
			"transforms.line.type":  "org.apache.kafka.connect.transforms.ExtractField$Value",
			"transforms.line.field": "text",
		},
	}
}

// memberText returns the text in the payload of a JSON envelope, as it stands there: lines need no escapes.
func memberText(value []byte) []byte {
	_, text, _ := bytes.Cut(value, []byte(`"payload":{"text":"`))
	return bytes.TrimSuffix(text, []byte(`"}}`))
}

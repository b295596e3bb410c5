package connectors_test

import (
	"testing"

	"github.com/millrace/millrace/connectors"
)

func TestParseSinkOffsets(t *testing.T) {
	offset := func(partition, offset string) connectors.PartitionOffset {
		return connectors.PartitionOffset{Partition: parseMap(t, partition), Offset: parseMap(t, offset)}
	}
	got, err := connectors.ParseSinkOffsets([]connectors.PartitionOffset{
		offset(`{"kafka_topic":"t","kafka_partition":0}`, `{"kafka_offset":2}`),
		offset(`{"kafka_topic":"t","kafka_partition":"1","x":1}`, `{"kafka_offset":"3"}`),
		offset(`{"kafka_topic":5,"kafka_partition":2}`, `null`),
		offset(`{"kafka_partition":0,"kafka_topic":"t"}`, `{"kafka_offset":7,"y":null}`),
	})
	if err != nil || len(got) != 3 || *got[connectors.TopicPartition{Topic: "t"}] != 7 ||
		*got[connectors.TopicPartition{Topic: "t", Partition: 1}] != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	if at, ok := got[connectors.TopicPartition{Topic: "5", Partition: 2}]; !ok || at != nil {
		t.Fatalf("%v, %v", at, ok)
	}
	for _, c := range []struct{ partition, offset, want string }{
		{`null`, `{"kafka_offset":2}`, "The partition for a sink connector offset cannot be null or missing"},
		{`{}`, `{}`, "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"},
		{`{"kafka_topic":null,"kafka_partition":0}`, `{}`, "Kafka topic names must be valid strings and may not be null"},
		{`{"kafka_topic":"t","kafka_partition":null}`, `{}`, "Kafka partitions must be valid numbers and may not be null"},
		{`{"kafka_topic":"t","kafka_partition":[1,{"a":null}]}`, `{}`, "Failed to parse the following Kafka partition value in the provided offsets: '[1, {a=null}]'. Partition values for sink connectors need to be integers."},
		{`{"kafka_topic":"t","kafka_partition":3000000000}`, `{}`, "Failed to parse the following Kafka partition value in the provided offsets: '3000000000'. Partition values for sink connectors need to be integers."},
		{`{"kafka_topic":"t","kafka_partition":0}`, `{"other":1}`, "The offset for a sink connector should either be null or contain the key 'kafka_offset'"},
		{`{"kafka_topic":"t","kafka_partition":0}`, `{"kafka_offset":2.5}`, "Failed to parse the following Kafka offset value in the provided offsets: '2.5'. Offset values for sink connectors need to be integers."},
		{`{"kafka_topic":"t","kafka_partition":0}`, `{"kafka_offset":null}`, "Failed to parse the following Kafka offset value in the provided offsets: 'null'. Offset values for sink connectors need to be integers."},
	} {
		_, err := connectors.ParseSinkOffsets([]connectors.PartitionOffset{offset(c.partition, c.offset)})
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestSinkOffset_IsWhatRESTShows(t *testing.T) {
	o := connectors.SinkOffset(connectors.TopicPartition{Topic: "t", Partition: 3}, 9)
	p, errP := connectors.AppendOffsetMap(nil, o.Partition)
	at, errO := connectors.AppendOffsetMap(nil, o.Offset)
	if errP != nil || errO != nil || string(p) != `{"kafka_partition":3,"kafka_topic":"t"}` || string(at) != `{"kafka_offset":9}` {
		t.Fatalf("%s %s %v %v", p, at, errP, errO)
	}
}

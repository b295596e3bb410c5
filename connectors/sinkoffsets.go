package connectors

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// Members of a sink's partitions and offsets, as REST carries them. Source: SinkUtils.
const (
	kafkaTopicKey     = "kafka_topic"
	kafkaPartitionKey = "kafka_partition"
	kafkaOffsetKey    = "kafka_offset"
)

// badRequest is the class of what a client of the REST API got wrong.
const badRequest = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"

// SinkOffset describes a consumer group's offset as REST carries it.
// Source: SinkUtils.consumerGroupOffsetsToConnectorOffsets.
func SinkOffset(tp TopicPartition, offset int64) PartitionOffset {
	partition := &batch.MapValue{}
	partition.Put(batch.StringValue(kafkaTopicKey), batch.StringValue(tp.Topic))
	partition.Put(batch.StringValue(kafkaPartitionKey), batch.Int32Value(tp.Partition))
	at := &batch.MapValue{}
	at.Put(batch.StringValue(kafkaOffsetKey), batch.Int64Value(offset))
	return PartitionOffset{batch.MapValueOf(partition), batch.MapValueOf(at)}
}

// ParseSinkOffsets reads offsets for a sink from what a client sent; nil is a reset. Numbers may be
// text. Of a partition named twice the last offset counts.
//
// Errors: a BadRequestException in Java's words. Source: SinkUtils.parseSinkConnectorOffsets.
func ParseSinkOffsets(offsets []PartitionOffset) (map[TopicPartition]*int64, error) {
	out := make(map[TopicPartition]*int64, len(offsets))
	for _, o := range offsets {
		tp, err := sinkPartition(o.Partition)
		if err != nil {
			return nil, err
		}
		if o.Offset.IsNull() {
			out[tp] = nil
			continue
		}
		at, ok := member(o.Offset, kafkaOffsetKey)
		if !ok {
			return nil, refuse("The offset for a sink connector should either be null or contain the key 'kafka_offset'")
		}
		text := string(appendJavaText(nil, at))
		n, err := java.ParseLong(text, 10)
		if err != nil {
			return nil, refuse("Failed to parse the following Kafka offset value in the provided offsets: '" + text +
				"'. Offset values for sink connectors need to be integers.")
		}
		out[tp] = &n
	}
	return out, nil
}

func sinkPartition(partition OffsetMap) (TopicPartition, error) {
	if partition.IsNull() {
		return TopicPartition{}, refuse("The partition for a sink connector offset cannot be null or missing")
	}
	topic, hasTopic := member(partition, kafkaTopicKey)
	number, hasNumber := member(partition, kafkaPartitionKey)
	switch {
	case !hasTopic || !hasNumber:
		return TopicPartition{}, refuse("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'")
	case topic.IsNull():
		return TopicPartition{}, refuse("Kafka topic names must be valid strings and may not be null")
	case number.IsNull():
		return TopicPartition{}, refuse("Kafka partitions must be valid numbers and may not be null")
	}
	text := string(appendJavaText(nil, number))
	n, err := java.ParseInt(text, 10)
	if err != nil {
		return TopicPartition{}, refuse("Failed to parse the following Kafka partition value in the provided offsets: '" + text +
			"'. Partition values for sink connectors need to be integers.")
	}
	return TopicPartition{Topic: string(appendJavaText(nil, topic)), Partition: n}, nil
}

func member(m OffsetMap, name string) (batch.Value, bool) {
	if m.Map() == nil {
		return batch.Value{}, false
	}
	return m.Map().Get(batch.StringValue(name))
}

func refuse(text string) error { return &Error{Class: badRequest, Text: text} }

// appendJavaText appends String.valueOf of what JSON can hold.
func appendJavaText(dst []byte, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagString:
		return append(dst, v.Str()...)
	case batch.TagDecimal:
		return v.Decimal().Unscaled.Append(dst, 10)
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			dst = append(dst, strings.Repeat(", ", min(i, 1))...)
			dst = appendJavaText(dst, e)
		}
		return append(dst, ']')
	case batch.TagMap:
		dst = append(dst, '{')
		for i, k := range v.Map().Keys {
			dst = append(dst, strings.Repeat(", ", min(i, 1))...)
			dst = append(appendJavaText(dst, k), '=')
			dst = appendJavaText(dst, v.Map().Values[i])
		}
		return append(dst, '}')
	}
	return appendPrimitive(dst, v)
}

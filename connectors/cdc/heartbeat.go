package cdc

import (
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Heartbeat makes the records that let source offsets be committed where no change is captured.
// Source: HeartbeatImpl.
type Heartbeat struct {
	Every time.Duration // 0: never

	topic      string
	key        batch.Value
	schemas    [2]*batch.Schema
	last       time.Time
	partitions []batch.Value
}

// NewHeartbeat returns the heartbeat of a topic.prefix. topicPrefix is topic.heartbeat.prefix.
func NewHeartbeat(every time.Duration, topicPrefix string, n *Naming, partition []batch.Value, now time.Time) *Heartbeat {
	h := &Heartbeat{Every: every, topic: topicPrefix + n.Delimiter + n.Prefix, last: now, partitions: partition}
	h.schemas[0] = batch.NewSchema(batch.KindStruct).Name(n.Schema("io.debezium.connector.common.ServerNameKey")).Version(1).
		Field("serverName", batch.Of(batch.KindString, false)).Build()
	h.schemas[1] = batch.NewSchema(batch.KindStruct).Name(n.Schema("io.debezium.connector.common.Heartbeat")).Version(1).
		Field("ts_ms", batch.Of(batch.KindInt64, false)).Build()
	h.key = batch.StructValueOf(&batch.StructValue{Schema: h.schemas[0], Fields: []batch.Value{batch.StringValue(n.Prefix)}})
	return h
}

// Due reports whether it is time for one; never for nil.
func (h *Heartbeat) Due(now time.Time) bool {
	return h != nil && h.Every > 0 && now.Sub(h.last) >= h.Every
}

// Record returns a heartbeat with a source offset, and begins to wait for the next one.
func (h *Heartbeat) Record(now time.Time, offset batch.Value) connectors.Record {
	h.last = now
	partition := int32(0)
	return connectors.Record{Topic: h.topic, Partition: &partition, KeySchema: h.schemas[0], Key: h.key, ValueSchema: h.schemas[1],
		Value:           batch.StructValueOf(&batch.StructValue{Schema: h.schemas[1], Fields: []batch.Value{batch.Int64Value(now.UnixMilli())}}),
		SourcePartition: h.partitions[0], SourceOffset: offset}
}

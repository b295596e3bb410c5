package cdc

import (
	"crypto/rand"
	"time"

	"github.com/millrace/millrace/batch"
)

// Headers of records whose key an update has changed.
const (
	NewKeyHeader = "__debezium.newkey"
	OldKeyHeader = "__debezium.oldkey"
)

// ContextHeaders are the headers that all records of one run of a task carry when extended.headers.enabled is set.
// Source: io.debezium.pipeline.EventDispatcher, ConnectorContext headers.
func ContextHeaders(prefix, task, connector string) []batch.Header {
	text := batch.Of(batch.KindString, false)
	header := func(name, value string) batch.Header {
		return batch.Header{Key: "__debezium.context." + name, Decoded: true, Schema: text, Value: batch.StringValue(value)}
	}
	return []batch.Header{
		header("connectorLogicalName", prefix), header("taskId", task), header("connectorName", connector), header("runId", runID(time.Now())),
	}
}

// runID returns a UUID of version 7: the time in milliseconds, then random bits.
func runID(now time.Time) string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	u[6], u[8] = u[6]&0x0f|0x70, u[8]&0x3f|0x80
	return uuidText(u)
}

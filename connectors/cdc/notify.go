package cdc

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// Values of a notification's aggregate_type.
const (
	InitialSnapshot     = "Initial Snapshot"
	IncrementalSnapshot = "Incremental Snapshot"
)

// Types of notifications. Source: SnapshotStatus, SnapshotResult.SnapshotResultStatus.
const (
	NotifyStarted       = "STARTED"
	NotifyPaused        = "PAUSED"
	NotifyResumed       = "RESUMED"
	NotifyAborted       = "ABORTED"
	NotifyInProgress    = "IN_PROGRESS"
	NotifyTableComplete = "TABLE_SCAN_COMPLETED"
	NotifyCompleted     = "COMPLETED"
	NotifySkipped       = "SKIPPED"
)

// Members of additional_data. Lists are joined by commas.
const (
	NotifyConnector  = "connector_name"
	NotifyTables     = "data_collections"
	NotifyTable      = "current_collection_in_progress"
	NotifyScanned    = "scanned_collection"
	NotifyRows       = "total_rows_scanned"
	NotifyStatus     = "status" // of a table: SUCCEEDED, EMPTY, NO_PRIMARY_KEY, SKIPPED, SQL_EXCEPTION, UNKNOWN_SCHEMA
	NotifyMaximumKey = "maximum_key"
	NotifyLastKey    = "last_processed_key"
)

// Notifications tell the log, and a topic, how snapshots fare. The nil value tells nobody. It belongs to the task's goroutine.
// Source: NotificationService, SinkNotificationChannel, LogNotificationChannel.
type Notifications struct {
	server     string
	topic      string       // "": none
	log        *slog.Logger // nil: none
	key, value *batch.Schema
	pending    []connectors.Record
}

// NewNotifications returns what tells of the snapshots of a topic.prefix: on the log unless it is nil, and in a topic unless
// its name is empty.
func NewNotifications(server, topic string, log *slog.Logger) *Notifications {
	n := &Notifications{server: server, topic: topic, log: log}
	text := batch.Of(batch.KindString, false)
	n.key = batch.NewSchema(batch.KindStruct).Name("io.debezium.connector.common.NotificationKey").Version(1).Field("id", text).Build()
	n.value = batch.NewSchema(batch.KindStruct).Name("io.debezium.connector.common.Notification").Version(1).
		Field("id", text).Field("type", text).Field("aggregate_type", text).
		Field("additional_data", batch.NewSchema(batch.KindMap).Key(text).Elem(text).Optional(true).Build()).
		Field("timestamp", batch.Of(batch.KindInt64, false)).Build()
	return n
}

// Initial tells of the initial snapshot. data are names and values in turn.
func (n *Notifications) Initial(kind string, data ...string) {
	n.notify(InitialSnapshot, kind, "", data)
}

// Incremental tells of an incremental snapshot; id is that of the signal which asked for it, "" makes one.
func (n *Notifications) Incremental(kind, id string, data ...string) {
	n.notify(IncrementalSnapshot, kind, id, data)
}

func (n *Notifications) notify(aggregate, kind, id string, data []string) {
	if n == nil {
		return
	}
	if id == "" {
		id = randomUUID()
	}
	now := time.Now().UnixMilli()
	additional := hashMap(append(slices.Clip(data), NotifyConnector, n.server))
	if n.log != nil {
		texts := make([]string, len(additional.Keys))
		for i, name := range additional.Keys {
			texts[i] = name.Str() + "=" + additional.Values[i].Str()
		}
		n.log.Info("notification", "id", id, "aggregate_type", aggregate, "type", kind, "additional_data", strings.Join(texts, ", "), "timestamp", now)
	}
	if n.topic == "" {
		return
	}
	text := batch.StringValue
	n.pending = append(n.pending, connectors.Record{Topic: n.topic, KeySchema: n.key, ValueSchema: n.value,
		Key: batch.StructValueOf(&batch.StructValue{Schema: n.key, Fields: []batch.Value{text(id)}}),
		Value: batch.StructValueOf(&batch.StructValue{Schema: n.value,
			Fields: []batch.Value{text(id), text(kind), text(aggregate), batch.MapValueOf(additional), batch.Int64Value(now)}}),
	})
}

// Take returns the records that are due.
func (n *Notifications) Take() []connectors.Record {
	if n == nil {
		return nil
	}
	due := n.pending
	n.pending = nil
	return due
}

// hashMap makes a map of names and values in turn, in the order of java.util.HashMap.
func hashMap(pairs []string) *batch.MapValue {
	var names []string
	for i := 0; i < len(pairs); i += 2 {
		names = append(names, pairs[i])
	}
	m := &batch.MapValue{}
	for _, i := range java.HashMapOrder(names) {
		m.Put(batch.StringValue(names[i]), batch.StringValue(pairs[2*i+1]))
	}
	return m
}

// randomUUID returns a UUID of version 4.
func randomUUID() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return uuidText(u)
}

// uuidText writes a UUID in its five groups.
func uuidText(u [16]byte) string {
	h := hex.EncodeToString(u[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

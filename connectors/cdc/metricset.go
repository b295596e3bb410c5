package cdc

import "github.com/millrace/millrace/connectors"

// Values of the label context: what Debezium keeps apart as two MBeans.
const (
	ContextSnapshot  = "snapshot"
	ContextStreaming = "streaming"
)

// MetricSet declares Debezium's snapshot and streaming metrics, under the names and labels that its users' dashboards
// get from the JMX exporter, and more of a connector's own. Source: SnapshotChangeEventSourceMetricsMXBean,
// StreamingChangeEventSourceMetricsMXBean 3.5.0.Final.
func MetricSet(more ...connectors.Metric) *connectors.MetricSet {
	gauge := func(name, doc string) connectors.Metric { return connectors.Metric{Name: name, Doc: doc} }
	by := func(label, name, doc string) connectors.Metric {
		return connectors.Metric{Name: name, By: label, Doc: doc}
	}
	counter := func(name, doc string) connectors.Metric {
		return connectors.Metric{Name: name, Counter: true, Doc: doc}
	}
	return &connectors.MetricSet{
		Prefix: "debezium_metrics",
		Doc: "Debezium's attributes under the names that the JMX exporter gives them in its examples. `plugin` is the kind of database, `name` and `server` " +
			"are `topic.prefix`, `context` is `snapshot` or `streaming`; they count from the task's start. Texts that name keys or positions of single events, which a " +
			"label must not hold, are numbers here, or left out.",
		Labels: []string{"plugin", "name", "server", "context"},
		Metrics: append([]connectors.Metric{
			by("event", "LastEvent", "1, with the operation and the table of the last event as label. Key and position, which Debezium's text holds too, are left out."),
			gauge("MilliSecondsSinceLastEvent", "The time since the last event; -1: there was none."),
			counter("TotalNumberOfEventsSeen", "Events seen, those that were filtered included."),
			counter("TotalNumberOfCreateEventsSeen", "Creates seen."),
			counter("TotalNumberOfUpdateEventsSeen", "Updates seen. One that changes the key counts as a delete and a create."),
			counter("TotalNumberOfDeleteEventsSeen", "Deletes seen."),
			counter("NumberOfEventsFiltered", "Changes of tables that are not captured."),
			counter("NumberOfErroneousEvents", "Events that could not be processed."),
			gauge("QueueTotalCapacity", "max.queue.size: how many events the queue of Debezium would hold. There is a bound in bytes instead, so that this is the scale of QueueRemainingCapacity alone."),
			gauge("QueueRemainingCapacity", "The share of MaxQueueSizeInBytes that is free, as a part of QueueTotalCapacity."),
			gauge("MaxQueueSizeInBytes", "How many bytes are read ahead of what is processed at most."),
			gauge("CurrentQueueSizeInBytes", "How many bytes are read ahead now."),
			by("table", "CapturedTables", "1 for each captured table."),
			gauge("Connected", "1 while the replication stream is connected."),
			gauge("MilliSecondsBehindSource", "How long after its commit the last event was processed; -1: there was none."),
			counter("NumberOfCommittedTransactions", "Transactions whose events were processed."),
			by("key", "SourceEventPosition", "The position of the last event: key says of what, such as lsn."),
			gauge("LastTransactionId", "The number of the last transaction that was processed."),
			gauge("TotalTableCount", "Tables that the snapshot includes."),
			gauge("RemainingTableCount", "Tables that the snapshot has not finished."),
			gauge("SnapshotRunning", "1 while a snapshot runs."),
			gauge("SnapshotPaused", "1 while a snapshot is paused."),
			gauge("SnapshotAborted", "1 after a snapshot was ended before it was complete."),
			gauge("SnapshotCompleted", "1 after a snapshot was complete."),
			gauge("SnapshotSkipped", "1 where the task began without a snapshot."),
			gauge("SnapshotDurationInSeconds", "How long the snapshot has taken so far, or took."),
			gauge("SnapshotPausedDurationInSeconds", "How long the snapshot was paused."),
			by("table", "RowsScanned", "Rows of a table that the snapshot has read."),
			by("table", "TableChunkCounts", "Parts in which the snapshot reads a table."),
			by("table", "TableChunksCompletedCounts", "Parts of a table that the snapshot has read."),
			gauge("SnapshotRowsEstimated", "Rows that the snapshot will read, as the server's statistics have it; not in Debezium."),
			gauge("SnapshotRowsPerSecond", "Rows that the snapshot reads a second, since its start; not in Debezium."),
			gauge("SnapshotSecondsLeft", "How long the snapshot will still take, estimated; -1: not known; not in Debezium."),
		}, more...),
	}
}

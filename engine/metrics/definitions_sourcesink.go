package metrics

// sourceMetrics are those of a source task. Source: AbstractWorkerSourceTask.SourceTaskMetricsGroup.
func sourceMetrics() []Definition {
	return []Definition{
		gauge("source-record-poll-rate", "The average per-second number of records produced/polled (before transformation) by this task belonging to the named source connector in this worker."),
		counter("source-record-poll-total", "The total number of records produced/polled (before transformation) by this task belonging to the named source connector in this worker."),
		gauge("source-record-write-rate", "The average per-second number of records written to Kafka for this task belonging to the named source connector in this worker, since the task was last restarted. This is after transformations are applied, and excludes any records filtered out by the transformations."),
		counter("source-record-write-total", "The number of records output written to Kafka for this task belonging to the named source connector in this worker, since the task was last restarted. This is after transformations are applied, and excludes any records filtered out by the transformations."),
		gauge("poll-batch-max-time-ms", "The maximum time in milliseconds taken by this task to poll for a batch of source records."),
		gauge("poll-batch-avg-time-ms", "The average time in milliseconds taken by this task to poll for a batch of source records."),
		gauge("source-record-active-count", "The number of records that have been produced by this task but not yet completely written to Kafka."),
		gauge("source-record-active-count-max", "The maximum number of records that have been produced by this task but not yet completely written to Kafka."),
		gauge("source-record-active-count-avg", "The average number of records that have been produced by this task but not yet completely written to Kafka."),
		gauge("transaction-size-min", "The number of records in the smallest transaction the task has committed so far."),
		gauge("transaction-size-max", "The number of records in the largest transaction the task has committed so far."),
		gauge("transaction-size-avg", "The average number of records in the transactions the task has committed so far."),
		own(counter("source-record-write-bytes-total", "The number of bytes of keys and values that this task wrote to Kafka, before compression.")),
		own(gauge("source-record-buffered-bytes", "The number of bytes of this task that wait for Kafka's acknowledgement.")),
	}
}

// sinkMetrics are those of a sink task. Source: WorkerSinkTask.SinkTaskMetricsGroup.
func sinkMetrics() []Definition {
	return []Definition{
		gauge("sink-record-read-rate", "The average per-second number of records read from Kafka for this task belonging to the named sink connector in this worker. This is before transformations are applied."),
		counter("sink-record-read-total", "The total number of records read from Kafka by this task belonging to the named sink connector in this worker, since the task was last restarted."),
		gauge("sink-record-send-rate", "The average per-second number of records output from the transformations and sent/put to this task belonging to the named sink connector in this worker. This is after transformations are applied and excludes any records filtered out by the transformations."),
		counter("sink-record-send-total", "The total number of records output from the transformations and sent/put to this task belonging to the named sink connector in this worker, since the task was last restarted."),
		gauge("sink-record-lag-max", "The maximum lag in terms of number of records that the sink task is behind the consumer's position for any topic partitions."),
		gauge("partition-count", "The number of topic partitions assigned to this task belonging to the named sink connector in this worker."),
		gauge("offset-commit-seq-no", "The current sequence number for offset commits."),
		gauge("offset-commit-completion-rate", "The average per-second number of offset commit completions that were completed successfully."),
		counter("offset-commit-completion-total", "The total number of offset commit completions that were completed successfully."),
		gauge("offset-commit-skip-rate", "The average per-second number of offset commit completions that were received too late and skipped/ignored."),
		counter("offset-commit-skip-total", "The total number of offset commit completions that were received too late and skipped/ignored."),
		gauge("put-batch-max-time-ms", "The maximum time taken by this task to put a batch of sinks records."),
		gauge("put-batch-avg-time-ms", "The average time taken by this task to put a batch of sinks records."),
		gauge("sink-record-active-count", "The number of records that have been read from Kafka but not yet completely committed/flushed/acknowledged by the sink task."),
		gauge("sink-record-active-count-max", "The maximum number of records that have been read from Kafka but not yet completely committed/flushed/acknowledged by the sink task."),
		gauge("sink-record-active-count-avg", "The average number of records that have been read from Kafka but not yet completely committed/flushed/acknowledged by the sink task."),
		own(counter("sink-record-read-bytes-total", "The number of bytes of keys and values that this task read from Kafka, after decompression.")),
		own(gauge("sink-record-lag", "The number of records between the position of this task and the high watermark, over all of its partitions.")),
		own(gauge("sink-record-buffered-bytes", "The number of bytes fetched from Kafka that wait for this task.")),
	}
}

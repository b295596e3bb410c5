package metrics

// connectorMetrics are those of a connector. Source: WorkerConnector.ConnectorMetricsGroup.
func connectorMetrics() []Definition {
	return []Definition{
		text("status", "The status of the connector. One of 'unassigned', 'running', 'paused', 'stopped', 'failed', or 'restarting'."),
		text("connector-type", "The type of the connector. One of 'source' or 'sink'."),
		text("connector-class", "The name of the connector class."),
		text("connector-version", "The version of the connector class, as reported by the connector."),
	}
}

// taskMetrics are those of any task. Source: WorkerTask.TaskMetricsGroup.
func taskMetrics() []Definition {
	return []Definition{
		text("status", "The status of the connector task. One of 'unassigned', 'running', 'paused', 'failed', or 'restarting'."),
		gauge("running-ratio", "The fraction of time this task has spent in the running state."),
		gauge("pause-ratio", "The fraction of time this task has spent in the pause state."),
		gauge("offset-commit-max-time-ms", "The maximum time in milliseconds taken by this task to commit offsets."),
		gauge("offset-commit-avg-time-ms", "The average time in milliseconds taken by this task to commit offsets."),
		gauge("batch-size-max", "The number of records in the largest batch the task has processed so far."),
		gauge("batch-size-avg", "The average number of records in the batches the task has processed so far."),
		gauge("offset-commit-failure-percentage", "The average percentage of this task's offset commit attempts that failed."),
		gauge("offset-commit-success-percentage", "The average percentage of this task's offset commit attempts that succeeded."),
		text("connector-class", "The name of the connector class."),
		text("connector-version", "The version of the connector class, as reported by the connector."),
		text("connector-type", "The type of the connector. One of 'source' or 'sink'."),
		text("task-class", "The class name of the task."),
		text("task-version", "The version of the task."),
		text("key-converter-class", "The fully qualified class name from key.converter"),
		text("value-converter-class", "The fully qualified class name from value.converter"),
		text("key-converter-version", "The version instantiated for key.converter. May be undefined"),
		text("value-converter-version", "The version instantiated for value.converter. May be undefined"),
		text("header-converter-class", "The fully qualified class name from header.converter"),
		text("header-converter-version", "The version instantiated for header.converter. May be undefined"),
		own(counter("restarts-total", "How often the task was restarted after a failure, since it was last started by a user or a rebalance.")),
		own(gauge("stalled", "1 while the task is running and makes no progress, 0 otherwise: see millrace.watchdog.stall.ms.")),
	}
}

// transformMetrics are those of a transform of a task.
func transformMetrics() []Definition {
	return []Definition{
		text("transform-class", "The class name of the transformation class"),
		text("transform-version", "The version of the transformation class"),
	}
}

// predicateMetrics are those of a predicate of a task.
func predicateMetrics() []Definition {
	return []Definition{
		text("predicate-class", "The class name of the predicate class"),
		text("predicate-version", "The version of the predicate class"),
	}
}

// errorMetrics are those of the errors of a task. Source: ErrorHandlingMetrics.
func errorMetrics() []Definition {
	return []Definition{
		counter("total-record-failures", "The number of record processing failures in this task."),
		counter("total-record-errors", "The number of record processing errors in this task."),
		counter("total-records-skipped", "The number of records skipped due to errors."),
		counter("total-retries", "The number of operations retried."),
		counter("total-errors-logged", "The number of errors that were logged."),
		counter("deadletterqueue-produce-requests", "The number of attempted writes to the dead letter queue."),
		counter("deadletterqueue-produce-failures", "The number of failed writes to the dead letter queue."),
		gauge("last-error-timestamp", "The epoch timestamp when this task last encountered an error."),
	}
}

package metrics

// workerMetrics are those of the worker itself. Source: WorkerMetricsGroup.
func workerMetrics() []Definition {
	return []Definition{
		gauge("connector-count", "The number of connectors run in this worker."),
		gauge("task-count", "The number of tasks run in this worker."),
		counter("connector-startup-attempts-total", "The total number of connector startups that this worker has attempted."),
		counter("connector-startup-success-total", "The total number of connector starts that succeeded."),
		gauge("connector-startup-success-percentage", "The average percentage of this worker's connectors starts that succeeded."),
		counter("connector-startup-failure-total", "The total number of connector starts that failed."),
		gauge("connector-startup-failure-percentage", "The average percentage of this worker's connectors starts that failed."),
		counter("task-startup-attempts-total", "The total number of task startups that this worker has attempted."),
		counter("task-startup-success-total", "The total number of task starts that succeeded."),
		gauge("task-startup-success-percentage", "The average percentage of this worker's tasks starts that succeeded."),
		counter("task-startup-failure-total", "The total number of task starts that failed."),
		gauge("task-startup-failure-percentage", "The average percentage of this worker's tasks starts that failed."),
		own(gauge("goroutine-count", "The number of goroutines of this process: one that grows while connectors and tasks stay the same is a leak.")),
	}
}

// connectorTaskCounts are those of the tasks of one connector on the worker. Source: Worker.ConnectorStatusMetricsGroup.
func connectorTaskCounts() []Definition {
	return []Definition{
		gauge("connector-total-task-count", "The number of tasks of the connector on the worker."),
		gauge("connector-running-task-count", "The number of running tasks of the connector on the worker."),
		gauge("connector-paused-task-count", "The number of paused tasks of the connector on the worker."),
		gauge("connector-failed-task-count", "The number of failed tasks of the connector on the worker."),
		gauge("connector-unassigned-task-count", "The number of unassigned tasks of the connector on the worker."),
		gauge("connector-destroyed-task-count", "The number of destroyed tasks of the connector on the worker."),
		gauge("connector-restarting-task-count", "The number of restarting tasks of the connector on the worker."),
	}
}

// memberMetrics are what a member of a group has been given, and what every member of a group measures.
// Source: WorkerCoordinator.WorkerCoordinatorMetrics, AbstractCoordinator.GroupCoordinatorMetrics.
func memberMetrics() []Definition {
	return []Definition{
		gauge("assigned-connectors", "The number of connector instances currently assigned to this worker"),
		gauge("assigned-tasks", "The number of tasks currently assigned to this worker"),
		gauge("heartbeat-response-time-max", "The max time taken to receive a response to a heartbeat request"),
		gauge("heartbeat-rate", "The number of heartbeats per second"),
		counter("heartbeat-total", "The total number of heartbeats"),
		gauge("join-time-avg", "The average time taken for a group rejoin"),
		gauge("join-time-max", "The max time taken for a group rejoin"),
		gauge("join-rate", "The number of group joins per second"),
		counter("join-total", "The total number of group joins"),
		gauge("sync-time-avg", "The average time taken for a group sync"),
		gauge("sync-time-max", "The max time taken for a group sync"),
		gauge("sync-rate", "The number of group syncs per second"),
		counter("sync-total", "The total number of group syncs"),
		gauge("rebalance-latency-avg", "The average time taken for a group to complete a successful rebalance, which may be composed of several failed re-trials until it succeeded"),
		gauge("rebalance-latency-max", "The max time taken for a group to complete a successful rebalance, which may be composed of several failed re-trials until it succeeded"),
		counter("rebalance-latency-total", "The total number of milliseconds this consumer has spent in successful rebalances since creation"),
		counter("rebalance-total", "The total number of successful rebalance events, each event is composed of several failed re-trials until it succeeded"),
		gauge("rebalance-rate-per-hour", "The number of successful rebalance events per hour, each event is composed of several failed re-trials until it succeeded"),
		counter("failed-rebalance-total", "The total number of failed rebalance events"),
		gauge("failed-rebalance-rate-per-hour", "The number of failed rebalance events per hour"),
		gauge("last-rebalance-seconds-ago", "The number of seconds since the last successful rebalance event"),
		gauge("last-heartbeat-seconds-ago", "The number of seconds since the last coordinator heartbeat was sent"),
	}
}

// rebalanceMetrics are those of the group membership; their values come from outside. Source: DistributedHerder.HerderMetrics.
func rebalanceMetrics() []Definition {
	return []Definition{
		text("connect-protocol", "The Connect protocol used by this cluster"),
		text("leader-name", "The name of the group leader."),
		gauge("epoch", "The epoch or generation number of this worker."),
		counter("completed-rebalances-total", "The total number of rebalances completed by this worker."),
		gauge("rebalancing", "Whether this worker is currently rebalancing."),
		gauge("rebalance-max-time-ms", "The maximum time in milliseconds spent by this worker to rebalance."),
		gauge("rebalance-avg-time-ms", "The average time in milliseconds spent by this worker to rebalance."),
		gauge("time-since-last-rebalance-ms", "The time in milliseconds since this worker completed the most recent rebalance."),
		own(gauge("herder-turn-max-time-ms", "The longest time in milliseconds in which the herder's loop was busy with what it had taken and heard nothing else: REST requests, config changes and the group wait as long.")),
		own(gauge("herder-turn-avg-time-ms", "The average time in milliseconds of such a turn of the herder's loop.")),
	}
}

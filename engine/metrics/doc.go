// Package metrics counts what connectors and tasks do, under Java's group, attribute and tag names.
//
// A Registry belongs to one worker. It hands out a Worker, Connectors, SourceTasks and SinkTasks; their
// owners record into them, once per batch, and Close them when the worker lets the thing go (a failed
// task stays visible until then, as in Java). WritePrometheus exports everything, Snapshot is the same
// for a live view, Reference is the list of what there is.
//
// Everything is safe for concurrent use. A nil task, connector, worker or error group counts nothing,
// so that code which is measured needs no branches.
//
// What is not here: when to record; that is the tasks' and the worker's. The numbers of the herder
// (rebalances) come from outside through Registry.Add.
// Source: ConnectMetrics, ConnectMetricsRegistry, and the MetricsGroup classes of the runtime.
package metrics

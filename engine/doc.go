// Package engine is the data plane: it runs connectors and tasks. What a batch goes through lives in
// the subfolders: consume, stage, produce, offset, errant. It does not know who decided that a task
// runs here, nor where offsets end up.
//
// A Worker is its door. Each connector instance and each task has a goroutine of its own, on which all
// of its plugin's calls are made; besides, the Kafka clients have theirs, and a source task one that
// commits offsets. Statuses come from those goroutines.
//
// Life of a task: prepare makes converters and transforms, start the Kafka clients and the plugin, execute
// polls until the task is told to stop, close undoes all that. A plugin that does not return holds its
// goroutine alone: when its time is up, the task is cut off from Kafka, its context ends and its statuses
// go nowhere.
//
// Lock order: connector.reports or task.reports, then their mu. Worker.mu is never held over a call of a
// plugin, nor over a status.
//
// Errors carry the Java class that users know them by: BadRequestException and NotFoundException where
// the REST API answers 400 and 404.
package engine

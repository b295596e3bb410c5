// Package logs writes the log lines of the process and keeps a level for every logger, which can be
// changed while it runs.
//
// A Registry hands out a *slog.Logger per name. Names are hierarchical, parts joined by dots; where a part
// of the worker has a Java counterpart, its logger has the name of that class, so that tools that raise the
// level of a class go on working. A logger without a level of its own has that of the nearest name above
// it, in the end that of the root. A logger that is off costs one atomic load per call.
//
// One record is one line, in the shape of Connect's own log4j pattern:
//
//	[2026-03-01 12:00:00,123] INFO task retrying connector=orders attempt=3 err="no route" (org.apache.kafka.connect.runtime.WorkerSinkTask)
//
// Whatever a message, key or value holds, it stays in its line: control characters and what else does not
// print are escaped, values are cut at 4 KiB, values of secret keys are hidden.
//
// Safe for concurrent use; a line is one Write. Not here: files and their rotation, where lines go to.
//
// Source: org.apache.kafka.connect.runtime.Loggers, config/connect-log4j2.yaml of Kafka 4.3.1.
package logs

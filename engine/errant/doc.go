// Package errant decides what happens to rows that fail: retry, tolerate or fail the task, and tells
// the reporters (log, dead letter queue) about them.
//
// An Operator belongs to one task. Its methods are called from the task's goroutine, except Stop.
// Rows are looked at by batch; nothing here runs for rows that did not fail.
// Source: RetryWithToleranceOperator, LogReporter, DeadLetterQueueReporter, WorkerErrantRecordReporter.
package errant

// Package stage is everything a task does to a batch between Kafka and the plugin: for sinks decode,
// header conversion and transforms; for sources transforms, header conversion and encode.
//
// A stage belongs to one task and is used by one goroutine: the task's, or one that helps it (ordered). Rows that fail leave the selection and are
// told to the caller with their stage and the class that refused them; no Go error runs through the
// loops. Rows of one input that end under different schemas become forks: batches over the same rows
// with disjoint selections, so that row i stays row i everywhere.
//
// Nothing is decoded that nobody reads: see Options.
package stage

// Package explain shows what a connector config does before it runs: mistakes with their place in the file,
// where each value in force comes from, the chain of transforms, and what happens to given records.
//
// ReadFile reads a config with positions. A Subject joins it with the worker that it is meant for: Lint
// finds mistakes, Config lists values, Chain describes the work. A Runner takes records through converters
// and transforms, one record a batch, with the code that tasks run; Cases compares results with fixtures.
// Nothing here starts a plugin, commits an offset or writes to Kafka.
//
// Errors: what is wrong with a config is a Finding, what is wrong with a record is in its Trace; a Go error
// means that the question could not be answered. Concurrency: values are used by one goroutine at a time.
package explain

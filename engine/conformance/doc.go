// Package conformance answers requests about single plugins, so that another program can compare this
// project with the original classes: converters, header converters, transforms, predicates, validation.
//
// A request is a line of JSON, and so is its answer. Values say their class (package tagged). The answers
// come from the production code: batches, converters and the chain that tasks run; one item is a batch of
// one row, and batch requests are as large as they are.
//
// Everything runs on the goroutine of Serve.
package conformance

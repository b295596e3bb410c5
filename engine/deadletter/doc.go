// Package deadletter reads dead letter topics, says why letters died, and replays those that would live now.
//
// A Letter is one record of a dead letter topic with its `__connect.errors.*` headers read. Topic reads letters,
// oldest first within a partition. Groups counts them by cause; a Filter selects. A Replayer takes selected letters
// through a connector's present converters and transforms and writes those that pass back to the topic that they were
// consumed from, each once: see Progress. With a Sink it gives them to the connector's own task instead, at least once.
//
// Ownership: letters own their memory. Concurrency: values are used by one goroutine at a time. Tasks do not use this
// package; what they write is in engine/errant.
package deadletter

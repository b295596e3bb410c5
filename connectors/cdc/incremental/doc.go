// Package incremental is the bookkeeping of incremental snapshots, which copy tables in chunks while the stream of changes
// goes on: what databases share of the watermark algorithm that Debezium has from DBLog.
//
// A chunk is read between two watermarks, rows that the connector writes and sees again among the changes. What the
// stream changes until the second one comes takes the place of the chunk's row with that key; what is left of the
// chunk follows.
//
//	context.go  which tables are left, and how far the current one is
//	state.go    the context as members of source offsets
//	window.go   the keys of a chunk that waits for its second watermark
//	bounds.go   the condition that begins a chunk behind the one before
//
// Source: io.debezium.pipeline.source.snapshot.incremental of debezium-core 3.5.0.Final.
package incremental

// Package cdc is what the connectors that capture changes of databases share: records in Debezium's format.
//
// A captured table is a Table: names of topic and schemas, the key and row schemas that its connector built of the
// columns, and the envelope around them. A connector decodes rows into columns; Table.Envelope lays them out as the
// value column of a batch, Positions gives every row the source offset that may be committed once it and all rows
// before it were delivered.
//
//	names.go      topics and schema names: topic.prefix, topic.delimiter, schema.name.adjustment.mode
//	semantic.go   schemas of Debezium's semantic types (io.debezium.time.Date and so on)
//	envelope.go   before, after, source, transaction, op, ts_*
//	source.go     the members of source that all databases have
//	filter.go     include and exclude lists of schemas, tables, columns; message.key.columns
//	positions.go  source offsets of interleaved tables
//	headers.go    the __debezium.context headers, __debezium.newkey and oldkey
//	heartbeat.go  heartbeat records
//	txtopic.go    records of the transaction topic
//	mask.go       column.mask and column.truncate
//
// Source: debezium-core 3.5.0.Final.
package cdc

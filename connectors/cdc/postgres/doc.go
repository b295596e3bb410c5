// Package postgres captures the changes of a PostgreSQL database in Debezium's format, under the config keys, offsets
// and slots of io.debezium.connector.postgresql.PostgresConnector 3.5.
//
// # Flow
//
// task.Start reads the catalog, makes publication and slot, and decides between snapshot and stream. Poll belongs to the
// task's goroutine and does all decoding; every connection in copy mode has a wire.Reader, which reads ahead.
//
//	COPY ──► wire.Reader ──► copying ──► cells ─┐
//	                                            ├─► rows ──► layout ──► batch
//	slot ──► wire.Reader ──► pgoutput.Decoder ──┘
//
// Cells say where in the reader's buffer a value lies; layout decodes them column by column (typemap.Decoder) into the
// key, before and after columns of a batch, which keeps the buffer alive. Nothing is copied that need not be.
//
// # Where to find what
//
//	classes.go settings.go refused.go configdef.tsv   config: keys, values, what is refused and why
//	connector.go task.go                               life of the connector and its task
//	connect.go catalog.go table.go                     connections, the catalog, schemas and decoders of a table
//	publication.go slot.go                             objects on the server
//	snapshot.go copying.go                             snapshot: order, marks, one COPY
//	stream.go status.go trail.go offset.go             stream: polls, confirmations; positions; stored offsets
//	lost.go retry.go                                   what cannot be had any more; what is tried again
//	rows.go                                            from changes to records, columns of source
//	signals.go blocking.go                             what signals ask for, and snapshots that the stream waits for
//	incremental.go chunkread.go watermark.go           snapshots beside the stream: their life, one chunk, its two watermarks
//	chunk.go chunkposition.go keyvalue.go delivered.go rows and keys of a chunk; its offsets; keys as offsets hold them; what others see
//	incrementalnotify.go                               what notifications and metrics hear of it
//	streamed.go                                        transactions that come before they end
//	pgoutput/ typemap/ wire/ spill/                     messages, types, framing, open transactions
//
// # Positions
//
// A stored offset names the end of the last transaction (lsn_commit) and the last event (lsn, and its place among
// events of one LSN). A restart streams from lsn_commit; the server sends the open transaction anew, from its beginning,
// and the decoder leaves out what was done. Only what Kafka Connect has committed is confirmed to the server.
package postgres

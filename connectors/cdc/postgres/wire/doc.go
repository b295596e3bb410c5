// Package wire reads what a PostgreSQL connection sends in copy mode, replication and COPY alike, into large buffers: rows
// and messages are used where they arrived.
//
// A Reader takes over a connection that is idle, sends one command and reads frames on a goroutine of its own. Take
// returns the whole frames that have come since, as segments of a buffer; their owner is a batch, which whatever points
// into the buffer keeps alive. Reading stops when too much waits to be taken.
//
//	frame  byte kind, Int32 size with itself, size-4 bytes
//
// Writing to the connection is the caller's, from one goroutine at a time.
package wire

// Package spill keeps transactions that a server sends while they are open, until it says how they end.
//
// With protocol version 2 and streaming on, the server does not wait for the end of a large transaction: it sends what
// there is in segments, which belong to one transaction each and interleave with others and with whole transactions.
//
//	S  Int32 xid, Int8 first segment          E  end of the segment
//	c  Int32 xid, Int8 flags, Int64 commit LSN, Int64 end LSN, Int64 commit time
//	A  Int32 xid, Int32 subxid
//
// Messages in a segment have, behind their kind, the xid of the sub-transaction that they are of. A Store takes them out
// of the stream; a commit turns them into what version 1 would have sent at this place: begin, messages, commit, with
// the same LSNs. What an aborted sub-transaction has sent is dropped.
//
// # Memory
//
// All open transactions together keep at most a budget in memory; past it the largest is written to a file. A file has
// no name: it is gone with the process, however that ends. A sub-transaction with changes costs 16 bytes.
//
// A Store and its Transactions belong to one goroutine.
//
// Source: logicalrep_write_stream_* in proto.c, and apply worker files in worker.c of PostgreSQL, which drop aborted
// sub-transactions in the same way.
package spill

// Package pgoutput decodes the messages of PostgreSQL's logical decoding plugin of that name, version 1 of its protocol,
// into tables of cells. What version 2 adds, package spill turns into version 1. Versions 3 and 4 add nothing that would
// come: they are about slots with two-phase decoding, and about appliers in parallel.
//
// A Decoder takes one message after the other. Rows of a relation go to that relation's Rows: for every column where
// its text lies in the caller's buffer, nothing is copied and nothing allocated once the slices have grown. What
// happened, in order, goes to Events and Transactions. The caller takes all of it whenever it likes and calls Reset.
//
// The buffer that messages are offsets into must stay as it is until Reset. Not safe for concurrent use.
//
//	B  Int64 final LSN, Int64 commit time, Int32 xid
//	C  Int8 flags, Int64 commit LSN, Int64 end LSN, Int64 commit time
//	O  Int64 origin LSN, String name
//	R  Int32 oid, String schema, String name, Int8 identity, Int16 n, n × (Int8 flags, String name, Int32 type, Int32 modifier)
//	Y  Int32 oid, String schema, String name
//	I  Int32 oid, 'N' tuple
//	U  Int32 oid, ['K' or 'O' tuple,] 'N' tuple
//	D  Int32 oid, 'K' or 'O' tuple
//	T  Int32 n, Int8 options, n × Int32 oid
//	M  Int8 flags, Int64 LSN, String prefix, Int32 n, n bytes
//
// A tuple is Int16 n and n × ('n' null, 'u' unchanged TOAST, 't' or 'b' with Int32 size and bytes).
//
// Source: protocol-logicalrep-message-formats of PostgreSQL's documentation, proto.c.
package pgoutput

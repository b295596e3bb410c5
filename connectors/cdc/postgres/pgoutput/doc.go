// Package pgoutput decodes the messages of PostgreSQL's logical decoding plugin of that name, versions 1 to 4 of its
// protocol, into tables of cells.
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
//	R  [Int32 xid,] Int32 oid, String schema, String name, Int8 identity, Int16 n, n × (Int8 flags, String name, Int32 type, Int32 modifier)
//	Y  [Int32 xid,] Int32 oid, String schema, String name
//	I  [Int32 xid,] Int32 oid, 'N' tuple
//	U  [Int32 xid,] Int32 oid, ['K' or 'O' tuple,] 'N' tuple
//	D  [Int32 xid,] Int32 oid, 'K' or 'O' tuple
//	T  [Int32 xid,] Int32 n, Int8 options, n × Int32 oid
//	M  [Int32 xid,] Int8 flags, Int64 LSN, String prefix, Int32 n, n bytes
//	S  Int32 xid, Int8 first segment          E  end of the segment
//	c  Int32 xid, Int8 flags, Int64 commit LSN, Int64 end LSN, Int64 commit time
//	A  Int32 xid, Int32 subxid, [Int64 LSN, Int64 time]
//	b P K r p  two-phase: begin prepare, prepare, commit prepared, rollback prepared, stream prepare
//
// A tuple is Int16 n and n × ('n' null, 'u' unchanged TOAST, 't' or 'b' with Int32 size and bytes). The xid in
// brackets is there inside a streamed transaction.
//
// Source: protocol-logicalrep-message-formats of PostgreSQL's documentation, proto.c.
package pgoutput

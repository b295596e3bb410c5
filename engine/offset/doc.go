// Package offset says which source offsets may be committed, and commits them.
//
// A Tracker maps acknowledgements of rows to offsets: per source partition, that of the last row of
// the longest prefix of submitted rows that were all acknowledged. It does no I/O. A Flusher gives
// those offsets to a store, within a time limit, and keeps what could not be written.
// Source: SubmittedRecords, OffsetStorageWriter.
package offset

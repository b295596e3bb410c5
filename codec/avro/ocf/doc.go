// Package ocf is Avro's object container files: a header with the schema, then blocks of records, each block compressed for itself and
// followed by the sync marker of the file.
//
//	header   "Obj" 01, metadata (a map of text to bytes: avro.schema, avro.codec), 16 bytes of sync marker
//	block    count of records, size in bytes (both zig-zag numbers), the records, compressed; the sync marker
//
// Records are bytes here: package avro makes them from columns and back. A Writer holds nothing back, so that who writes may cut a
// file after any block; a Reader hands out a block at a time, within bounds of memory. Both keep their buffers and belong to one
// goroutine.
//
// Source: org.apache.avro.file.DataFileWriter and DataFileStream, Avro 1.11.3.
package ocf

// Package batch holds Connect records as columns.
//
// # Shape
//
// A Batch is n rows of one topic partition (sink) or of one poll (source). It has an envelope (topics,
// partitions, offsets, timestamps, headers), a key Column and a value Column, a Selection (which rows
// are live) and a Status (which rows failed and why). All rows of a batch share one key schema and one
// value schema; the only exception are rows without schema and value (Column.NoSchema), so that a
// tombstone does not cut a batch.
//
// A Column is one field's values for all n rows, in one of four forms: plain (typed arrays), constant
// (one value), dictionary (indices and distinct values), dynamic (schemaless data, a tag per row).
// Row i of every column of a batch belongs to row i of the batch; rows outside the selection hold
// undefined, but readable, content.
//
// # Memory
//
// Fixed-width values, views, bitmaps and indices live in the arena of the batch that made them. Text
// and byte values are views into buffers: usually the bytes as they came from Kafka, and the arena for
// what had to be rewritten. A batch keeps alive what it points into: its arena and its parents. The
// reference count sits on the Batch; at zero all goes back to the pool at once. Columns are never
// written after they were handed over: whoever changes a value makes a new column, so columns may be
// shared between batches that keep one another alive.
//
// # Rows
//
// Code that works on records reads through Batch.Rows and Row, and writes through ColumnBuilder; values
// that leave a batch this way own their memory. Take, Slice, Concat, Compact and Plain move rows in any
// form. Check verifies every invariant; HandOver does so where a batch changes hands, under the build
// tag "invariants". AppendText shows a batch, and batchtest.Parse makes one of text.
//
// # Goroutines
//
// A batch is used by one goroutine at a time; Retain and Release are safe from any.
//
// Knows nothing of Kafka, JSON or Avro.
package batch

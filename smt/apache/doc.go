// Package apache has the transforms of Apache Kafka Connect, under their Java class names.
//
// Shape: each transform has a plain form, which is the original's algorithm on one record (smt.Rows), and
// a columnar one. The columnar form computes the resulting schema once per input schema, keeps references
// to columns that it does not change, and works on the others with one loop per column. Where a batch has a
// shape that is not worth a columnar form (schemaless objects with an overflow, maps with keys that are
// no strings), it goes through the plain form. Tests hold the two against each other.
//
// Ownership: new columns belong to the batch they are made for. Rows that keep their schema while others
// change it (null under a schema) leave as forks.
//
// Goroutines: a transform belongs to one task and is used by its goroutine.
//
// Errors: a row fails where the original throws, with its class and text.
package apache

// Package debezium has the transforms of Debezium, under their Java class names: for records of change data
// capture, whose values are envelopes with the states of a row before and after.
//
// Shape: each transform has a plain form, which is the original's algorithm on one record (smt.Rows), and a
// columnar one. The columnar form compiles what a schema asks for once per input schema, takes columns out
// of the envelope by reference and sorts rows by selections; batches of a shape that is not worth a columnar
// form go through the plain one. Tests hold the two against each other, and against the original's answers.
//
// Ownership: new columns belong to the batch they are made for. Rows that end under another schema than
// the rest leave as forks.
//
// Goroutines: a transform belongs to one task and is used by its goroutine.
//
// Errors: a row fails where the original throws, with its class and text.
package debezium

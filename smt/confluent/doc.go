// Package confluent has the transforms of Confluent's connect-transforms, under their Java class names. Their
// behaviour is that of the product's documentation; where it is silent, the doc of a transform says what is
// done.
//
// Shape: a transform whose work is on columns has a plain twin on records (smt.Rows), for shapes that are not
// worth a columnar form; tests hold the two against each other. Conditions on records are JSON paths, see
// jsonpath.
//
// Ownership: new columns belong to the batch they are made for.
//
// Goroutines: a transform belongs to one task and is used by its goroutine.
package confluent

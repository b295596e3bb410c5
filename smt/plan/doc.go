// Package plan is the compiler between a configured chain of transforms and the stage that runs it.
//
// Compile reads what each transform says of itself (smt.Effect, Editor) and answers three questions:
// what of key and value somebody reads, so that a decoder may leave out the rest (Projection); which
// neighbours run as one (Groups); and what a person should know of it (text.go). It never changes what
// happens: a chain run step by step, one record at a time, is the reference, and rows fail at the same
// transform with the same error.
//
// Schemas are inferred once: Merged keeps its program for each input schema, by pointer, and transforms
// keep theirs (internal/schemas). Nothing is built for a batch but column headers.
//
// Predicates are not here: the stage turns them into selections, see engine/stage.
package plan

// Package smttest tests transforms: properties that every one must have, and files of cases to read.
//
// Properties. Check runs a transform over the rows of a batch in every way that must make no difference:
// all at once, one by one, in reverse, under a selection, with the same transform twice. A bad row must
// fail alone, the input must stay as it was. CheckRandom does so for batches of any shape, and finds
// batches that were not given back.
//
//	smttest.CheckRandom(t, func() smt.Transform { return newMask(t, "fields=zip") }, 100)
//
// Files. A file has cases, parted by empty lines: a line for each transform of a chain, a table in the form
// of batchtest.Parse, ----, and what becomes of it. File compares; with rewrite it writes what it got.
//
//	# null stays null
//	transform type=MaskField$Value fields=zip
//	id int64, zip string?
//	1, 0123
//	2, null
//	----
//	id int64, zip string?
//	1, ""
//	2, null
//
// Usable by anybody who writes a transform. Everything runs on the test's goroutine.
package smttest

import "github.com/millrace/millrace/batch/mem"

// TB is the part of testing.TB that this package needs.
type TB interface {
	mem.TB
	Fatalf(format string, args ...any)
}

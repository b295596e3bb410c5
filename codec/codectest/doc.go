// Package codectest tests converters: properties that every decoder and encoder must have, and answers
// of the original to compare with.
//
// Properties. CheckDecoder and CheckEncoder run a converter over rows in every way that must make no
// difference: all at once, one by one, in reverse, under a selection, with the same decoder twice, in
// another form of column. A bad row must fail alone, and every byte of memory must come back.
// CheckStable decodes, encodes and decodes again.
//
//	codectest.CheckDecoder(t, conv, codectest.Rows{Raw: [][]byte{[]byte(`{"a":1}`), nil, []byte("{")}})
//
// Vectors. ReadVectors reads lines of the conformance protocol's operations with the answers of the
// original; Vector.Run demands the same schema, value, bytes, class and text of error from a class of
// ours, both as columns and one by one. Rewrite asks the original for the answers.
//
// Usable by anybody who writes a converter. Everything runs on the test's goroutine.
package codectest

import "github.com/millrace/millrace/batch/mem"

// TB is the part of testing.TB that this package needs.
type TB interface {
	mem.TB
	Fatalf(format string, args ...any)
}

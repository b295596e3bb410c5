// Package tagged reads and writes schemas and values as JSON in which every value says its class:
// {"i64":"5"}, {"list":[...]}. No type is guessed, with a schema or without one.
//
// It is the form of the conformance protocol and of recorded answers: for tools and tests, not for data.
// Strings of columns that hold lone surrogates (three bytes each, WTF-8) keep them, as \ud800 escapes.
package tagged

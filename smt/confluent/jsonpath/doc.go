// Package jsonpath evaluates JSON paths of the Jayway dialect over Connect values.
//
// Shape: Compile reads a path once; Select runs it over one batch.Value, where maps and structs are
// objects and a null field of a struct reads as its default. Ownership: results share memory with the
// document. A Path is immutable and may be shared.
//
// Bounds: a path nests at most depthMax levels of filters, a selection visits at most workMax values.
//
// Refused by name, unlike the original: functions with arguments, steps behind a function, functions below
// a deep scan.
//
// Source: com.jayway.jsonpath json-path 3.0.0.
package jsonpath

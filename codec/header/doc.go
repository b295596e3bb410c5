// Package header provides SimpleHeaderConverter, the worker's default for headers: values as text, read
// back by package literal. Its converters keep no state, so one serves everybody at once.
//
// Not here: converters of keys and values that also convert headers; those stand with their formats.
package header

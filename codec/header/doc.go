// Package header provides SimpleHeaderConverter, the worker's default for headers: values as text, read
// back by package literal. Nothing in it depends on a config, so one converter serves everybody at once.
//
// Not here: converters of keys and values that also convert headers; those stand with their formats.
package header

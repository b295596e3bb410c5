// Package blackhole is a sink that counts rows and bytes and drops them: the end of a measurement.
//
// With reads=values it takes decoded rows, so that converters and transforms run in full; bytes are then
// those of the values: 1 to 8 for a number, the length of texts and byte sequences, keys of maps and
// names of schemaless members too, not those of struct fields; nothing for null. With reads=raw it takes the bytes as they were consumed, and nothing is decoded unless
// transforms need it; bytes are then those of keys and values.
//
// Each task logs its counts when it stops. A measurement in the same process passes its own Counts to
// Class.
package blackhole

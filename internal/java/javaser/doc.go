// Package javaser reads and writes the object graphs of Java serialization that Connect and Debezium keep: the
// HashMap<byte[], byte[]> of a standalone worker's offset file, and the Object[] with a key of a database that offsets of
// incremental snapshots hold.
//
// Shape: of a map, entries in stream order; a nil key or value is Java's null.
// Ownership: entries read are views into the input; written bytes belong to the caller.
// Errors: *Error with the byte position; a stream that ends early is java.io.EOFException, which
// FileOffsetBackingStore takes for an empty file.
// Hostile input is safe: memory is bounded by the input's length and nothing is instantiated.
//
//	aced 0005                                      magic, version
//	73 72 "java.util.HashMap" uid 03 fields 78 70  object, class descriptor, no superclass
//	loadFactor threshold                           field values
//	77 08 int32 buckets, int32 size                block data
//	per entry: key, value                          75 array, 71 reference, 70 null
//	78                                             end of the object's data
//
// An array is 75, its class, Int32 length and values: 70 null, 71 reference, 74 text, 75 bytes, 73 class and fields, those of
// the class that it extends first, behind which a class with a writeObject (flag 1) may have block data and has 78.
//
// Source: java.util.HashMap.writeObject, Java Object Serialization Specification 6.4.
package javaser

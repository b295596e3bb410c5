// Package javaser reads and writes the one object graph of Java serialization that Connect keeps on
// disk: the HashMap<byte[], byte[]> of a standalone worker's offset file.
//
// Shape: entries in stream order; a nil key or value is Java's null.
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
// Source: java.util.HashMap.writeObject, Java Object Serialization Specification 6.4.
package javaser

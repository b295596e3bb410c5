// Package java gives Java's text and number semantics to converters, transforms and connectors.
//
// Shape: pure functions over values and byte slices. Append forms write into the caller's buffer
// and allocate only when it must grow.
// Ownership: arguments are borrowed until return; results belong to the caller.
// Concurrency: everything is safe for concurrent use; there is no mutable package state.
// Errors: those a user can see carry the Java exception class through JavaClass() string.
//
// Judge: the vectors in testdata are written by the JDK named in their first line. Where JDK
// versions differ the newest rule holds (Double.toString and HashMap copying changed in 19).
//
// Not here: date patterns with free letters (datetext), regular expressions (regex), object
// streams (javaser).
package java

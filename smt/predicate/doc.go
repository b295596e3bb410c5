// Package predicate has the predicates of Apache Kafka Connect, under their Java class names. Each splits a
// batch's rows into two selections; none looks into values.
//
// Goroutines: a predicate belongs to one task and is used by its goroutine.
package predicate
